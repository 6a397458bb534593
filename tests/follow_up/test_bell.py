"""The worker looks for work when somebody has written, and seldom otherwise; the clock is the test's."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from dbos import DBOS

from ivr.engine.secrets import Sealer
from ivr.follow_up import bell, messages
from ivr.follow_up.bell import LONGEST, Bell
from ivr.follow_up.jobs import import_jobs
from ivr.follow_up.messages import DAY, FollowUp
from ivr.follow_up.queue import make_client, unfinished, wait_until_done
from ivr.follow_up.sms import LabSms, Text
from ivr.follow_up.tables import messages as table
from ivr.follow_up.worker import launch
from ivr.storage.database import ChangeDetector, begin_read, begin_write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LONG = 3600.0


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
        assert unfinished(conn) == 0
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
    here = Bell(database, lambda: stop.now)
    here.rest(stop, 0.2)
    began = stop.now
    assert not here.rest(stop, 0.2)
    assert LONGEST <= stop.now - began <= LONGEST + 1
    stop.set()
    assert here.rest(stop, 0.2)


def test_a_write_ends_the_rest_of_everybody_who_looks_for_work(database):
    """Of each thread once; whoever looked before it happened is not forgotten."""

    def happen():
        with begin_write(database) as conn:
            write(conn, f"code:{stop.now}")

    stop = Passing()
    here = Bell(database, lambda: stop.now)
    here.rest(stop, 0.2)
    stop.happens.append(happen)
    began = stop.now
    here.rest(stop, 0.2)
    assert stop.now - began < 1
    other = threading.Thread(target=here.rest, args=(stop, 0.2))
    began = stop.now
    other.start()
    other.join(30)
    assert stop.now - began < 1
    stop.set()
    here.rest(stop, 0.2)


@pytest.fixture
def worker(database, settings, monkeypatch):
    """A real DBOS worker in this process that nothing but a write wakes."""
    import_jobs()
    monkeypatch.setattr(messages, "_composers", {"code": (lambda *_: Text("+8613900000001", "words"), DAY)})
    monkeypatch.setattr(bell, "LONGEST", LONG)
    rested = []
    rest = Bell.rest
    monkeypatch.setattr(Bell, "rest", lambda *given: rested.append(threading.current_thread().name) or rest(*given))
    launch(database, settings, LabSms(database, Sealer(settings.server_key), lambda _: "ok", lambda _: NOW))
    yield rested
    DBOS.destroy()


def test_what_is_promised_is_done_when_nothing_but_the_promise_wakes_the_worker(database, worker):
    """One after another, with rests between them."""
    client = make_client(database)
    for number in range(3):
        with begin_write(database) as conn:
            FollowUp(client, lambda conn: NOW).send(conn, f"code:{number}")
        assert wait_until_done(database, 60)
    client.destroy()
    with begin_read(database) as conn:
        assert set(conn.scalars(sa.select(table.c.status))) == {"delivered"}
    rests = {"queue-worker-follow-up", "queue-worker-_dbos_internal_queue", "dbos-background-jobs"}
    assert rests <= set(worker) and len(set(worker) - rests) == 1  # and the thread that starts those
