"""Turns that end together are stored together; what one of them meets does not touch the others."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.engine import claims, journal
from ivr.engine.claims import Worker
from ivr.engine.hot_path import GroupCommit
from ivr.engine.journal import Row
from ivr.migrations.migrate import migrate
from ivr.storage.database import begin_read, begin_write, connect

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CALLS = [f"CA{number:032d}" for number in range(6)]


@pytest.fixture
def engine(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'line.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def row(call: str) -> Row:
    return Row(call, 1, NOW, "main", [], None, {}, "zh", False)


class Full(list[Any]):
    """A queue that tells when all but the first of the calls stand in it."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def append(self, ending: Any) -> None:
        super().append(ending)
        if len(self) == len(CALLS) - 1:
            self.told.set()


def end_together(engine: sa.Engine) -> dict[str, bool | Exception]:
    """One thread a call: the first stores its turn alone, and while it does, all others come to their end."""
    commits, queue = GroupCommit(engine), Full()
    ended: dict[str, bool | Exception] = {}

    def end(call: str) -> None:
        try:
            ended[call] = commits.append(journal.columns(row(call)), "reply")
        except sa.exc.SQLAlchemyError as error:
            ended[call] = error

    first, *others = [threading.Thread(target=end, args=(call,)) for call in CALLS]

    def let_the_others_end(_conn: sa.Connection) -> None:
        if commits._queue is not queue and not queue.told.is_set():
            commits._queue = queue
            for thread in others:
                thread.start()
            assert queue.told.wait(20)

    sa.event.listen(engine, "begin", let_the_others_end)
    first.start()
    for thread in (first, *others):
        thread.join(30)
    return ended


def stored(engine: sa.Engine) -> list[str]:
    with begin_read(engine) as conn:
        return sorted(conn.scalars(sa.select(journal.journal.c.call)))


def test_turns_that_end_together_are_one_transaction(engine):
    transactions = []
    sa.event.listen(engine, "commit", transactions.append)
    assert end_together(engine) == dict.fromkeys(CALLS, True)
    assert len(transactions) == 2
    assert stored(engine) == CALLS


def test_a_turn_that_another_worker_has_is_left_out_and_the_others_are_stored(engine, tmp_path):
    other = Worker(engine, tmp_path)
    with begin_write(engine) as conn:
        claims.take(conn, other, CALLS[2], 1)
        journal.append(conn, row(CALLS[4]), "the winner's")
    assert end_together(engine) == {call: call not in (CALLS[2], CALLS[4]) for call in CALLS}
    assert stored(engine) == [call for call in CALLS if call != CALLS[2]]
    other.close()


def test_when_the_database_refuses_everybody_is_told_and_nothing_is_stored(engine):
    sa.event.listen(engine, "begin", lambda conn: conn.connection.driver_connection.execute("PRAGMA busy_timeout=20"))
    with begin_write(connect(str(engine.url))):
        ended = end_together(engine)
    assert {type(end) for end in ended.values()} == {sa.exc.OperationalError}
    assert stored(engine) == []


def test_a_turn_alone_waits_for_nobody(engine):
    assert GroupCommit(engine).append(journal.columns(row(CALLS[0])), "reply")
    assert stored(engine) == CALLS[:1]
