"""The worker looks for work when somebody has written, and seldom otherwise; the clock is the test's."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ivr.follow_up.tables import messages as table
from ivr.follow_up.wake_up import LONGEST_WAIT, WakeUp
from ivr.storage.database import ChangeDetector, begin_read, begin_write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def write(conn, name):
    conn.execute(sa.insert(table).values(id=name, at=NOW.isoformat(), status="queued"))


@pytest.fixture
def written(database):
    here = ChangeDetector(database)
    yield here
    here.close()


def test_every_write_is_noticed_and_no_look_is(database, written):
    """A transaction that only looks, or writes nothing, leaves everything as it was."""
    before = written.version()
    with begin_read(database) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    with begin_write(database) as conn:
        conn.execute(sa.update(table).where(table.c.id == "nobody").values(status="sent"))
    assert written.version() == before
    with begin_write(database) as conn:
        write(conn, "code:1")
    assert written.version() not in (before, None)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_write_is_noticed_that_ends_after_one_that_began_later(database, written):
    """A higher transaction is over already: the highest number alone would not tell. SQLite has one writer."""
    with begin_write(database) as early:
        write(early, "code:early")
        with begin_write(database) as late:
            write(late, "code:late")
        before = written.version()
    assert written.version() != before


class Passing(threading.Event):
    """Time that passes when somebody waits for it; what happens meanwhile, and when it is over."""

    def __init__(self, *happens):
        super().__init__()
        self.now, self.happens = 0.0, list(happens)

    def wait(self, timeout):
        self.now += timeout
        if self.happens:
            self.happens.pop(0)()
        return self.is_set()


def test_who_looks_for_work_rests_as_long_as_nobody_writes(database):
    """And not for ever: a next try falls due by itself."""
    stop = Passing()
    here = WakeUp(database, lambda: stop.now)
    here.wait(stop, 0.2)
    began = stop.now
    assert not here.wait(stop, 0.2)
    assert LONGEST_WAIT <= stop.now - began <= LONGEST_WAIT + 1
    stop.set()
    assert here.wait(stop, 0.2)


def test_a_write_ends_the_rest_of_everybody_who_looks_for_work(database):
    """Of each thread once; whoever looked before it happened is not forgotten."""

    def happen():
        with begin_write(database) as conn:
            write(conn, f"code:{stop.now}")

    stop = Passing()
    here = WakeUp(database, lambda: stop.now)
    here.wait(stop, 0.2)
    stop.happens.append(happen)
    began = stop.now
    here.wait(stop, 0.2)
    assert stop.now - began < 1
    other = threading.Thread(target=here.wait, args=(stop, 0.2))
    began = stop.now
    other.start()
    other.join(30)
    assert stop.now - began < 1
    stop.set()
    here.wait(stop, 0.2)
