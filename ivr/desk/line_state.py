"""The switch of operations: open, everybody to a person, or closed; for one wallet or for all of them.

Every switching is a row, and the newest counts: from the next turn on. A wallet is as closed as its own switch or the one
for all says, whichever is stricter, so that closing everything closes everything, and opening it again opens no
wallet that was closed by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ivr.desk.tables import line_states

STATES = ("open", "person", "closed")
"""From the mildest to the strictest."""


@dataclass(frozen=True)
class LineState:
    """How the line is switched; the reason in both languages, or in none; since when, ISO 8601."""

    state: str = "open"
    reason: Mapping[str, str] | None = None
    since: str | None = None


def line_state(conn: sa.Connection, wallet: str | None) -> LineState:
    """What holds for this wallet now; with None, what was said for all of them."""
    said = [_newest(conn, of) for of in dict.fromkeys((None, wallet))]
    return max(said, key=lambda one: (STATES.index(one.state), one.since or ""))


def switch(
    conn: sa.Connection, state: str, wallet: str | None, reason: Mapping[str, str] | None, now: datetime
) -> None:
    """Switch one wallet, or with None all of them."""
    if state not in STATES:
        raise ValueError(f"the line is {' or '.join(STATES)}, not {state!r}")
    told = {f"reason_{language}": words for language, words in (reason or {}).items()}
    conn.execute(sa.insert(line_states).values(wallet=wallet, state=state, at=now.isoformat(), **told))


def _newest(conn: sa.Connection, wallet: str | None) -> LineState:
    of = line_states.c.wallet.is_(None) if wallet is None else line_states.c.wallet == wallet
    row = conn.execute(sa.select(line_states).where(of).order_by(line_states.c.n.desc()).limit(1)).first()
    if row is None:
        return LineState()
    reason = {"zh": row.reason_zh, "en": row.reason_en} if row.reason_zh else None
    return LineState(row.state, reason, row.at)
