"""The worker's threads: due rows start at once in free slots, one that hangs or fails holds up no other."""

from __future__ import annotations

import threading
from collections import defaultdict
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from ivr.follow_up.dispatcher import Dispatcher, Outbox, Periodic

LONG = 30.0


class Rows:
    """An outbox in memory: rows that are due until they are leased; those in `hang` wait to be released, those in
    `fail` raise.
    """

    def __init__(self, *due, at_once=2):
        self.due, self.hang, self.fail = list(due), set(), set()
        self.handled, self.released = [], threading.Event()
        self.changed = threading.Condition()
        self.outbox = Outbox("rows", lambda _: list(self.due), self.handle, at_once)
        self.slots = threading.Semaphore(at_once)

    def handle(self, _context, row):
        if row in self.fail:
            self.note(row)
            raise ConnectionError
        self.due.remove(row)
        self.note(row)
        if row in self.hang:
            self.released.wait(LONG)

    def note(self, row):
        with self.changed:
            self.handled.append(row)
            self.changed.notify_all()

    def waits_for(self, number):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.handled) >= number, LONG)
        return self.handled


class Ringing:
    """A wake-up that lets each thread look so many times, then tells it to stop."""

    def __init__(self, times=1):
        self.times, self.seconds = times, {}
        self.waited = defaultdict(int)

    def wait(self, stop, seconds):
        name = threading.current_thread().name
        self.seconds[name] = seconds
        self.waited[name] += 1
        return self.waited[name] > self.times


@pytest.fixture
def stop():
    made = threading.Event()
    yield made
    made.set()


@pytest.fixture
def dispatcher(stop):
    return Dispatcher(SimpleNamespace(), Ringing(), stop)


def test_all_that_is_due_is_handled_once_however_few_slots_there_are(dispatcher):
    """A slot that is free takes the next row, without a look in between."""
    rows = Rows(*"abcdefgh")
    dispatcher.start_due(rows.outbox, rows.slots)
    assert dispatcher.drain(LONG) and sorted(rows.handled) == list("abcdefgh")


def test_a_row_that_hangs_holds_its_slot_and_no_other(dispatcher):
    """And it is not started twice while it runs, even if it looks due."""
    rows = Rows("slow", "a", "b", "c")
    rows.hang.add("slow")
    dispatcher.start_due(rows.outbox, rows.slots)
    assert sorted(rows.waits_for(4)) == ["a", "b", "c", "slow"]
    rows.due.insert(0, "slow")
    rows.due.append("new")
    dispatcher.start_due(rows.outbox, rows.slots)
    assert rows.waits_for(5)[-1] == "new" and not dispatcher.drain(0)
    rows.released.set()
    assert dispatcher.drain(LONG) and rows.handled.count("slow") == 1


def test_what_is_new_does_not_wait_behind_what_was_due_before(dispatcher):
    """The most urgent row is chosen when a slot becomes free."""
    rows = Rows("slow", "old", at_once=1)
    rows.hang.add("slow")
    looking = threading.Thread(target=dispatcher.start_due, args=(rows.outbox, rows.slots))
    looking.start()
    rows.waits_for(1)
    rows.due.insert(0, "new")
    rows.released.set()
    looking.join(LONG)
    assert dispatcher.drain(LONG) and rows.handled == ["slow", "new", "old"]


def test_a_row_that_fails_is_started_once_a_look_and_stops_nothing(dispatcher):
    """Its slot is free again; the log has the kind of the error and not its words."""
    rows = Rows("bad", "a", at_once=1)
    rows.fail.add("bad")
    with capture_logs() as logged:
        dispatcher.start_due(rows.outbox, rows.slots)
        assert dispatcher.drain(LONG) and rows.handled == ["bad", "a"]
    told = {"event": "try failed", "log_level": "error", "outbox": "rows", "row": "bad", "type": "ConnectionError"}
    assert logged == [told]
    dispatcher.start_due(rows.outbox, rows.slots)
    assert dispatcher.drain(LONG) and rows.handled == ["bad", "a", "bad"]


def test_a_look_that_fails_is_repeated_and_stops_no_other_thread(stop):
    """The database may be away; every outbox and every task has a thread of its own."""
    wake_up, looks, runs = Ringing(times=3), [], threading.Semaphore(0)

    def away(_context):
        looks.append(1)
        raise ConnectionError

    dispatcher = Dispatcher(SimpleNamespace(), wake_up, stop)
    with capture_logs() as logged:
        dispatcher.begin([Outbox("away", away, pytest.fail)], [Periodic("task", lambda _: runs.release(), 60.0)])
        assert all(runs.acquire(timeout=LONG) for _ in range(3))
        for thread in threading.enumerate():
            if thread.name in ("away", "task"):
                thread.join(LONG)
    assert len(looks) == 3 and wake_up.seconds["task"] == 60.0
    assert {(one["event"], one["outbox"], one["type"]) for one in logged} == {
        ("look for work failed", "away", "ConnectionError")
    }


def test_told_to_stop_it_starts_nothing_more(dispatcher, stop):
    """What waits is left to the next worker."""
    rows = Rows("a")
    stop.set()
    dispatcher.start_due(rows.outbox, rows.slots)
    assert dispatcher.drain(0) and rows.handled == []
