"""Cases, and what an agent is told of a call, for the wallet's CRM: a row in the transaction that opens the case or rings the
agent, a signed webhook from the worker.

A row holds the body as it will be sent, each time the same to the letter; its id is the key by which the
CRM knows it again: reference (or CallSid), colon, event. What the CRM refuses (4xx) is dead at once, what it cannot take now is
tried for a day. Dead ones are kept until somebody sends them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.config.settings import Settings
from ivr.engine.journal import insert_new
from ivr.follow_up.jobs import Surroundings
from ivr.follow_up.tables import deliveries
from ivr.follow_up.tries import QUEUED, Patience, after_failure, due, put_back, stamp, take
from ivr.follow_up.webhook import NoAnswer, headers, post
from ivr.storage.database import AnyRow, begin_read, begin_write

OPENED, OVERDUE, NOTED = "case.opened", "case.overdue", "case.noted"
SUMMARY = "call.summary"
PATIENCE = Patience(timedelta(seconds=30), timedelta(hours=1), timedelta(days=1))
AT_ONCE = 4
NOT_NOW = (408, 409, 425, 429)  # of the 4xx, those that ask to come again: 409 says the same is being worked on
Case = Mapping[str, Any]


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


def promise_summary(conn: sa.Connection, settings: Settings, call: str, turns: int, told: Case, now: datetime) -> None:
    """Deliver what an agent is told of a call, once for each state of it: after so many turns it is always the same."""
    if address(settings.crm_url, told["wallet"]):
        body = json.dumps({**told, "event": SUMMARY, "call": call}, ensure_ascii=False, sort_keys=True)
        _keep(conn, f"{call}:{SUMMARY}:{turns}", told["wallet"], body, now)


def _keep(conn: sa.Connection, key: str, wallet: str, body: str, now: datetime) -> None:
    row = {"id": key, "at": stamp(now), "wallet": wallet, "status": QUEUED, "body": body}
    insert_new(conn, deliveries, row)


def deliver_due(here: Surroundings) -> None:
    """One try for all that is due, a few at a time."""
    with begin_read(here.engine) as conn:
        waiting = due(conn, deliveries, here.machine())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda one: deliver(here, one), waiting))


def deliver(here: Surroundings, delivery: str) -> None:
    """One try, unless another worker has it."""
    row = take(here.engine, deliveries, delivery, here.machine())
    if row is None:
        return
    answer = _sent(here, row)
    outcome = _outcome(row, answer, here.machine())
    with begin_write(here.engine) as conn:
        if put_back(conn, deliveries, row, answer=answer, **outcome) and outcome.get("status") == "dead":
            logger("follow-up").error("delivery is dead", delivery=delivery, answer=answer, tries=row.tries)


def send_again(conn: sa.Connection, delivery: str) -> str | None:
    """Make a dead or waiting one due at once, with a new day before it; what it was, or None when there is none."""
    here = deliveries.c.id == delivery
    was = conn.scalar(sa.select(deliveries.c.status).where(here))
    if was in ("dead", QUEUED):
        conn.execute(sa.update(deliveries).where(here).values(status=QUEUED, since=None, next=None))
    return was


def address(by_wallet: Mapping[str, str], wallet: str | None) -> str | None:
    """The wallet's own, or the one for all others."""
    return by_wallet.get(wallet or "") or by_wallet.get("")


def _body(event: str, case: Case, now: datetime, note: Mapping[str, Any] | None) -> str:
    told = {name: case[name] for name in ("reference", "wallet", "customer", "kind", "about", "due", "call")}
    told |= {"event": event, "at": now.isoformat(), "opened": case["at"], "due_provisional": case["due_provisional"]}
    told |= {"note": note} if note else {}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _sent(here: Surroundings, row: AnyRow) -> str:
    url, secret = address(here.settings.crm_url, row.wallet), address(here.settings.crm_secret, row.wallet)
    if not url or not secret:
        return "CRM_URL is empty"
    body = row.body.encode()
    try:
        return str(post(url, headers(secret, row.id, body, here.machine()), body))
    except NoAnswer as error:
        return str(error)


def _outcome(row: AnyRow, answer: str, now: datetime) -> dict[str, Any]:
    status = int(answer) if answer.isascii() and answer.isdigit() else 0
    if 200 <= status < 300:
        return {"status": "delivered"}
    refused = 300 <= status < 500 and status not in NOT_NOW
    return {"status": "dead"} if refused else after_failure(row, PATIENCE, now) or {"status": "dead"}
