"""A row that waits is leased by one worker, is due again when that one dies, and is given up in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.follow_up.deliveries import RETRIES
from ivr.follow_up.outbox import LEASE, ROWS_A_LOOK, due, finish, lease, queue_again, retry, retry_columns
from ivr.storage.database import begin_read, begin_write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
work = sa.Table(
    "tried_work",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text),
    *retry_columns(),
)


@pytest.fixture
def waiting(database):
    """One row that waits."""
    with begin_write(database) as conn:
        work.create(conn)
        conn.execute(sa.insert(work).values(id="a", status="queued"))
    return database


def due_at(database, now):
    with begin_read(database) as conn:
        return due(conn, work, now)


def test_pauses_double_to_an_hour_and_end_after_a_day():
    """The last try is exactly a day after the first."""
    tries, now = [NOW], NOW
    while (now := RETRIES.next_try(NOW, now)) is not None:
        tries.append(now)
    pauses = [(later - sooner).total_seconds() for sooner, later in zip(tries, tries[1:], strict=False)]
    assert pauses[:8] == [30, 30, 60, 120, 240, 480, 960, 1920]
    assert max(pauses) == 3600 and tries[-1] == NOW + timedelta(days=1)
    assert len(tries) == 32


def test_of_many_workers_one_leases_a_row(waiting):
    """And it is not due while it is leased."""
    with ThreadPoolExecutor(8) as pool:
        taken = [row for row in pool.map(lambda _: lease(waiting, work, "a", NOW), range(8)) if row]
    assert [row.tries for row in taken] == [1]
    assert due_at(waiting, NOW) == []


def test_what_a_dead_worker_had_leased_is_due_again(waiting):
    """After a minute, and what the first one then says does not count."""
    first = lease(waiting, work, "a", NOW)
    later = NOW + LEASE
    assert due_at(waiting, later - timedelta(seconds=1)) == [] and due_at(waiting, later) == ["a"]
    second = lease(waiting, work, "a", later)
    with begin_write(waiting) as conn:
        assert not finish(conn, work, first, status="failed")
        assert finish(conn, work, second, status="done")
    assert due_at(waiting, later + LEASE) == []


def test_what_is_new_does_not_wait_behind_a_hundred_that_failed(waiting):
    """One CRM that is away must not hold up another's."""
    then = (NOW - timedelta(hours=1)).isoformat(timespec="microseconds")
    with begin_write(waiting) as conn:
        conn.execute(sa.insert(work), [{"id": f"b{n}", "status": "queued", "next": then} for n in range(ROWS_A_LOOK)])
    assert due_at(waiting, NOW)[0] == "a"


def test_a_failed_try_waits_and_the_last_one_leaves_nothing(waiting):
    """The window begins with the first try."""
    row = lease(waiting, work, "a", NOW)
    following = retry(row, RETRIES, NOW)
    with begin_write(waiting) as conn:
        finish(conn, work, row, **following)
    assert due_at(waiting, NOW + timedelta(seconds=29)) == []
    assert due_at(waiting, NOW + timedelta(seconds=30)) == ["a"]
    last = lease(waiting, work, "a", NOW + timedelta(days=1))
    assert retry(last, RETRIES, NOW + timedelta(days=1)) == {}


@pytest.mark.parametrize("status, queued", [("dead", True), ("queued", True), ("done", False)])
def test_a_row_that_was_given_up_is_queued_again_with_a_new_window(waiting, status, queued):
    """One that was done is not; nor is one that there is not."""
    long_ago = (NOW - timedelta(days=3)).isoformat(timespec="microseconds")
    with begin_write(waiting) as conn:
        conn.execute(sa.update(work).values(status=status, since=long_ago, next=long_ago if status == "dead" else None))
        assert queue_again(conn, work, "a") == status
        assert queue_again(conn, work, "b") is None
    row = lease(waiting, work, "a", NOW)
    assert bool(row) is queued and (not row or retry(row, RETRIES, NOW) != {})
