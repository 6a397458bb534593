"""The switch of the line: open, person (every caller to an agent) or closed; for one wallet or for all wallets.

Each setting is a row; the newest one counts, from the next turn on. The stricter of the wallet's own switch and the
switch for all wallets holds. So closing the line closes all wallets, and opening it again does not open a wallet that
was closed separately.
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
"""From the least to the most strict."""


@dataclass(frozen=True)
class LineState:
    """A setting of the switch: state, reason in both languages or None, and since when (ISO 8601).

    `wallet`: the wallet that this switch belongs to; None for the switch of all wallets.
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
    """Whether any wallet is not open: a column of a turn's first query, which saves most turns a second one."""
    newest = sa.select(sa.func.max(line_states.c.n)).group_by(line_states.c.wallet)
    return sa.exists().where(line_states.c.state != "open", line_states.c.n.in_(newest))


def line_state(conn: sa.Connection, wallet: str | None) -> LineState:
    """The setting that holds for this wallet now; with None, the one for all wallets."""
    found = _settings(conn, wallet)
    return max(found, key=lambda one: (STATES.index(one.state), one.since or ""), default=LineState())


def own_switch(conn: sa.Connection, wallet: str) -> LineState:
    """The setting of the wallet's own switch, also when that of all wallets is the stricter one."""
    return next((one for one in _settings(conn, wallet) if one.wallet == wallet), LineState(wallet=wallet))


def number_of(conn: sa.Connection, wallet: str) -> int:
    """The number of the latest setting of this wallet's own switch; 0 before the first."""
    newest = sa.select(sa.func.max(line_states.c.n)).where(line_states.c.wallet == wallet)
    return int(conn.scalar(newest) or 0)


def _settings(conn: sa.Connection, wallet: str | None) -> list[LineState]:
    """The newest setting of the wallet's own switch and of that of all wallets."""
    return [
        LineState(state, {"zh": zh, "en": en} if zh else None, at, own)
        for state, zh, en, at, own in STATE_QUERY.run(conn, wallet=wallet)
    ]


def switch(
    conn: sa.Connection, state: str, wallet: str | None, reason: Mapping[str, str] | None, now: datetime
) -> None:
    """Set the switch of one wallet, or with None of all wallets. Raises ValueError for an unknown state."""
    if state not in STATES:
        raise ValueError(f"the line is {' or '.join(STATES)}, not {state!r}")
    told = {f"reason_{language}": words for language, words in (reason or {}).items()}
    conn.execute(sa.insert(line_states).values(wallet=wallet, state=state, at=now.isoformat(), **told))


def takeover_flow(conn: sa.Connection, facts: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The root flow and facts of a call when the line is not open; None for calls that go to an agent,
    and for callers who are barred: they may freeze an account, whatever the switch says."""
    said = line_state(conn, facts.get("wallet"))
    if said.state == "open" or "reason" in facts or "barred" in facts:
        return None
    return said.state, {**facts, "switched": said.reason}
