"""Deliveries to the wallet's CRM: cases, the summary that an agent gets of a call, and what the agent did, as signed
webhooks.

A delivery is a row in the transaction that opens the case or rings the agent; the worker sends it. The row holds the
body, so every try sends the same bytes; its id (reference or CallSid, colon, event) is the idempotency key by which the
CRM recognises it. What the CRM refuses (4xx) is dead at once, what it cannot take now is tried for a day. Dead ones
stay until somebody sends them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.config.settings import Settings
from ivr.engine.journal import insert_new
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import QUEUED, RetryPolicy, due, finish, lease, queue_again, retry, stamp
from ivr.follow_up.tables import deliveries
from ivr.follow_up.webhook import NoAnswer, headers, post
from ivr.storage.database import AnyRow, begin_read, begin_write

OPENED, OVERDUE, NOTED = "case.opened", "case.overdue", "case.noted"
SUMMARY, ACT = "call.summary", "call.act"
RETRIES = RetryPolicy(timedelta(seconds=30), timedelta(hours=1), timedelta(days=1))
"""An event that the CRM has not taken within the window is dead: people send it again by `flask deliveries`."""
SENT_AT_ONCE = 4
"""Events that one worker sends to the CRM at the same time."""
NOT_NOW = (408, 409, 425, 429)  # of the 4xx, those that ask to come again: 409 says the same is being worked on
Case = Mapping[str, Any]
CASE_FIELDS = ("reference", "wallet", "customer", "kind", "about", "due", "call")
"""What the CRM gets of a case, besides the event, its time, and when the case was opened."""


def promise(
    conn: sa.Connection,
    settings: Settings,
    event: str,
    case: Case,
    now: datetime,
    note: Mapping[str, Any] | None = None,
) -> None:
    """Deliver this event of a case (its row) once, or once for each voice note; nothing when the wallet has no CRM."""
    if not address(settings.crm_url, case["wallet"]):
        return
    key = ":".join((case["reference"], event, *([note["id"]] if note else [])))
    _keep(conn, key, case["wallet"], _body(event, case, now, note), now)


def promise_summary(conn: sa.Connection, settings: Settings, call: str, state: str, told: Case, now: datetime) -> None:
    """Deliver what an agent is told of a call, once for each state of it."""
    _promise_of_call(conn, settings, f"{call}:{SUMMARY}:{state}", {**told, "event": SUMMARY, "call": call}, now)


def promise_act(conn: sa.Connection, settings: Settings, act: str, told: Case, now: datetime) -> None:
    """Deliver what an agent did in a call, once for each act."""
    _promise_of_call(conn, settings, f"{told['call']}:{ACT}:{act}", {**told, "event": ACT}, now)


def _promise_of_call(conn: sa.Connection, settings: Settings, key: str, told: Case, now: datetime) -> None:
    if address(settings.crm_url, told["wallet"]):
        _keep(conn, key, told["wallet"], json.dumps(told, ensure_ascii=False, sort_keys=True), now)


def _keep(conn: sa.Connection, key: str, wallet: str, body: str, now: datetime) -> None:
    row = {"id": key, "at": stamp(now), "wallet": wallet, "status": QUEUED, "body": body}
    insert_new(conn, deliveries, row)


def deliver(context: Context, delivery: str) -> None:
    """Make one try, unless another worker holds the lease."""
    row = lease(context.engine, deliveries, delivery, context.machine())
    if row is None:
        return
    answer = _sent(context, row)
    outcome = _outcome(row, answer, context.machine())
    with begin_write(context.engine) as conn:
        if finish(conn, deliveries, row, answer=answer, **outcome) and outcome.get("status") == "dead":
            logger("follow-up").error("delivery is dead", delivery=delivery, answer=answer, tries=row.tries)


def due_deliveries(context: Context) -> list[str]:
    """The deliveries to be tried now."""
    with begin_read(context.engine) as conn:
        return due(conn, deliveries, context.machine())


OUTBOX = Outbox("deliveries", due_deliveries, deliver, SENT_AT_ONCE)


def send_again(conn: sa.Connection, delivery: str) -> str | None:
    """Make a dead or waiting one due at once, for another day; its status before, None when there is no
    such delivery.
    """
    return queue_again(conn, deliveries, delivery)


def address(by_wallet: Mapping[str, str], wallet: str | None) -> str | None:
    """The wallet's own, or the one for all others."""
    return by_wallet.get(wallet or "") or by_wallet.get("")


def _body(event: str, case: Case, now: datetime, note: Mapping[str, Any] | None) -> str:
    told = {name: case[name] for name in CASE_FIELDS}
    told |= {"event": event, "at": now.isoformat(), "opened": case["at"], "due_provisional": case["due_provisional"]}
    told |= {"note": note} if note else {}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _sent(context: Context, row: AnyRow) -> str:
    url, secret = address(context.settings.crm_url, row.wallet), address(context.settings.crm_secret, row.wallet)
    if not url or not secret:
        return "CRM_URL is empty"
    body = row.body.encode()
    try:
        return str(post(url, headers(secret, row.id, body, context.machine()), body))
    except NoAnswer as error:
        return str(error)


def _outcome(row: AnyRow, answer: str, now: datetime) -> dict[str, Any]:
    status = int(answer) if answer.isascii() and answer.isdigit() else 0
    if 200 <= status < 300:
        return {"status": "delivered"}
    refused = 300 <= status < 500 and status not in NOT_NOW
    return {"status": "dead"} if refused else retry(row, RETRIES, now) or {"status": "dead"}
