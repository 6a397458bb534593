"""A text exists if and only if its turn does, is sent once, and its row carries nothing personal."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.engine.secrets import Sealer
from ivr.follow_up import messages, wake_up
from ivr.follow_up.context import Composer, Context
from ivr.follow_up.dispatcher import Dispatcher
from ivr.follow_up.messages import TextOutbox, wait_until_sent
from ivr.follow_up.outbox import LEASE, lease, stamp
from ivr.follow_up.tables import lab_texts
from ivr.follow_up.tables import messages as table
from ivr.follow_up.wake_up import WakeUp
from ivr.lab.texts import LabSms, sent_in_lab
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.texting import Text

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
NUMBER, WORDS = "+8613900000001", "验证码 123456"
COMPOSERS = {"code": Composer(lambda *_: Text(NUMBER, WORDS)), "gone": Composer(lambda *_: None)}


@pytest.fixture
def provider(database, settings):
    modes = ["ok"]
    lab = LabSms(database, Sealer(settings.server_key), lambda conn: modes[-1], lambda conn: NOW)
    lab.modes = modes
    return lab


@pytest.fixture
def worker(database, settings, provider, monkeypatch):
    """A real worker in this process, which nothing but a write wakes."""
    monkeypatch.setattr(wake_up, "LONGEST_WAIT", 3600.0)
    stop, woken = threading.Event(), WakeUp(database)
    context = Context(database, settings, provider, lambda conn: NOW, composers=COMPOSERS)
    dispatcher = Dispatcher(context, woken, stop)
    dispatcher.begin([messages.OUTBOX], [])
    yield provider
    stop.set()
    for thread in threading.enumerate():
        if thread.name == messages.OUTBOX.name:
            thread.join(30)
    assert dispatcher.drain(30)  # with its connections: the next test has another database


def promise(database, message_id="code:m1", **more):
    with begin_write(database) as conn:
        TextOutbox(lambda conn: NOW).send(conn, message_id, **more)


def state(database, message_id="code:m1"):
    with begin_read(database) as conn:
        return tuple(conn.execute(sa.select(table.c.status, table.c.error).where(table.c.id == message_id)).one())


def texts(database, settings):
    with begin_read(database) as conn:
        return sent_in_lab(conn, Sealer(settings.server_key))


def test_a_promised_message_is_sent_and_its_row_says_so(database, worker, settings):
    """The lab keeps number and words, readable only with the server key."""
    promise(database)
    assert wait_until_sent(database, 30)
    assert state(database) == ("delivered", None)
    assert texts(database, settings) == [{"to": NUMBER, "body": WORDS, "at": NOW.isoformat(), "status": "delivered"}]


def test_one_after_another_is_sent_though_nothing_but_the_promise_wakes_the_worker(database, worker):
    """With rests between them."""
    for number in range(3):
        promise(database, f"code:m{number}")
        assert wait_until_sent(database, 30)
    assert [state(database, f"code:m{number}")[0] for number in range(3)] == ["delivered"] * 3


@pytest.mark.parametrize("mode, error", [("reject", 30007), ("unreachable", 21614)])
def test_a_refused_message_fails_with_twilios_number_and_is_not_tried_again(database, worker, mode, error):
    """A refusal is an answer."""
    worker.modes.append(mode)
    promise(database)
    assert wait_until_sent(database, 30)
    assert state(database) == ("failed", error)


def test_a_message_to_nobody_is_dropped_quietly(database, worker, settings):
    """It is composed all the same, so that its time tells nothing."""
    promise(database, "gone:m1")
    assert wait_until_sent(database, 30)
    assert (state(database, "gone:m1"), texts(database, settings)) == (("dropped", None), [])


def test_a_turn_that_is_rolled_back_promises_nothing(database):
    """The row goes with the turn."""
    with pytest.raises(ZeroDivisionError), begin_write(database) as conn:  # noqa: PT012
        TextOutbox(lambda conn: NOW).send(conn, "code:m1")
        raise ZeroDivisionError
    with begin_read(database) as conn:
        assert conn.execute(sa.select(table)).all() == []


def test_the_same_text_twice_is_one_text(database):
    """A redo of the turn promises it under the same id."""
    promise(database)
    promise(database)
    with begin_read(database) as conn:
        assert list(conn.scalars(sa.select(table.c.id))) == ["code:m1"]


def test_nobody_waits_for_a_text_that_is_delayed(database):
    """But for one that is due, and for one that a worker tries just now."""
    promise(database, "code:later", delay=timedelta(minutes=10))
    assert wait_until_sent(database, seconds=0)
    promise(database, "code:now")
    assert not wait_until_sent(database, seconds=0)
    assert lease(database, table, "code:now", datetime.now(UTC))
    assert not wait_until_sent(database, seconds=0)
    with begin_write(database) as conn:
        later = stamp(datetime.now(UTC) + 2 * LEASE)
        conn.execute(sa.update(table).where(table.c.id == "code:now").values(next=later))
    assert wait_until_sent(database, seconds=0)


@pytest.mark.parametrize("value", [NUMBER, WORDS, "a b", ""])
def test_a_number_or_a_text_is_no_name_of_a_message(database, value):
    """Ids only."""
    with begin_write(database) as conn, pytest.raises(ValueError, match="ids only"):
        TextOutbox(lambda conn: NOW).send(conn, value)


def test_nothing_personal_is_stored_in_clear(database, worker):
    """Every column of every table, searched for the number and the code."""
    promise(database)
    assert wait_until_sent(database, 30)
    with begin_read(database) as conn:
        names = sa.inspect(conn).get_table_names()
        rows = [str(tuple(row)) for name in names for row in conn.execute(sa.text(f'SELECT * FROM "{name}"'))]
    assert any("m1" in row for row in rows)
    assert not [row for row in rows if "13800138000" in row or "123456" in row]


def test_after_a_reset_the_same_text_is_sent_again(database, worker, settings):
    """A new world may promise the same thing."""
    for _ in range(2):
        promise(database)
        assert wait_until_sent(database, 30)
        with begin_write(database) as conn:
            assert len(sent_in_lab(conn, Sealer(settings.server_key))) == 1
            for kept in (table, lab_texts):
                conn.execute(sa.delete(kept))
