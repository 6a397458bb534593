"""Overdue dates: once a promised date has passed, a row and an event for the CRM, once per case, in one transaction.

A day has passed when it is over in the wallet's time zone. A case that is done later keeps its row: the promise was
broken. The wallet is asked about a dispute first, and again until it has decided; a late decision ends the wait.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.cases.stages import OPEN, look_again
from ivr.cases.tables import cases, disputes, overdue
from ivr.config.logs import logger
from ivr.config.settings import Settings
from ivr.engine.errors import Unavailable
from ivr.engine.journal import insert_new
from ivr.follow_up import deliveries
from ivr.follow_up.context import Context
from ivr.follow_up.outbox import ROWS_A_LOOK, stamp
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.tables import wallets

CASE_TABLES = (cases, disputes)


def find_overdue(context: Context) -> None:
    """Look once through the cases of all wallets."""
    with begin_read(context.engine) as conn:
        now = context.clock(conn)
        passed = [
            (table, row)
            for table in CASE_TABLES
            for wallet, today in _days(conn, now)
            for row in _late(conn, table, wallet, today)
        ]
    for table, reference in passed:
        try:
            look_again(context.engine, context.wallet, reference)
        except Unavailable:
            continue  # whether it is decided is for the wallet to say; the next look asks again
        with begin_write(context.engine) as conn:
            raise_overdue(conn, context.settings, table, reference, now)
    with begin_read(context.engine) as conn:
        raised = _waited_for(conn)
    for reference in raised:
        with suppress(Unavailable):
            look_again(context.engine, context.wallet, reference)


def raise_overdue(conn: sa.Connection, settings: Settings, table: sa.Table, reference: str, now: datetime) -> None:
    """Store that the promised date has passed and queue a CRM event, unless that is stored or the case is done."""
    here = (table.c.reference == reference) & table.c.status.in_(OPEN)
    case = conn.execute(sa.select(table).where(here)).first()
    if case and insert_new(conn, overdue, {"reference": reference, "due": case.due, "at": stamp(now)}):
        deliveries.promise(conn, settings, deliveries.OVERDUE, dict(case._mapping), now)
        logger("follow-up").error("promise is overdue", reference=reference, due=case.due)


def _days(conn: sa.Connection, now: datetime) -> list[tuple[str, date]]:
    """Each wallet with the present day in its time zone."""
    rows = conn.execute(sa.select(wallets.c.id, wallets.c.document))
    return [(row.id, now.astimezone(ZoneInfo(json.loads(row.document)["timezone"])).date()) for row in rows]


def _late(conn: sa.Connection, table: sa.Table, wallet: str, today: date) -> list[str]:
    mine = (table.c.wallet == wallet) & table.c.status.in_(OPEN) & (table.c.due < today.isoformat())
    new = sa.select(table.c.reference).outerjoin(overdue, overdue.c.reference == table.c.reference)
    unraised = new.where(mine, overdue.c.reference.is_(None)).order_by(table.c.due, table.c.reference)
    return list(conn.scalars(unraised.limit(ROWS_A_LOOK)))


def _waited_for(conn: sa.Connection) -> list[str]:
    """Overdue disputes that are stored as undecided: a random selection, so that each gets its turn."""
    raised = sa.select(disputes.c.reference).join(overdue, overdue.c.reference == disputes.c.reference)
    return list(conn.scalars(raised.where(disputes.c.status.in_(OPEN)).order_by(sa.func.random()).limit(ROWS_A_LOOK)))
