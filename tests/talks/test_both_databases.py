"""What the desk asks of the database, on each: its pages are tested on SQLite."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import sqlalchemy as sa

from ivr.desk.wall import Days
from ivr.queue.tables import queue_entries
from ivr.staff import sessions
from ivr.staff.scope import Scope
from ivr.staff.tables import staff
from ivr.storage.database import begin_write
from ivr.talks.tables import talk_legs, talks
from ivr.talks.view import read_talks

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
AT = NOW.isoformat()
LIN = {"id": "lin", "name": "Lin", "role": "agent", "languages": "[]", "topics": "[]", "address": "", "added": ""}
ENTRY = {"id": "q1", "call": "CA1", "language": "zh", "topic": "other", "priority": 2, "entered": AT, "tries": 0}
TALK = {"id": "o1", "entry": "q1", "call": "CA1", "staff": "lin", "mode": "bridged", "holding": False, "tries": 0}
LEG = {"id": "l1", "talk": "o1", "role": "agent", "staff": "lin", "address": "", "state": "joined", "hold": False}


def test_the_wall_and_the_talks_are_read_from_either_database(database):
    """One caller talks; nobody is signed in."""
    settings = SimpleNamespace(service_level_seconds=20, short_abandon_seconds=5)
    desk = SimpleNamespace(now=lambda: NOW, business_now=lambda conn: NOW, settings=settings)
    with begin_write(database) as conn:
        conn.execute(sa.insert(staff).values(LIN | {"wallets": '["haiyun"]'}))
        talking = {"wallet": "haiyun", "status": "connected", "outcome": "answered", "staff": "lin"}
        talking |= {"answered": AT, "connected": AT}
        conn.execute(sa.insert(queue_entries).values(ENTRY | talking))
        going_on = {"wallet": "haiyun", "conference_over": False, "began": AT, "status": "queued"}
        conn.execute(sa.insert(talks).values(TALK | going_on))
        conn.execute(sa.insert(talk_legs).values(LEG | {"sequence": 1, "at": AT}))
        day = Days(desk).of(conn, Scope(frozenset({"haiyun"})))
        assert day.today.answered == 1
        assert [one.agent for one in read_talks(conn, NOW)] == ["Lin"]
        assert sessions.among(conn, [1], NOW) == {}
