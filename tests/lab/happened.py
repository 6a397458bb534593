"""What there is to show in the lab: the places that show something, and rows as a call leaves them, at noon."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.journal import Row
from ivr.storage.database import begin_write

NOON_UTC = "2026-11-23T04:00:00+00:00"
NOON = "2026-11-23T12:00:00+08:00"
LISTS = ("sms", "cases", "disputes", "freezes", "callbacks", "consents", "voice-notes", "rings", "deliveries")
SHOWN = (*LISTS, "records", "calls/CA1", "agents")


def happened(lab, table, **more):
    """A row of Lin's, as a call leaves it."""
    row = {"id": f"{table.name}-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON_UTC} | more
    with begin_write(lab.engine) as conn:
        conn.execute(sa.insert(table).values(row))


def called(lab, wallet="haiyun"):
    """A call of one turn."""
    at = datetime.fromisoformat(NOON_UTC)
    row = Row("CA1", 0, at, "main", [], None, {"customer": None, "wallet": wallet}, "zh", False)
    with begin_write(lab.engine) as conn:
        conn.execute(sa.insert(journal.calls).values(call="CA1", wallet=wallet, line="+864000000101", started=NOON_UTC))
        journal.append(conn, row, "")
