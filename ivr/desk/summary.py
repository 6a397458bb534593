"""What an agent is told: made from the journal alone, the same every time, in both languages, masked.

Everything that the caller chose or keyed is in it; secrets never, since the journal never had them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ivr.desk.tables import callbacks, cases
from ivr.engine import journal
from ivr.engine.journal import Row
from ivr.engine.secrets import Sealer


def summarise(rows: list[Row]) -> dict[str, Any]:
    """Rows of a call → the summary's fields."""
    last = rows[-1]
    steps = [step for row in rows for step in (*(row.failed or {}).get("steps", []), *row.steps)]
    customer = last.facts.get("customer")
    return {
        "time": rows[0].at.isoformat(),
        "language": last.language,
        "wallet": last.facts.get("wallet"),
        "level": level(last.facts),
        "verified_by": customer["how"] if customer else None,
        "customer": customer["id"] if customer else None,
        "path": [step[3] for step in steps if step[0] == "answer" and step[2] == "value" and isinstance(step[3], str)],
        "entered": {step[1]: step[3] for step in steps if step[0] == "answer" and step[2] == "value"},
        "keyed_secretly": sorted(
            {step[1] for step in steps if step[0] == "answer" and step[2] in ("secret", "sealed")}
        ),
        "findings": [{"effect": step[1], "result": step[3]} for step in steps if step[0] == "did" and step[2] == "ok"],
        "unavailable": [step[1] for step in steps if step[0] == "did" and step[2] == "err"],
        "reason": last.facts.get("reason"),
        "priority": last.facts.get("priority", "normal"),
        "faults": [row.failed["type"] for row in rows if row.failed],
    }


def level(facts: dict[str, Any]) -> str:
    """L0 to L3."""
    customer = facts.get("customer")
    return f"L{customer['level']}" if customer else "L0"


def call_report(conn: sa.Connection, sid: str, sealer: Sealer) -> dict[str, Any] | None:
    """A call as the lab shows it; None when there is no such call."""
    call = conn.execute(sa.select(journal.calls).where(journal.calls.c.call == sid)).first()
    rows = journal.rows(conn, sid)
    if call is None or not rows:
        return None
    return {
        "call": sid,
        "language": rows[-1].language,
        "wallet": call.wallet,
        "level": level(rows[-1].facts),
        "outcome": outcome(conn, sid, rows[-1].facts, call.ended),
        "turns": [{"turn": row.turn, "at": row.at.isoformat(), "steps": row.steps, "wait": row.wait} for row in rows],
        "summary": summarise(rows),
    }


def outcome(conn: sa.Connection, sid: str, facts: dict[str, Any], ended: str | None) -> str | None:
    """transferred, callback, case, resolved or abandoned; None while nothing is settled in a live call."""
    if _accepted(conn, sid):
        return "transferred"
    requested = sa.select(callbacks.c.id).where(callbacks.c.call == sid, callbacks.c.status != "draft")
    if conn.execute(requested).first():
        return "callback"
    if conn.execute(sa.select(cases.c.id).where(cases.c.call == sid)).first():
        return "case"
    return "resolved" if facts.get("solved") else "abandoned" if ended else None


def _accepted(conn: sa.Connection, sid: str) -> bool:
    query = sa.select(journal.notices.c.body).where(journal.notices.c.call == sid, journal.notices.c.kind == "whisper")
    return any('"accepted"' in body for body in conn.scalars(query))
