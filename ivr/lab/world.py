"""The world: wallets, customers and their records; loaded whole, and restored by a reset."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ivr.desk import tables as desk
from ivr.engine import claims, journal
from ivr.follow_up.queue import forget_waiting
from ivr.follow_up.tables import lab_texts, messages
from ivr.lab.document import WorldError, checked
from ivr.lab.tables import worlds
from ivr.wallet.tables import customers, records, wallet_lines, wallets

DEFAULT = Path(__file__).parent / "default_world.json"
KINDS = {"top_ups": "top-up", "payments": "payment", "promotions": "promotion", "rewards": "reward"}
LOADED = (wallets, wallet_lines, customers, records, desk.disputes, desk.attempts)
HAPPENED = (
    journal.calls, journal.journal, journal.notices, claims.claims, desk.challenges, desk.languages, desk.cases,
    desk.callbacks, desk.freezes, desk.consents, desk.voice_notes, messages, lab_texts,
)  # fmt: skip


def load(conn: sa.Connection, document: Any) -> None:
    """Replace the world and forget what happened in it; raises WorldError and then changes nothing."""
    checked(document)
    conn.execute(sa.delete(worlds))
    conn.execute(sa.insert(worlds).values(id=1, document=_dump(document)))
    reset(conn)


def load_default_if_empty(conn: sa.Connection) -> None:
    """The demo world for a new database, moved so that its newest record is of yesterday."""
    if conn.scalar(sa.select(worlds.c.id)) is None:
        load(conn, moved(json.loads(DEFAULT.read_text("utf-8")), datetime.now(UTC)))


def reset(conn: sa.Connection) -> None:
    """The world as last loaded; calls, attempts, cases, messages and pending follow-ups are forgotten."""
    for table in (*HAPPENED, *LOADED):
        conn.execute(sa.delete(table))
    forget_waiting(conn)
    document = conn.scalar(sa.select(worlds.c.document))
    if document is not None:
        _insert(conn, json.loads(document))


def moved(document: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The same world some whole days later: its newest top-up is of the day before `now`."""
    newest = max(datetime.fromisoformat(one["at"]) for one in document["top_ups"])
    days = (now.astimezone(newest.tzinfo).date() - newest.date()).days - 1
    return _shifted(document, timedelta(days=days))


def _shifted(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {name: _shifted_date(name, inner, by) for name, inner in value.items()}
    return [_shifted(one, by) for one in value] if isinstance(value, list) else value


def _shifted_date(name: str, value: Any, by: timedelta) -> Any:
    if name in ("at", "starts", "ends", "due", "registered_on", "completed_at", "credited_at") and isinstance(
        value, str
    ):
        later = datetime.fromisoformat(value) + by
        return later.date().isoformat() if len(value) == 10 else later.isoformat()
    return _shifted(value, by)


def _insert(conn: sa.Connection, document: dict[str, Any]) -> None:
    for wallet in document["wallets"]:
        conn.execute(sa.insert(wallets).values(id=wallet["id"], document=_dump(wallet)))
        for line in (wallet["line"], *wallet.get("lines", [])):
            conn.execute(sa.insert(wallet_lines).values(line=line, wallet=wallet["id"]))
    for customer in document.get("customers", []):
        known = {name: customer.get(name) for name in ("id", "wallet", "mobile", "wallet_id")}
        conn.execute(sa.insert(customers).values(**known, document=_dump(customer)))
    for name, kind in KINDS.items():
        for one in document.get(name, []):
            row = {"kind": kind, "id": one.get("id"), "customer": one.get("customer"), "document": _dump(one)}
            conn.execute(sa.insert(records).values(**row))
    _insert_disputes(conn, document)
    _insert_attempts(conn, document)


def _insert_disputes(conn: sa.Connection, document: dict[str, Any]) -> None:
    wallet_of = {one["id"]: one["wallet"] for one in document.get("customers", [])}
    for one in document.get("disputes", []):
        row = {name: one.get(name) for name in ("id", "reference", "customer", "at", "status", "due", "refund_to")}
        row |= {"wallet": wallet_of[one["customer"]], "about": one["payment"], "kind": one["reason"]}
        conn.execute(sa.insert(desk.disputes).values(**row, due_provisional=False))


def _insert_attempts(conn: sa.Connection, document: dict[str, Any]) -> None:
    for place, one in enumerate(document.get("attempts", [])):
        at = datetime.fromisoformat(one["at"]).astimezone(UTC).isoformat(timespec="microseconds")
        row = {"id": f"earlier-{place}", "account": one["customer"], "factor": "earlier", "at": at}
        conn.execute(sa.insert(desk.attempts).values(**row, ok=one.get("ok", False)))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


__all__ = ["WorldError", "load", "load_default_if_empty", "moved", "reset"]
