"""`flask cases` lists open cases; `flask cases stage REFERENCE STAGE` sets how far one is."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa

from ivr.cases.stages import OPEN, STAGES, set_stage
from ivr.cases.tables import cases
from ivr.config.settings import Settings
from ivr.console.command_base import Group, Refused, line_access
from ivr.storage.database import begin_read, begin_write


def cases_group(load: Callable[[], Settings]) -> click.Group:
    """`flask cases`."""

    @click.group("cases", cls=Group, invoke_without_command=True, help="Cases that are not done.")
    @click.pass_context
    def group(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            with line_access(load) as line, begin_read(line.engine) as conn:
                _show(conn)

    @group.command("stage", help="How far a case is: received, in-review or done. Callers hear it by its reference.")
    @click.argument("reference")
    @click.argument("stage")
    def stage_command(reference: str, stage: str) -> None:
        if stage not in STAGES:
            raise Refused(f"{stage!r} is no stage; write one of: {', '.join(STAGES)}")
        with line_access(load) as line, begin_write(line.engine) as conn:
            was = set_stage(conn, reference, stage)
        if was is None:
            raise Refused(
                f"there is no case {reference!r}; a dispute stands as the wallet has it, and flask cases lists the rest"
            )
        click.echo(f"{reference} was {was} and is {stage}")

    return group


def _show(conn: sa.Connection) -> None:
    """The counts, and a line for each that is open, by its date."""
    counted = sa.select(cases.c.status, sa.func.count().label("number")).group_by(cases.c.status)
    counts = {row.status: row.number for row in conn.execute(counted)}
    click.echo(", ".join(f"{counts.get(stage, 0)} {stage}" for stage in STAGES))
    waiting = sa.select(cases).where(cases.c.status.in_(OPEN)).order_by(cases.c.due, cases.c.reference)
    for row in conn.execute(waiting):
        click.echo(f"{row.reference} due {row.due}  {row.wallet} {row.customer}, {row.kind}, {row.status}")
