"""New reference numbers, derived from the server key, so that nobody can compute the next one from their own.

References are stored and looked up in the database, so those made by an earlier rule or under a lost key stay valid.
"""

from __future__ import annotations

from itertools import count

import sqlalchemy as sa

from ivr.cases.tables import cases, disputes
from ivr.engine.claims import lock_until_commit
from ivr.engine.effects import World
from ivr.wallet.references import REFERENCE_DIGITS, with_check_digit


def new_reference(world: World, table: sa.Table, number: int) -> str:
    """A reference for the row of that number, which no other case or dispute has."""
    lock_until_commit(world.conn, "references")
    parts = ("reference", table.name, str(number))
    drawn = (world.runtime.sealer.digits(REFERENCE_DIGITS - 1, *parts, str(again)) for again in count())
    return next(one for one in map(with_check_digit, drawn) if _is_free(world.conn, one))


def _is_free(conn: sa.Connection, reference: str) -> bool:
    return not any(
        conn.execute(sa.select(table.c.n).where(table.c.reference == reference)).first() for table in (cases, disputes)
    )
