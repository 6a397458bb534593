"""Turns that end together are stored together; what one of them meets does not touch the others."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ivr.engine import claims, journal
from ivr.engine.claims import Worker
from ivr.engine.commits import Commits
from ivr.engine.journal import Row
from ivr.migrate import migrate
from ivr.storage import begin_read, begin_write, connect

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


def end_together(engine: sa.Engine) -> dict[str, bool | Exception]:
    """One thread a call; each is under way before the first of them ends."""
    commits, here = Commits(engine, gathering=20), threading.Barrier(len(CALLS))
    ended: dict[str, bool | Exception] = {}

    def end(call: str) -> None:
        with commits.turn(), engine.connect() as conn:
            conn.connection.driver_connection.execute("PRAGMA busy_timeout=20").close()
            here.wait(20)
            try:
                ended[call] = commits.append(row(call), "reply")
            except sa.exc.SQLAlchemyError as error:
                ended[call] = error

    threads = [threading.Thread(target=end, args=(call,)) for call in CALLS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ended


def stored(engine: sa.Engine) -> list[str]:
    with begin_read(engine) as conn:
        return sorted(conn.scalars(sa.select(journal.journal.c.call)))


def test_turns_that_end_together_are_one_transaction(engine):
    transactions = []
    sa.event.listen(engine, "commit", transactions.append)
    assert end_together(engine) == dict.fromkeys(CALLS, True)
    assert len(transactions) == 1
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
    with begin_write(connect(str(engine.url))):
        ended = end_together(engine)
    assert {type(end) for end in ended.values()} == {sa.exc.OperationalError}
    assert stored(engine) == []


def test_a_turn_alone_waits_for_nobody(engine):
    commits = Commits(engine, gathering=3600)
    with commits.turn():
        assert commits.append(row(CALLS[0]), "reply")


def test_a_turn_that_takes_long_is_not_waited_for(engine):
    commits = Commits(engine, gathering=0.001)
    with commits.turn(), commits.turn():
        assert commits.append(row(CALLS[0]), "reply")
    assert stored(engine) == CALLS[:1]
