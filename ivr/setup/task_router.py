"""`flask twilio taskrouter`: what TaskRouter has, and what the line needs there; `--apply` makes it so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click
import sqlalchemy as sa

from ivr.config.settings import Settings, SettingsError
from ivr.setup.finding import Finding
from ivr.storage.database import begin_read, connect
from ivr.task_routing import plan
from ivr.telephony.twilio_rest import Refused, Unreachable
from ivr.telephony.twilio_tasks import TaskRouterSetup


def task_router_command(load: Callable[[], Settings]) -> click.Command:
    """`flask twilio taskrouter`; without `--apply` the exit code is 1 when there are differences."""

    @click.command("taskrouter", help="Compare TaskRouter with the wallets and people of the line, by name.")
    @click.option("--apply", is_flag=True, help="Make what is missing, change what is otherwise, delete old workers.")
    def taskrouter(apply: bool) -> None:
        try:
            settings = load()
        except SettingsError as error:
            raise click.ClickException(f"{error} (flask doctor says more)") from error
        try:
            wanted = _wanted(settings)
            result = compared(settings, wanted, apply)
        except sa.exc.SQLAlchemyError as error:
            raise click.ClickException(f"the database does not answer: {type(error).__name__}") from error
        except Refused as refusal:
            raise click.ClickException(f"Twilio refuses: {refusal}") from refusal
        except Unreachable as error:
            raise click.ClickException(f"Twilio does not answer: {error}") from error
        for change in result.changes:
            click.echo(change)
        _say_what_next(result, apply)
        raise SystemExit(1 if result.changes and not apply else 0)

    return taskrouter


def compared(settings: Settings, wanted: plan.Wanted, apply: bool = False) -> plan.Result:
    """The differences between TaskRouter and what is wanted; with `apply` there are none afterwards."""
    setup = TaskRouterSetup(settings)
    try:
        return plan.compare(setup, wanted, apply)
    finally:
        setup.close()


def findings(settings: Settings, engine: sa.Engine) -> Iterator[Finding]:
    """What the doctor says of TaskRouter, where it chooses the agents."""
    with begin_read(engine) as conn:
        wanted = plan.Wanted.now(conn, settings)
    try:
        result = compared(settings, wanted)
    except (Refused, Unreachable) as error:
        yield Finding("taskrouter", "bad", f"Twilio says {error}: no caller gets an agent", "are SIDs and key right?")
        return
    ours = (settings.taskrouter_workspace_sid, settings.taskrouter_workflow_sid, settings.taskrouter_pause_sid)
    if (result.workspace, result.workflow, result.pause) != ours:
        says = "the SIDs of TaskRouter in the settings are not those of our workspace: no caller gets an agent"
        yield Finding("taskrouter", "bad", says, "write those that flask twilio taskrouter prints")
    elif result.changes:
        says = (
            f"TaskRouter is not as the line needs it: {', '.join(f'{one.kind} {one.name}' for one in result.changes)}"
        )
        yield Finding("taskrouter", "bad", says, "run: flask twilio taskrouter --apply")
    else:
        yield Finding("taskrouter", "good", f"knows {len(wanted.people)} agents as its workers")


def _wanted(settings: Settings) -> plan.Wanted:
    engine = connect(settings.database_url)
    try:
        with begin_read(engine) as conn:
            return plan.Wanted.now(conn, settings)
    finally:
        engine.dispose()


def _say_what_next(result: plan.Result, apply: bool) -> None:
    if not result.changes:
        click.echo("nothing to change")
    if result.changes and not apply:
        click.echo("nothing was changed; flask twilio taskrouter --apply does it")
    if plan.NEW not in (result.workspace, result.workflow, result.pause):
        click.echo("the settings:")
        click.echo("  AGENT_MODE=taskrouter")
        click.echo(f"  TASKROUTER_WORKSPACE_SID={result.workspace}")
        click.echo(f"  TASKROUTER_WORKFLOW_SID={result.workflow}")
        click.echo(f"  TASKROUTER_PAUSE_SID={result.pause}")
