"""The card of a call: who, how well verified; what they want; what was tried and found; what was promised; what was
before.

It is made from the summary that agents are told of (`ivr/handover/summary.py`), which holds no secrets. The caller's
number, the customer's id and the number to call back are masked on it; `open_field` opens one of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.callbacks.attempts import number_of
from ivr.callbacks.callbacks import PROMISED
from ivr.callbacks.tables import callbacks
from ivr.calls.report import call_report
from ivr.cases.stages import OPEN
from ivr.cases.tables import cases, disputes, overdue
from ivr.desk import calls as seen
from ivr.desk.calls import ListedCall
from ivr.engine.secrets import ERASED, BrokenSeal, Sealer
from ivr.handover.agent_words import agent_words
from ivr.handover.summary import is_frozen
from ivr.staff.scope import Scope
from ivr.storage.database import AnyRow

FIELDS = ("caller", "customer", "callback")
"""What is masked, and can be revealed."""
STORY = ("chosen", "entered", "said", "found", "promised")
"""The lines of the summary's text, in the order of the card; `who` and `why` stand above them."""


@dataclass(frozen=True)
class Promise:
    """A case or a dispute of the customer that is not done."""

    reference: str
    kind: str
    stage: str
    due: str | None
    overdue: bool
    is_dispute: bool


@dataclass(frozen=True)
class Card:
    """What a page shows of a call; `summary` is None for an erased one."""

    call: str
    at: datetime
    zone: str
    wallet: dict[str, str]
    language: str
    outcome: str
    level: str
    summary: dict[str, Any] | None
    topic: str | None
    reason: dict[str, str]
    story: dict[str, dict[str, str]]
    risks: tuple[str, ...]
    masked: dict[str, str]
    open_cases: list[Promise]
    earlier: list[ListedCall]


def card(conn: sa.Connection, scope: Scope, row: AnyRow, sealer: Sealer) -> Card | None:
    """The card of a call that the person may see; None for a call of which nothing was stored."""
    report = call_report(conn, row.call)
    summary = report["summary"] if report else _kept_summary(row, sealer)
    if report is None and summary is None:
        return None
    told = summary or {}
    lines = {lang: lines_of(told, lang) for lang in ("zh", "en")}
    return Card(
        call=row.call,
        at=datetime.fromisoformat(row.started),
        zone=seen.zone_of(conn, row.wallet),
        wallet=seen.name_of(conn, row.wallet),
        language=report["language"] if report else told["language"],
        outcome=(report["outcome"] if report else None) or ("over" if row.ended else "going-on"),
        level=report["level"] if report else told["level"],
        summary=summary,
        topic=seen.topic_of(told.get("path", [])),
        reason={lang: lines[lang].get("why", "") for lang in lines} if told.get("reason") else {},
        story={lang: {name: lines[lang][name] for name in STORY if name in lines[lang]} for lang in lines},
        risks=_risks(told),
        masked=_masked(conn, row, told),
        open_cases=_open_cases(conn, scope, row.wallet, told.get("customer")),
        earlier=seen.earlier(conn, scope, row, told.get("customer")),
    )


def open_field(conn: sa.Connection, row: AnyRow, summary: dict[str, Any], field: str, sealer: Sealer) -> str | None:
    """The whole value of a masked field; None if there is none any more."""
    try:
        if field == "caller":
            return sealer.for_call(row.key_sealed).open(row.caller_sealed) if row.caller_sealed else None
        if field == "callback":
            promised = _callback(conn, row)
            return number_of(conn, promised, sealer) if promised else None
    except BrokenSeal:
        return None
    return summary.get("customer")


def _kept_summary(row: AnyRow, sealer: Sealer) -> dict[str, Any] | None:
    """The summary that was stored with the call, after its journal was deleted as old."""
    if not row.summary_sealed or row.key_sealed == ERASED:
        return None
    try:
        kept: dict[str, Any] = json.loads(sealer.for_call(row.key_sealed).open(row.summary_sealed))
    except BrokenSeal:
        return None
    return kept


def lines_of(summary: dict[str, Any], lang: str) -> dict[str, str]:
    """The summary's text by the name of each line, without its label."""
    names = {words: name for name, words in agent_words()["labels"][lang].items()}
    parts = [line.partition(": ") for line in summary.get("written", {}).get(lang, [])]
    return {names[label]: text for label, _, text in parts}


def _risks(summary: dict[str, Any]) -> tuple[str, ...]:
    """What an agent has to know before the first word, by the names of words."""
    if not summary:
        return ()
    told, tries = summary["told"], summary["verification"]
    found = {
        "risk-directed": bool(told.get("directed")),
        "risk-frozen": is_frozen(summary),
        "risk-wrong-proof": tries["failed"] > 0,
        "risk-urgent": summary["priority"] == "high",
        "risk-unavailable": bool(summary["unavailable"]),
        "risk-fault": bool(summary["faults"]),
    }
    return tuple(name for name, holds in found.items() if holds)


def _masked(conn: sa.Connection, row: AnyRow, summary: dict[str, Any]) -> dict[str, str]:
    """The masked form of each field that is there."""
    customer, promised = summary.get("customer"), _callback(conn, row)
    found = {
        "caller": f"…{summary.get('caller') or ''}" if row.caller_sealed else "",
        "customer": f"…{customer[-2:] if len(customer) > 5 else ''}" if customer else "",
        "callback": f"…{promised.number_mask}" if promised and promised.number_sealed else "",
    }
    return {name: text for name, text in found.items() if text}


def _callback(conn: sa.Connection, row: AnyRow) -> AnyRow | None:
    """The callback that was promised in the call."""
    promised = (callbacks.c.call == row.call) & (callbacks.c.wallet == row.wallet) & callbacks.c.status.in_(PROMISED)
    return conn.execute(sa.select(callbacks).where(promised).order_by(callbacks.c.n.desc()).limit(1)).first()


def _open_cases(conn: sa.Connection, scope: Scope, wallet: str, customer: str | None) -> list[Promise]:
    """The cases and disputes of the verified customer that are not done, by their dates."""
    if customer is None:
        return []
    found = []
    for table in (cases, disputes):
        mine = (table.c.customer == customer) & (table.c.wallet == wallet) & scope.covers(table.c.wallet)
        for row in conn.execute(sa.select(table).where(mine, table.c.status.in_(OPEN))):
            late = conn.scalar(sa.select(overdue.c.at).where(overdue.c.reference == row.reference))
            found.append(Promise(row.reference, row.kind, row.status, row.due, late is not None, table is disputes))
    return sorted(found, key=lambda one: (one.due or "", one.reference))
