"""Barred callers: those whom operations have blocked, and those who call too often. They can still freeze an account.

Numbers are kept as keyed hashes, with the last four digits for the operators.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.engine import journal
from ivr.engine.secrets import mask
from ivr.identity.guessing import utc
from ivr.identity.tables import blocked_callers
from ivr.storage.database import AnyRow

BLOCKED, OFTEN = "blocked", "often"
HOUR = timedelta(hours=1)
BARRED = Counter(
    "ivr_calls_barred", "Calls that were offered a freeze only: blocked numbers, and too many calls.", ("why",)
)


def why_barred(conn: sa.Connection, caller_mark: str | None, wallet: str, now: datetime, an_hour: int) -> str | None:
    """BLOCKED, OFTEN or None. A withheld number is neither: such callers cannot be told apart."""
    if caller_mark is None:
        return None
    of_this = blocked_callers.c.wallet.is_(None) | (blocked_callers.c.wallet == wallet)
    mine = (blocked_callers.c.caller == caller_mark) & (blocked_callers.c.until > utc(now))
    if conn.execute(sa.select(blocked_callers.c.n).where(mine, of_this).limit(1)).first():
        return BLOCKED
    calls = journal.calls.c
    lately = (calls.caller_mark == caller_mark) & (calls.wallet == wallet) & (calls.started > (now - HOUR).isoformat())
    made = conn.scalar(sa.select(sa.func.count()).select_from(journal.calls).where(lately)) or 0
    return OFTEN if made >= an_hour else None


def block(
    conn: sa.Connection, mark: str, number: str, wallet: str | None, reason: str, now: datetime, until: datetime
) -> int:
    """Block a number, of which `mark` is the keyed hash; the number of the row. An earlier block of it ends."""
    unblock(conn, mark, wallet, now)
    row = {
        "wallet": wallet,
        "caller": mark,
        "ending": mask(number),
        "reason": reason,
        "at": utc(now),
        "until": utc(until),
    }
    return int(conn.execute(sa.insert(blocked_callers).values(**row).returning(blocked_callers.c.n)).scalar_one())


def unblock(conn: sa.Connection, mark: str, wallet: str | None, now: datetime) -> list[int]:
    """End the blocks of a number for this wallet, or with None the one for all wallets; their numbers."""
    same = blocked_callers.c.wallet.is_(None) if wallet is None else blocked_callers.c.wallet == wallet
    mine = (blocked_callers.c.caller == mark) & (blocked_callers.c.until > utc(now)) & same
    ended = list(conn.scalars(sa.select(blocked_callers.c.n).where(mine)))
    conn.execute(sa.update(blocked_callers).where(mine).values(until=utc(now)))
    return ended


def blocked(conn: sa.Connection, now: datetime) -> list[AnyRow]:
    """All blocks that hold, the newest first."""
    here = blocked_callers.c.until > utc(now)
    return list(conn.execute(sa.select(blocked_callers).where(here).order_by(blocked_callers.c.n.desc())))
