"""Report of a call: outcome, turns and summary, for the console, the lab and the wallet's CRM."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from ivr.callbacks.callbacks import PROMISED
from ivr.callbacks.tables import callbacks
from ivr.calls.agent_acts import acts_in
from ivr.cases.tables import cases, disputes
from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.secrets import ERASED, Sealer
from ivr.follow_up import deliveries
from ivr.handover.summary import proof_level, summarise
from ivr.queue.ratings import rating_of
from ivr.queue.tables import queue_entries
from ivr.queue.talk_notes import outcomes_of
from ivr.staff import acts

CRM_FIELDS = (
    "wallet",
    "language",
    "customer",
    "level",
    "verified_by",
    "caller",
    "reason",
    "priority",
    "entries",
    "promises",
    "notes",
    "written",
)
"""The fields of the summary that the CRM gets: entries, promises and the text. Results of effects are not sent."""

UNJOINED = "unjoined"
"""The notice that an agent accepted after the caller had hung up; its sequence is that of the turn."""


def call_report(conn: sa.Connection, sid: str) -> dict[str, Any] | None:
    """Language, wallet, level, outcome, rating, talks, acts of agents, turns and summary of a call; None when there is
    no such call.

    An erased call has no turns and no summary, and `erased` is true.
    """
    call = conn.execute(sa.select(journal.calls).where(journal.calls.c.call == sid)).first()
    rows = journal.rows(conn, sid)
    if call is None or not rows:
        return None
    return {
        "call": sid,
        "language": rows[-1].language,
        "wallet": call.wallet,
        "level": _level(conn, sid, rows[-1].facts),
        "outcome": outcome(conn, sid, rows[-1].facts, call.ended),
        "rating": rating_of(conn, sid),
        "talks": outcomes_of(conn, sid),
        "acts": acts_in(conn, sid),
    } | ({"turns": [], "summary": None, "erased": True} if call.key_sealed == ERASED else _turns_and_summary(rows))


def _level(conn: sa.Connection, sid: str, facts: dict[str, Any]) -> str:
    """What the line proved, or L3 after an agent verified the same customer."""
    proved = facts.get("customer") or facts.get("owner")
    return "L3" if proved and acts.is_verified(conn, sid, proved["id"]) else proof_level(facts)


def _turns_and_summary(rows: list[journal.Row]) -> dict[str, Any]:
    return {
        "turns": [
            {
                "turn": row.turn,
                "at": row.at.isoformat(),
                "level": proof_level(row.facts),
                "steps": row.steps,
                "wait": row.wait,
            }
            for row in rows
        ],
        "summary": summarise(rows),
    }


def keep_summary(conn: sa.Connection, sid: str, sealer: Sealer) -> None:
    """Store the sealed summary with the call: when an agent is rung and when the call ends; not after an erasure."""
    rows, key = journal.rows(conn, sid), journal.key(conn, sid)
    if rows and key != ERASED:
        text = msgspec.json.encode(summarise(rows)).decode()
        here = journal.calls.c.call == sid
        conn.execute(sa.update(journal.calls).where(here).values(summary_sealed=sealer.for_call(key).seal(text)))


def tell_crm(conn: sa.Connection, settings: Settings, sid: str, now: datetime) -> None:
    """Queue the summary for the wallet's CRM, where the agent who takes the call reads it; not after an erasure."""
    if not settings.crm_url:
        return
    rows, key = journal.rows(conn, sid), journal.key(conn, sid)
    if rows and key != ERASED and rows[-1].facts.get("wallet"):
        summary = summarise(rows)
        done = acts_in(conn, sid)
        told = {name: summary[name] for name in CRM_FIELDS} | {"at": rows[-1].at.isoformat(), "acts": done}
        state = f"{len(rows)}.{len(done)}" if done else str(len(rows))
        deliveries.promise_summary(conn, settings, sid, state, told, now)


def has_follow_up(conn: sa.Connection, sid: str) -> bool:
    """Whether the call leaves work: for an agent, or a callback, a case, a dispute or a voice note."""
    rows = journal.rows(conn, sid)
    if not rows:
        return False
    left_work = outcome(conn, sid, rows[-1].facts, None) in ("transferred", "callback", "case")
    return left_work or bool(summarise(rows)["notes"])


def outcome(conn: sa.Connection, sid: str, facts: dict[str, Any], ended: str | None) -> str | None:
    """transferred, callback, case, resolved or abandoned; None for a live call without an outcome yet."""
    if _accepted(conn, sid):
        return "transferred"
    requested = sa.select(callbacks.c.id).where(callbacks.c.call == sid, callbacks.c.status.in_(PROMISED))
    if conn.execute(requested).first():
        return "callback"
    if any(conn.execute(sa.select(table.c.id).where(table.c.call == sid)).first() for table in (cases, disputes)):
        return "case"
    return "resolved" if facts.get("solved") else "abandoned" if ended else None


def _accepted(conn: sa.Connection, sid: str) -> bool:
    """Whether an agent took the call, in the queue or on one of the numbers, and was joined to the caller."""
    queued = sa.select(queue_entries.c.id).where(queue_entries.c.call == sid, queue_entries.c.outcome == "answered")
    if conn.execute(queued.limit(1)).first() is not None:
        return True
    here = sa.select(journal.notices.c.sequence, journal.notices.c.body).where(journal.notices.c.call == sid)
    unjoined = {turn for turn, _body in conn.execute(here.where(journal.notices.c.kind == UNJOINED))}
    keyed = conn.execute(here.where(journal.notices.c.kind == "whisper"))
    return any('"accepted"' in body and turn not in unjoined for turn, body in keyed)
