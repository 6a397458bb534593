"""Trying again: rows that wait, are taken by one worker at a time, and come back later when it did not work.

A table of such rows has an `id`, a `status` that is `queued` while there is something to do, and the columns
of `columns()`. Times are the machine's, never the lab's clock, and lie there as text that compares as time.
A worker takes a row for a while; if it dies, the row is due again when that while is over. Whoever took it
later is the only one who may write down how it ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.storage.database import AnyRow, begin_write

QUEUED = "queued"
TAKEN_FOR = timedelta(seconds=60)
"""Longer than any try may last."""
AT_MOST = 100


@dataclass(frozen=True)
class Patience:
    """How long to go on: each pause is as long as all the time before it, within bounds; the last try ends `whole`."""

    shortest: timedelta
    longest: timedelta
    whole: timedelta

    def next_try(self, since: datetime, now: datetime) -> datetime | None:
        """After a try at `now` failed, the next one of those that began at `since`; None when it was the last."""
        end = since + self.whole
        if now >= end:
            return None
        pause = min(max(now - since, self.shortest), self.longest)
        return min(now + pause, end)


def columns() -> tuple[sa.Column[Any], ...]:
    """How often it was tried, since when (or since when it waits), and when it is due again (nothing: at once)."""
    return (
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", sa.Text),
        sa.Column("next", sa.Text),
    )


def due(conn: sa.Connection, table: sa.Table, now: datetime) -> list[str]:
    """The ids of what may be tried now, a hundred at most: what was not tried yet, then those that wait longest."""
    return _ids(conn, table, _is_due(table, now))


def due_again(conn: sa.Connection, table: sa.Table, now: datetime) -> list[str]:
    """Those of them that were tried before, or that nobody has tried a minute after they were promised (`since`)."""
    left_alone = table.c.since <= stamp(now - TAKEN_FOR)
    return _ids(conn, table, _is_due(table, now) & (table.c.next.is_not(None) | left_alone))


def take(engine: sa.Engine, table: sa.Table, row_id: str, now: datetime) -> AnyRow | None:
    """The row, ours for a minute, its try counted; None when it is not due or another worker was first."""
    mine = {
        "tries": table.c.tries + 1,
        "since": sa.func.coalesce(table.c.since, stamp(now)),
        "next": stamp(now + TAKEN_FOR),
    }
    with begin_write(engine) as conn:
        here = table.c.id == row_id
        if not conn.execute(sa.update(table).where(here, _is_due(table, now)).values(**mine)).rowcount:
            return None
        return conn.execute(sa.select(table).where(here)).one()


def put_back(conn: sa.Connection, table: sa.Table, row: AnyRow, **values: Any) -> bool:
    """Write down how the try ended; False when the row was taken by another meanwhile."""
    here = (table.c.id == row.id) & (table.c.tries == row.tries) & (table.c.status == QUEUED)
    return bool(conn.execute(sa.update(table).where(here).values(**values)).rowcount)


def after_failure(row: AnyRow, patience: Patience, now: datetime) -> dict[str, Any]:
    """What a failed try leaves to be written: the next one, or nothing when patience has ended."""
    following = patience.next_try(datetime.fromisoformat(row.since), now)
    return {"next": stamp(following)} if following else {}


def stamp(now: datetime) -> str:
    """An instant as text of one width in UTC, so that text compares as time."""
    return now.astimezone(UTC).isoformat(timespec="microseconds")


def _ids(conn: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(table.c.id).where(which).order_by(table.c.next.nulls_first(), table.c.id).limit(AT_MOST)
    return list(conn.scalars(query))


def _is_due(table: sa.Table, now: datetime) -> sa.ColumnElement[bool]:
    return (table.c.status == QUEUED) & (table.c.next.is_(None) | (table.c.next <= stamp(now)))
