"""Outbox rows: each waits in a table, is leased by one worker at a time, and is tried again by a retry policy.

Such a table has an `id`, a `status` that is `queued` while there is something to do, and the columns of
`retry_columns()`. All times are the machine's, never the lab's clock, stored as UTC text that sorts by time.

A worker leases a row for LEASE; if it dies, the row is due again when the lease ends, for any worker on any machine.
Only the holder of the latest lease can write the outcome. So a follow-up runs at least once; what makes its effect
happen once is the idempotency key that the other side gets, or a look at what the other side already has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.storage.database import AnyRow, begin_write

QUEUED = "queued"
LEASE = timedelta(seconds=60)
"""Longer than any try can take."""
ROWS_A_LOOK = 100
"""Due rows that one look for them finds; the next look finds the next ones."""


@dataclass(frozen=True)
class RetryPolicy:
    """When to try again: each pause equals the time since the first try, within bounds; the last try is at the window's
    end.
    """

    shortest_pause: timedelta
    longest_pause: timedelta
    window: timedelta

    def next_try(self, first: datetime, now: datetime) -> datetime | None:
        """The time of the next try after one failed at `now`; None when that was the last."""
        end = first + self.window
        if now >= end:
            return None
        pause = min(max(now - first, self.shortest_pause), self.longest_pause)
        return min(now + pause, end)


def retry_columns() -> tuple[sa.Column[Any], ...]:
    """Number of tries, start of the retry window, and when the row is due (NULL: at once)."""
    return (
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", sa.Text),
        sa.Column("next", sa.Text),
    )


def is_due(table: sa.Table, now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which a row may be leased."""
    return (table.c.status == QUEUED) & (table.c.next.is_(None) | (table.c.next <= stamp(now)))


def due(conn: sa.Connection, table: sa.Table, now: datetime) -> list[str]:
    """The ids of at most ROWS_A_LOOK rows that are due: those never tried first, then the longest overdue."""
    query = sa.select(table.c.id).where(is_due(table, now)).order_by(table.c.next.nulls_first(), table.c.id)
    return list(conn.scalars(query.limit(ROWS_A_LOOK)))


def lease(engine: sa.Engine, table: sa.Table, row_id: str, now: datetime) -> AnyRow | None:
    """Lease the row and count the try; None when it is not due or another worker was first."""
    leased = {
        "tries": table.c.tries + 1,
        "since": sa.func.coalesce(table.c.since, stamp(now)),
        "next": stamp(now + LEASE),
    }
    with begin_write(engine) as conn:
        here = table.c.id == row_id
        if not conn.execute(sa.update(table).where(here, is_due(table, now)).values(**leased)).rowcount:
            return None
        return conn.execute(sa.select(table).where(here)).one()


def finish(conn: sa.Connection, table: sa.Table, row: AnyRow, **values: Any) -> bool:
    """Write the outcome of the try; False when the row is no longer queued or another worker has leased it since."""
    here = (table.c.id == row.id) & (table.c.tries == row.tries) & (table.c.status == QUEUED)
    return bool(conn.execute(sa.update(table).where(here).values(**values)).rowcount)


def retry(row: AnyRow, policy: RetryPolicy, now: datetime) -> dict[str, Any]:
    """The values that schedule the next try of a row whose try failed; empty when it was the last."""
    following = policy.next_try(datetime.fromisoformat(row.since), now)
    return {"next": stamp(following)} if following else {}


def queue_again(conn: sa.Connection, table: sa.Table, row_id: str) -> str | None:
    """Make a dead or queued row due at once, with a new retry window; its status before, None when there is no such
    row.
    """
    here = table.c.id == row_id
    before = conn.scalar(sa.select(table.c.status).where(here))
    if before in ("dead", QUEUED):
        conn.execute(sa.update(table).where(here).values(status=QUEUED, since=None, next=None))
    return before


def stamp(now: datetime) -> str:
    """An instant as UTC text of fixed width, so that text order is time order."""
    return now.astimezone(UTC).isoformat(timespec="microseconds")
