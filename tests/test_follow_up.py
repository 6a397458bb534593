"""A follow-up exists if and only if its turn does, is done once, and carries nothing personal."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from dbos import DBOS

from ivr.engine.secrets import Sealer
from ivr.follow_up import messages
from ivr.follow_up.jobs import import_jobs
from ivr.follow_up.messages import DAY, FollowUp
from ivr.follow_up.queue import enqueue, forget_waiting, make_client, unfinished, wait_until_done
from ivr.follow_up.sms import LabSms, Text, sent_in_lab
from ivr.follow_up.tables import lab_texts
from ivr.follow_up.tables import messages as table
from ivr.follow_up.worker import launch
from ivr.storage.database import begin_read, begin_write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
NUMBER, WORDS = "+8613900000001", "验证码 123456"


@pytest.fixture
def client(database):
    client = make_client(database)
    yield client
    client.destroy()


@pytest.fixture
def provider(database, settings):
    modes = ["ok"]
    lab = LabSms(database, Sealer(settings.server_key), lambda conn: modes[-1], lambda conn: NOW)
    lab.modes = modes
    return lab


@pytest.fixture
def worker(database, settings, provider, monkeypatch):
    """A real DBOS worker in this process."""
    import_jobs()  # the rooms' own composers first, so that they do not replace the test's
    monkeypatch.setattr(
        messages, "_composers", {"code": (lambda *_: Text(NUMBER, WORDS), DAY), "gone": (lambda *_: None, DAY)}
    )
    launch(database, settings, provider)
    yield provider
    DBOS.destroy()


def promise(database, client, message_id="code:m1"):
    with begin_write(database) as conn:
        FollowUp(client, lambda conn: NOW).send(conn, message_id)


def state(database, message_id="code:m1"):
    with begin_read(database) as conn:
        return tuple(conn.execute(sa.select(table.c.status, table.c.error).where(table.c.id == message_id)).one())


def texts(database, settings):
    with begin_read(database) as conn:
        return sent_in_lab(conn, Sealer(settings.server_key))


def test_a_promised_message_is_sent_and_its_row_says_so(database, client, worker, settings):
    """The lab keeps number and words, readable only with the server key."""
    promise(database, client)
    assert wait_until_done(database)
    assert state(database) == ("delivered", None)
    assert texts(database, settings) == [{"to": NUMBER, "body": WORDS, "at": NOW.isoformat(), "status": "delivered"}]


@pytest.mark.parametrize("mode, error", [("reject", 30007), ("unreachable", 21614)])
def test_a_refused_message_fails_with_twilios_number_and_is_not_tried_again(database, client, worker, mode, error):
    """A refusal is an answer."""
    worker.modes.append(mode)
    promise(database, client)
    assert wait_until_done(database)
    assert state(database) == ("failed", error)


def test_a_message_to_nobody_is_dropped_quietly(database, client, worker, settings):
    """The job runs all the same, so that its time tells nothing."""
    promise(database, client, "gone:m1")
    assert wait_until_done(database)
    assert (state(database, "gone:m1"), texts(database, settings)) == (("dropped", None), [])


def test_the_library_of_the_follow_ups_logs_where_all_do(worker, caplog):
    """In a form of its own it would fill the log with tracebacks while the database is away."""
    logging.getLogger("dbos").warning("no connection")
    assert caplog.messages == ["no connection"] and logging.getLogger("dbos").handlers == []


def test_a_turn_that_is_rolled_back_promises_nothing(database, client):
    """Row and job go together."""
    with pytest.raises(ZeroDivisionError), begin_write(database) as conn:  # noqa: PT012
        FollowUp(client, lambda conn: NOW).send(conn, "code:m1")
        raise ZeroDivisionError
    with begin_read(database) as conn:
        assert unfinished(conn) == 0


def test_the_same_job_twice_is_one_job(database, client):
    """A redo of the turn enqueues under the same id."""
    promise(database, client)
    promise(database, client)
    with begin_write(database) as conn:
        FollowUp(client, lambda conn: NOW).job(conn, "send_message", "code:m1")
    with begin_read(database) as conn:
        assert unfinished(conn) == 1


def test_a_delayed_job_is_not_due_and_a_reset_forgets_what_waits(database, client):
    """Readers of the lab do not wait for later."""
    with begin_write(database) as conn:
        enqueue(conn, client, "send_message", "m1", workflow_id="later", delay=600)
        assert unfinished(conn) == 0
        enqueue(conn, client, "send_message", "m2", workflow_id="now")
    assert not wait_until_done(database, seconds=0.1)
    with begin_write(database) as conn:
        forget_waiting(conn)
    assert wait_until_done(database, seconds=0)


@pytest.mark.parametrize("value", [NUMBER, WORDS, "a b", ""])
def test_a_number_or_a_text_is_no_input(database, client, value):
    """Ids only."""
    with begin_write(database) as conn, pytest.raises(ValueError, match="ids only"):
        enqueue(conn, client, "send_message", value, workflow_id="x")


def test_nothing_personal_is_stored_in_clear(database, client, worker):
    """Every column of every table, DBOS's own included, searched for the number and the code."""
    promise(database, client)
    assert wait_until_done(database)
    schemas = [None, "dbos"] if database.dialect.name == "postgresql" else [None]
    with begin_read(database) as conn:
        names = [(schema, name) for schema in schemas for name in sa.inspect(conn).get_table_names(schema=schema)]
        rows = [
            str(tuple(row))
            for schema, name in names
            for row in conn.execute(sa.text(f'SELECT * FROM {f"{schema}." if schema else ""}"{name}"'))
        ]
    assert any("m1" in row for row in rows)
    assert not [row for row in rows if "13800138000" in row or "123456" in row]


def test_a_job_can_be_found_whatever_release_runs(database, client):
    """A constant version and plain JSON: a roll-back strands nothing, a search sees the inputs."""
    with begin_write(database) as conn:
        enqueue(conn, client, "send_message", "m1", workflow_id="message:m1")
        dbos = "dbos." if conn.dialect.name == "postgresql" else ""
        version = conn.scalar(sa.text(f"SELECT application_version FROM {dbos}workflow_status"))
        stored = [str(tuple(row)) for row in conn.execute(sa.text(f"SELECT * FROM {dbos}workflow_input"))]
    assert version == "1"
    assert len(stored) == 1 and "m1" in stored[0]


def test_after_a_reset_the_same_job_runs_again(database, client, worker, settings):
    """A done job's id is forgotten too: a new world may promise the same thing."""
    for _ in range(2):
        promise(database, client)
        assert wait_until_done(database)
        with begin_write(database) as conn:
            assert len(sent_in_lab(conn, Sealer(settings.server_key))) == 1
            forget_waiting(conn)
            for kept in (table, lab_texts):
                conn.execute(sa.delete(kept))
