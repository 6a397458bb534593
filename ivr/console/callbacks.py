"""`flask callbacks`: promised callbacks that the line rings, and those that people have to; `--numbers` shows whom."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa

from ivr.console.opening import Command, line_of
from ivr.desk.rings import number_of
from ivr.desk.tables import callbacks, rings
from ivr.engine.secrets import BrokenSeal, Sealer
from ivr.settings import Settings
from ivr.storage import begin_read

STATES = ("missed", "by-hand", "ringing", "queued", "reached", "erased")
SETTLED = ("reached", "erased")


def callbacks_command(load: Callable[[], Settings]) -> click.Command:
    """`flask callbacks`."""

    @click.command("callbacks", cls=Command, help="Promised callbacks: counts, and each one that was not made yet.")
    @click.option("--numbers", is_flag=True, help="show whole numbers, for whoever rings them")
    def command(numbers: bool) -> None:
        with line_of(load) as line, begin_read(line.engine) as conn:
            counted = sa.select(rings.c.status, sa.func.count().label("number")).group_by(rings.c.status)
            counts = {row.status: row.number for row in conn.execute(counted)}
            click.echo(", ".join(f"{counts.get(state, 0)} {state}" for state in STATES))
            kept = (callbacks.c.wallet, callbacks.c.call, callbacks.c.slot, callbacks.c.number_mask, callbacks.c.number_sealed)  # fmt: skip
            both = sa.select(rings, *kept).join(callbacks, callbacks.c.id == rings.c.id)
            rows = conn.execute(both.where(rings.c.status.not_in(SETTLED)).order_by(rings.c.at, rings.c.id)).all()
            sealer = Sealer(line.settings.server_key) if numbers else None
            for row in sorted(rows, key=lambda row: STATES.index(row.status)):
                click.echo(_shown(conn, row, sealer))

    return command


def _shown(conn: sa.Connection, row: sa.Row, sealer: Sealer | None) -> str:
    tail = f"{row.tries} tries, last {row.ended or 'none'}"
    return f"{row.status:7} {row.wallet} {_number(conn, row, sealer)}  slot {(row.slot or 'none')[:16]}, {tail}, {row.call}"


def _number(conn: sa.Connection, row: sa.Row, sealer: Sealer | None) -> str:
    if sealer is None:
        return f"…{row.number_mask}"
    try:
        return number_of(conn, row, sealer)
    except BrokenSeal as error:
        return f"({type(error).__name__})"
