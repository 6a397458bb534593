"""`flask queue` shows who waits for an agent and what each agent is doing; `flask queue agent NAME STATE` changes
one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import click

from ivr.config.flask_commands import Load
from ivr.console.command_base import Group, Refused, line_access
from ivr.handover.summary_views import logged_in_account
from ivr.queue import agents, entries
from ivr.staff import audit, people
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence


def queue_group(load: Load) -> click.Group:
    """`flask queue`."""

    @click.group("queue", cls=Group, invoke_without_command=True, help="Callers who wait, and agents.")
    @click.pass_context
    def group(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            _show(load)

    @group.command("agent", help="Make NAME available, on a break or offline, as if they had chosen it themselves.")
    @click.argument("name")
    @click.argument("state", type=click.Choice(get_args(agents.Wish)))
    def agent(name: str, state: agents.Wish) -> None:
        now = datetime.now(UTC)
        with line_access(load) as line, begin_write(line.engine) as conn:
            person = people.find(conn, name)
            if person is None:
                raise Refused(f"there is no {name!r}; flask staff list shows everybody")
            if state == "available" and not person.address:
                raise Refused(f"{name} has no address to be rung at; flask staff change {name} --address …")
            presence.choose(conn, name, state, now, at_desk=False)
            audit.record(conn, logged_in_account(), "agent-state", name, now, state=state)
        click.echo(f"{name} is {'on a break' if state == 'break' else state}")

    return group


def _show(load: Load) -> None:
    now = datetime.now(UTC)
    with line_access(load) as line, begin_read(line.engine) as conn:
        callers, everybody = entries.open_entries(conn), agents.everybody(conn, now)
    for caller in callers:
        waited = int((now - datetime.fromisoformat(caller.entered)).total_seconds())
        click.echo(f"{caller.call}  {caller.wallet} {caller.language} {caller.topic}  {caller.status}  {waited} s")
    if not callers:
        click.echo("nobody waits")
    for agent in everybody:
        click.echo(f"{agent.id}  {agent.name}: {agent.activity}")
