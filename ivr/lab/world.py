"""The lab's world: wallets, customers and their records; loaded as a whole, and restored by a reset.

Dates of a world that is PUT stay as they are. Only the demo world of a new database is moved: all its
dates by the same number of whole days, so that its newest record is of the day before. Whole days
keep the time of day, and nothing in the demo depends on a day of the week.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ivr.callbacks import tables as callbacks_tables
from ivr.cases import tables as cases_tables
from ivr.demo.document import LISTS, checked
from ivr.demo.tables import customers, records
from ivr.engine import claims, journal
from ivr.follow_up.tables import deliveries, lab_texts, messages
from ivr.handover import tables as handover_tables
from ivr.identity import tables as identity_tables
from ivr.lab.staff import add_demo_people
from ivr.lab.tables import worlds
from ivr.operations import tables as operations_tables
from ivr.queue import tables as queue_tables
from ivr.staff import tables as staff_tables
from ivr.talks import tables as talks_tables
from ivr.task_routing import tables as task_tables
from ivr.voice_notes import tables as voice_notes_tables
from ivr.wallet.shapes import DocumentError
from ivr.wallet.tables import wallet_lines, wallets
from ivr.wallet.wallet_file import lines

DEFAULT = Path(__file__).parent / "default_world.json"
DATE = re.compile(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9](T\S+)?")
KINDS = {
    "top_ups": "top-up",
    "payments": "payment",
    "disputes": "dispute",
    "promotions": "promotion",
    "rewards": "reward",
}
LOADED = (wallets, wallet_lines, customers, records, cases_tables.disputes, identity_tables.attempts)
HAPPENED = (
    journal.calls,
    journal.journal,
    journal.replies,
    journal.notices,
    claims.claims,
    identity_tables.challenges,
    identity_tables.languages,
    cases_tables.cases,
    callbacks_tables.callbacks,
    cases_tables.freezes,
    cases_tables.consents,
    voice_notes_tables.voice_notes,
    voice_notes_tables.sounds,
    voice_notes_tables.recordings,
    callbacks_tables.callback_queue,
    callbacks_tables.ring_attempts,
    cases_tables.overdue,
    operations_tables.line_states,
    messages,
    deliveries,
    lab_texts,
    handover_tables.summary_views,
    identity_tables.warnings,
    identity_tables.verification_acts,
    identity_tables.blocked_callers,
    operations_tables.announcements,
    queue_tables.queue_entries,
    queue_tables.agent_offers,
    queue_tables.withdrawn_legs,
    queue_tables.talk_notes,
    queue_tables.ratings,
    staff_tables.agent_acts,
    talks_tables.talks,
    talks_tables.talk_legs,
    talks_tables.talk_steps,
    task_tables.task_reservations,
)
Document = dict[str, Any]
Row = dict[str, Any]


def load(conn: sa.Connection, document: Any) -> dict[str, int]:
    """Replace the world and delete everything that happened in it; on DocumentError nothing changes."""
    world = checked(document)
    kept = {"id": 1, "document": _dump(world)}
    if not journal.insert_new(conn, worlds, kept):
        conn.execute(sa.update(worlds).values(kept))
    reset(conn)
    return {name: len(world[name]) for name in LISTS}


def load_default_if_empty(conn: sa.Connection) -> None:
    """Load the demo world into a new database, with dates moved so that its newest record is from yesterday."""
    if conn.scalar(sa.select(worlds.c.id)) is None:
        load(conn, moved(json.loads(DEFAULT.read_text("utf-8")), datetime.now(UTC)))


def reset(conn: sa.Connection) -> None:
    """Restore the world as last loaded; delete calls, attempts, cases and messages."""
    document = conn.scalar(sa.select(worlds.c.document).with_for_update())  # one at a time
    for table in (*HAPPENED, *LOADED):
        conn.execute(sa.delete(table))
    if document is not None:
        _fill(conn, json.loads(document))


def moved(document: Document, now: datetime) -> Document:
    """Move all dates by whole days, so that the newest record is of the day before `now`."""
    dated = [one["at"] for name in ("top_ups", "payments", "disputes") for one in document[name]]
    newest = max(datetime.fromisoformat(at) for at in dated)
    days = (now.astimezone(newest.tzinfo).date() - newest.date()).days - 1
    return _shifted(document, timedelta(days=days))


def _shifted(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {name: _shifted(inner, by) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shifted(one, by) for one in value]
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return value
    kind = datetime if "T" in value else date
    return (kind.fromisoformat(value) + by).isoformat()


def _fill(conn: sa.Connection, world: Document) -> None:
    wallet_of = {one["id"]: one["wallet"] for one in world["customers"]}
    rows: dict[sa.Table, list[Row]] = {
        wallets: [{"id": one["id"], "document": _dump(one)} for one in world["wallets"]],
        wallet_lines: [{"line": line, "wallet": one["id"]} for one in world["wallets"] for line in lines(one)],
        customers: [_customer(one) for one in world["customers"]],
        records: list(_records(world)),
        cases_tables.disputes: [_dispute(one, wallet_of[one["customer"]]) for one in world["disputes"]],
        identity_tables.attempts: [
            _attempt(n, one, wallet_of[one["customer"]]) for n, one in enumerate(world["attempts"])
        ],
    }
    for table, found in rows.items():
        if found:
            conn.execute(sa.insert(table), found)
    add_demo_people(conn, [one["id"] for one in world["wallets"]])


def _customer(one: Document) -> Row:
    return {name: one.get(name) for name in ("id", "wallet", "mobile", "wallet_id")} | {"document": _dump(one)}


def _records(world: Document) -> Iterator[Row]:
    for name, kind in KINDS.items():
        for one in world[name]:
            yield {"kind": kind, "id": one.get("id"), "customer": one.get("customer"), "document": _dump(one)}


def _dispute(one: Document, wallet: str) -> Row:
    row = {name: one.get(name) for name in ("id", "reference", "customer", "at", "status", "due", "refund_to")}
    return row | {"wallet": wallet, "about": one["payment"], "kind": one["reason"], "due_provisional": False}


def _attempt(place: int, one: Document, wallet: str) -> Row:
    at = datetime.fromisoformat(one["at"]).astimezone(UTC).isoformat(timespec="microseconds")
    row = {"id": f"earlier-{place}", "wallet": wallet, "account": one["customer"], "factor": "earlier", "at": at}
    return row | {"ok": bool(one.get("ok"))}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


__all__ = ["DocumentError", "load", "load_default_if_empty", "moved", "reset"]
