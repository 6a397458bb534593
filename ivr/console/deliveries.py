"""`flask deliveries`: what has not reached the CRM; `flask deliveries resend ID` sends it again."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.console.command_base import Group, Refused, line_access, tries
from ivr.follow_up.deliveries import send_again
from ivr.follow_up.tables import deliveries
from ivr.storage.database import begin_read, begin_write

STATES = ("delivered", "queued", "dead")
OVER = ("delivered", "erased")


def deliveries_group(load: Callable[[], Settings]) -> click.Group:
    """`flask deliveries`."""

    @click.group("deliveries", cls=Group, invoke_without_command=True, help="Cases on their way to the CRM.")
    @click.pass_context
    def group(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            with line_access(load) as line, begin_read(line.engine) as conn:
                _show(conn)

    @group.command("resend", help="Send ID (reference:event) again, for as long as a new one.")
    @click.argument("delivery", metavar="ID")
    def resend(delivery: str) -> None:
        with line_access(load) as line, begin_write(line.engine) as conn:
            was = send_again(conn, delivery)
        if was is None:
            raise Refused(f"there is no delivery {delivery!r}; flask deliveries lists those that did not arrive")
        if was in OVER:
            raise Refused(f"{delivery} was {was}; what has arrived or was erased is not sent again")
        click.echo(f"{delivery} is due at once")

    return group


def _show(conn: sa.Connection) -> None:
    """The counts, and a line for each that has not arrived, the dead ones first."""
    counted = sa.select(deliveries.c.status, sa.func.count().label("number")).group_by(deliveries.c.status)
    counts = {row.status: row.number for row in conn.execute(counted)}
    click.echo(", ".join(f"{counts.get(state, 0)} {state}" for state in STATES))
    waiting = sa.select(deliveries).where(deliveries.c.status.not_in(OVER))
    for row in conn.execute(waiting.order_by(deliveries.c.status, deliveries.c.at, deliveries.c.id)):
        next_try = f", next try {row.next[:19]}Z" if row.status == "queued" and row.next else ""
        click.echo(
            f"{row.status:6} {row.id}  since {row.at[:19]}Z, {tries(row.tries)}, "
            f"last answer {row.answer or 'none'}{next_try}"
        )
