"""The audit log: who did what about which call, case or person, and when. Rows are only ever added.

No code updates or deletes a row, not even retention or erasure: a row holds ids, never what was said, a number or a
name of a customer. The row is written in the transaction of the act, or before what it tells of is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ivr.staff.scope import Scope
from ivr.staff.tables import audit_log


@dataclass(frozen=True)
class Entry:
    """A row of the log; `wallet` is empty for acts about people."""

    at: str
    who: str
    act: str
    about: str
    wallet: str
    details: dict[str, Any]


def stamp(at: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text compares as time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def record(conn: sa.Connection, who: str, act: str, about: str, at: datetime, wallet: str = "", **details: Any) -> None:
    """Add a row, within the caller's transaction."""
    row = {"at": stamp(at), "who": who, "act": act, "about": about, "wallet": wallet}
    conn.execute(sa.insert(audit_log).values(**row, details=json.dumps(details, ensure_ascii=False)))


def entries(
    conn: sa.Connection, scope: Scope, people: Iterable[str] = (), about: str = "", before: int = 0, most: int = 100
) -> list[tuple[int, Entry]]:
    """The latest rows about these wallets and people, newest first, with their numbers; `before` continues a page."""
    ours = scope.covers(audit_log.c.wallet) | ((audit_log.c.wallet == "") & audit_log.c.about.in_(list(people)))
    query = sa.select(audit_log).where(ours).order_by(audit_log.c.n.desc()).limit(most)
    if about:
        query = query.where(audit_log.c.about == about)
    if before:
        query = query.where(audit_log.c.n < before)
    return [
        (row.n, Entry(row.at, row.who, row.act, row.about, row.wallet, json.loads(row.details)))
        for row in conn.execute(query)
    ]
