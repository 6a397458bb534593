"""The switch of operations: open, everybody to a person, or closed; for one wallet or for all of them.

Every switching is a row, and the newest counts: from the next turn on. A wallet is as closed as its own switch or the one
for all says, whichever is stricter, so that closing everything closes everything, and opening it again opens no
wallet that was closed by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.engine.hot_path import CompiledStatement
from ivr.operations.tables import line_states

STATES = ("open", "person", "closed")
"""From the mildest to the strictest."""


@dataclass(frozen=True)
class LineState:
    """How the line is switched; the reason in both languages, or in none; since when, ISO 8601; by which switch.

    `wallet` is the one whose own switch that is; without it, it is the one for all.
    """

    state: str = "open"
    reason: Mapping[str, str] | None = None
    since: str | None = None
    wallet: str | None = None


_N = sa.select(sa.func.max(line_states.c.n))
_NEWEST = sa.or_(
    line_states.c.n == _N.where(line_states.c.wallet.is_(None)).scalar_subquery(),
    line_states.c.n == _N.where(line_states.c.wallet == sa.bindparam("wallet")).scalar_subquery(),
)
STATE_QUERY = CompiledStatement(
    sa.select(*(line_states.c[name] for name in ("state", "reason_zh", "reason_en", "at", "wallet"))).where(_NEWEST)
)


def is_any_switched() -> sa.Exists:
    """Whether any wallet is not open just now; a column for the look of a turn, since that is seldom so."""
    newest = sa.select(sa.func.max(line_states.c.n)).group_by(line_states.c.wallet)
    return sa.exists().where(line_states.c.state != "open", line_states.c.n.in_(newest))


def line_state(conn: sa.Connection, wallet: str | None) -> LineState:
    """What holds for this wallet now; with None, what was said for all of them."""
    said = [
        LineState(state, {"zh": zh, "en": en} if zh else None, at, own)
        for state, zh, en, at, own in STATE_QUERY.run(conn, wallet=wallet)
    ]
    return max(said, key=lambda one: (STATES.index(one.state), one.since or ""), default=LineState())


def switch(
    conn: sa.Connection, state: str, wallet: str | None, reason: Mapping[str, str] | None, now: datetime
) -> None:
    """Switch one wallet, or with None all of them."""
    if state not in STATES:
        raise ValueError(f"the line is {' or '.join(STATES)}, not {state!r}")
    told = {f"reason_{language}": words for language, words in (reason or {}).items()}
    conn.execute(sa.insert(line_states).values(wallet=wallet, state=state, at=now.isoformat(), **told))


def takeover_flow(conn: sa.Connection, facts: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The story that a call goes on with, and its facts, when the line is not open; not for those on their way to a person."""
    said = line_state(conn, facts.get("wallet"))
    if said.state == "open" or "reason" in facts:
        return None
    return said.state, {**facts, "switched": said.reason}
