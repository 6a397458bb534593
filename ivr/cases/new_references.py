"""New reference numbers: they follow from the server key, so nobody who has one computes a neighbour's.

A reference is in the database from then on, and is looked up there: one that was made by another rule, or under a key that
was lost, stays as good as it was.
"""

from __future__ import annotations

from itertools import count

import sqlalchemy as sa

from ivr.cases.tables import cases, disputes
from ivr.engine.claims import lock_until_commit
from ivr.engine.effects import World
from ivr.wallet.references import DIGITS, with_check_digit


def new_reference(world: World, table: sa.Table, number: int) -> str:
    """Nine digits for the row of that number; no case and no dispute has them."""
    lock_until_commit(world.conn, "references")
    drawn = (world.runtime.sealer.digits(DIGITS, "reference", table.name, str(number), str(again)) for again in count())
    return next(one for one in map(with_check_digit, drawn) if _is_free(world.conn, one))


def _is_free(conn: sa.Connection, reference: str) -> bool:
    return not any(
        conn.execute(sa.select(table.c.n).where(table.c.reference == reference)).first() for table in (cases, disputes)
    )
