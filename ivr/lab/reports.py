"""Reports of what happened in the lab, for its API: lists in order of insertion, times in the wallet's time zone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.callbacks import tables as callbacks_tables
from ivr.calls.report import call_report
from ivr.cases import tables as cases_tables
from ivr.engine import journal
from ivr.engine.secrets import ERASED, Sealer
from ivr.follow_up.tables import deliveries as delivery_rows
from ivr.follow_up.tables import lab_texts
from ivr.handover.summary import summarise
from ivr.lab.texts import sent_in_lab
from ivr.voice_notes import tables as voice_notes_tables
from ivr.wallet.tables import wallets

PROMISED = ("reference", "kind", "about", "due", "due_provisional", "status")
KEPT: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
    "cases": (cases_tables.cases, PROMISED),
    "disputes": (cases_tables.disputes, (*PROMISED, "refund_to")),
    "freezes": (cases_tables.freezes, ()),
    "consents": (cases_tables.consents, ("push", "wording", "channel")),
    "voice-notes": (voice_notes_tables.voice_notes, ("reference", "seconds", "status")),
}
Shown = dict[str, Any]


def kept(conn: sa.Connection, name: str) -> list[Shown]:
    """List the rows of one table of KEPT."""
    table, columns = KEPT[name]
    zones = _zones(conn)
    rows = conn.execute(sa.select(table).order_by(table.c.n))
    found = [_kept(row, zones) | {column: getattr(row, column) for column in columns} for row in rows]
    return [one | {"reason": one["kind"]} for one in found] if name == "disputes" else found


def everything(conn: sa.Connection, sealer: Sealer) -> dict[str, list[Shown]]:
    """Every list by its name, all of one moment."""
    others = {
        "callbacks": callbacks(conn, sealer),
        "rings": rings(conn),
        "deliveries": deliveries(conn),
        "sms": texts(conn, sealer),
    }
    return {name: kept(conn, name) for name in KEPT} | others


def callbacks(conn: sa.Connection, sealer: Sealer) -> list[Shown]:
    """List the promised callbacks, one per number, each with the agent's summary."""
    zones = _zones(conn)
    promised = (
        sa.select(callbacks_tables.callbacks)
        .where(callbacks_tables.callbacks.c.status == "requested")
        .order_by(callbacks_tables.callbacks.c.n)
    )
    return [_callback(conn, row, zones, sealer) for row in conn.execute(promised).all()]


def rings(conn: sa.Connection) -> list[Shown]:
    """List the dialled callbacks: status, time of the next attempt, and each agent who was rung."""
    zones = _zones(conn)
    wanted = sa.select(
        callbacks_tables.callback_queue,
        *(callbacks_tables.callbacks.c[name] for name in ("customer", "wallet", "call", "n")),
    )
    rows = conn.execute(
        wanted.join(
            callbacks_tables.callbacks, callbacks_tables.callbacks.c.id == callbacks_tables.callback_queue.c.id
        ).order_by("n")
    ).all()
    tried = conn.execute(sa.select(callbacks_tables.ring_attempts).order_by(callbacks_tables.ring_attempts.c.at)).all()
    return [_ring(row, [one for one in tried if one.ring == row.id], _zone(zones, row.wallet)) for row in rows]


def deliveries(conn: sa.Connection) -> list[Shown]:
    """List the events for the CRM: status, the CRM's last answer, and the body."""
    zones = _zones(conn)
    rows = conn.execute(sa.select(delivery_rows).order_by(delivery_rows.c.at, delivery_rows.c.id)).all()
    return [_delivery(row, _zone(zones, row.wallet)) for row in rows]


def texts(conn: sa.Connection, sealer: Sealer) -> list[Shown]:
    """List all text messages: to, body, at, status."""
    zones = _zones(conn)
    ids = conn.scalars(sa.select(lab_texts.c.message).order_by(lab_texts.c.n)).all()
    sent = sent_in_lab(conn, sealer)
    return [
        text | {"at": local(text["at"], _zone(zones, _wallet_of(conn, message)))}
        for message, text in zip(ids, sent, strict=True)
    ]


def call(conn: sa.Connection, sid: str, sealer: Sealer) -> Shown | None:
    """The report of a call; None if there is no such call."""
    report = call_report(conn, sid)
    if report is None:
        return None
    zone = _zone(_zones(conn), report["wallet"])
    turns = [turn | {"at": local(turn["at"], zone)} for turn in report["turns"]]
    return report | {"turns": turns, "summary": _summary(report["summary"], zone)}


def local(at: str | None, zone: tzinfo) -> str | None:
    """The same instant in this zone; a date, or nothing, stays what it is."""
    return datetime.fromisoformat(at).astimezone(zone).isoformat() if at and "T" in at else at


def _kept(row: Any, zones: dict[str, ZoneInfo]) -> Shown:
    at = local(row.at, _zone(zones, row.wallet))
    return {"id": row.id, "customer": row.customer, "wallet": row.wallet, "call": row.call, "at": at}


def _callback(conn: sa.Connection, row: Any, zones: dict[str, ZoneInfo], sealer: Sealer) -> Shown:
    zone = _zone(zones, row.wallet)
    rows, key = journal.rows(conn, row.call), journal.key(conn, row.call)
    gone = key == ERASED
    return _kept(row, zones) | {
        "number": "erased" if gone else sealer.for_call(key).open(row.number_sealed),
        "slot": local(row.slot, zone),
        "summary": _summary(summarise(rows) if rows and not gone else None, zone),
    }


def _ring(row: Any, tried: list[Any], zone: tzinfo) -> Shown:
    known = {name: getattr(row, name) for name in ("id", "customer", "wallet", "call", "status", "ended", "tries")}
    attempts = [
        {"agent": one.agent, "at": local(one.at, zone), "accepted": one.accepted, "ended": one.ended} for one in tried
    ]
    return known | {"at": local(row.at, zone), "next": local(row.next, zone), "attempts": attempts}


def _delivery(row: Any, zone: tzinfo) -> Shown:
    body = json.loads(row.body or "{}")
    known = {name: getattr(row, name) for name in ("id", "wallet", "status", "answer", "tries")}
    told = {name: body.get(name) for name in ("customer", "call", "reference", "event")}
    return known | told | {"at": local(row.at, zone), "next": local(row.next, zone), "body": body}


def _summary(summary: Shown | None, zone: tzinfo) -> Shown | None:
    return summary and summary | {"time": local(summary["time"], zone)}


def _zones(conn: sa.Connection) -> dict[str, ZoneInfo]:
    found = conn.execute(sa.select(wallets.c.id, wallets.c.document))
    return {row.id: ZoneInfo(json.loads(row.document)["timezone"]) for row in found}


def _zone(zones: dict[str, ZoneInfo], wallet: str | None) -> tzinfo:
    return zones.get(wallet or "", UTC)


def _wallet_of(conn: sa.Connection, message: str) -> str | None:
    """Find the wallet of a message by the call or the reference in its id."""
    names = message.split(":")[1:]
    for column, wallet in (
        (journal.calls.c.call, journal.calls.c.wallet),
        (cases_tables.cases.c.reference, cases_tables.cases.c.wallet),
        (cases_tables.disputes.c.reference, cases_tables.disputes.c.wallet),
        (callbacks_tables.callbacks.c.id, callbacks_tables.callbacks.c.wallet),
    ):
        found = conn.scalar(sa.select(wallet).where(column.in_(names)))
        if found is not None:
            return found
    return None
