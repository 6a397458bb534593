"""`flask callbacks` lists promised callbacks that are open; `flask callbacks done CALL` marks one as done."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa

from ivr.callbacks.attempts import CLOSED, mark_done, number_of
from ivr.callbacks.tables import callback_queue, callbacks
from ivr.config.settings import Settings
from ivr.console.command_base import Group, Refused, line_access, tries
from ivr.engine.secrets import BrokenSeal, Sealer
from ivr.storage.database import AnyRow, begin_read, begin_write

STATES = ("missed", "by-hand", "ringing", "queued", *CLOSED)
SHOWN = (callbacks.c.wallet, callbacks.c.call, callbacks.c.slot, callbacks.c.number_mask, callbacks.c.number_sealed)


def callbacks_group(load: Callable[[], Settings]) -> click.Group:
    """`flask callbacks`."""

    @click.group(
        "callbacks", cls=Group, invoke_without_command=True, help="Promised callbacks: counts, and those not made yet."
    )
    @click.option("--numbers", is_flag=True, help="show whole numbers, to ring them")
    @click.pass_context
    def group(context: click.Context, numbers: bool) -> None:
        if context.invoked_subcommand is None:
            with line_access(load) as line, begin_read(line.engine) as conn:
                _show(conn, Sealer(line.settings.server_key) if numbers else None)

    @group.command("done", help="Somebody has rung the customer of CALL (its CallSid).")
    @click.argument("call", metavar="CALL")
    def done(call: str) -> None:
        with line_access(load) as line, begin_write(line.engine) as conn:
            ticked = mark_done(conn, call)
        if not ticked:
            raise Refused(f"call {call!r} has no callback that waits for anybody; flask callbacks lists those that do")
        click.echo(f"{call} is done")

    return group


def _show(conn: sa.Connection, sealer: Sealer | None) -> None:
    """The counts, and a line for each open callback, the missed ones first."""
    counted = sa.select(callback_queue.c.status, sa.func.count().label("number")).group_by(callback_queue.c.status)
    counts = {row.status: row.number for row in conn.execute(counted)}
    click.echo(", ".join(f"{counts.get(state, 0)} {state}" for state in STATES))
    waiting = (
        sa.select(callback_queue, *SHOWN)
        .join(callbacks, callbacks.c.id == callback_queue.c.id)
        .where(callback_queue.c.status.not_in(CLOSED))
    )
    rows = conn.execute(waiting.order_by(callback_queue.c.at, callback_queue.c.id)).all()
    for row in sorted(rows, key=lambda row: STATES.index(row.status)):
        slot, tail = (row.slot or "none")[:16], f"{tries(row.tries)}, last {row.ended or 'none'}"
        click.echo(f"{row.status:7} {row.call}  {row.wallet} {_number(conn, row, sealer)}, slot {slot}, {tail}")


def _number(conn: sa.Connection, row: AnyRow, sealer: Sealer | None) -> str:
    if sealer is None:
        return f"…{row.number_mask}"
    try:
        return number_of(conn, row, sealer)
    except BrokenSeal as error:
        return f"({type(error).__name__})"
