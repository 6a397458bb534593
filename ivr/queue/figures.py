"""The figures of the queue, defined once: for the wall now, and for any other interval.

A call belongs to the interval in which it entered the queue, and has one outcome, however often it was offered or came
back. Wait: from entering to being joined with the first agent, or to leaving. A caller whom an agent has
answered is never abandoned, also when they hang up while they wait for the next agent after a transfer.

Service level: answered within T ÷ (answered + abandoned − abandoned within S), T and S by the settings; callers who
chose a callback, a note or the menu are on neither side, and without anybody on either there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.follow_up.outbox import stamp
from ivr.queue.tables import queue_entries
from ivr.storage.database import AnyRow


@dataclass(frozen=True)
class ServiceLevel:
    """T, within which a caller is answered in time, and S: whoever hangs up so soon has not waited for us."""

    in_time: timedelta
    short: timedelta

    @classmethod
    def of(cls, settings: Settings) -> ServiceLevel:
        """By SERVICE_LEVEL_SECONDS and SHORT_ABANDON_SECONDS."""
        seconds = (settings.service_level_seconds, settings.short_abandon_seconds)
        return cls(*(timedelta(seconds=one) for one in seconds))


@dataclass(frozen=True)
class Figures:
    """Counts of calls that entered within the interval; they add up: `offered` is the sum of all but in_time and
    short.
    """

    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    short: int = 0
    callbacks: int = 0
    left: int = 0
    waiting: int = 0

    @property
    def offered(self) -> int:
        """All calls that entered the queue."""
        return self.answered + self.abandoned + self.callbacks + self.left + self.waiting

    @property
    def service_level(self) -> int | None:
        """In percent, rounded down: 100 means everybody. None when nobody counts."""
        base = self.answered + self.abandoned - self.short
        return 100 * self.in_time // base if base else None

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(mine + theirs for mine, theirs in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, ...]:
        return (self.answered, self.in_time, self.abandoned, self.short, self.callbacks, self.left, self.waiting)


def figures(conn: sa.Connection, wallet: str, begin: datetime, end: datetime, level: ServiceLevel) -> Figures:
    """The figures of a wallet's calls that entered from `begin` until before `end`."""
    entered = (queue_entries.c.entered >= stamp(begin)) & (queue_entries.c.entered < stamp(end))
    query = sa.select(queue_entries).where(queue_entries.c.wallet == wallet, entered)
    by_call: dict[str, list[AnyRow]] = {}
    for row in conn.execute(query.order_by(queue_entries.c.ended.nulls_last(), queue_entries.c.id)):
        by_call.setdefault(row.call, []).append(row)
    return sum((_of_one_call(rows, level) for rows in by_call.values()), Figures())


def _of_one_call(rows: list[AnyRow], level: ServiceLevel) -> Figures:
    """The first answer counts, whatever followed; without one, how it stands last."""
    answered = [row for row in rows if row.answered is not None]
    if answered:
        first = min(answered, key=lambda row: row.answered)
        return Figures(answered=1, in_time=int(_seconds(first.entered, first.answered) <= level.in_time))
    last = rows[-1]
    if last.outcome == "abandoned":
        return Figures(abandoned=1, short=int(_seconds(last.entered, last.ended) <= level.short))
    if last.outcome is None:
        return Figures(waiting=1)
    return Figures(callbacks=1) if last.outcome == "callback" else Figures(left=1)


def _seconds(begin: str, end: str) -> timedelta:
    return datetime.fromisoformat(end) - datetime.fromisoformat(begin)


def longest(entered: Iterable[str]) -> str | None:
    """The first moment at which one of those who wait entered; None when nobody waits."""
    return min(entered, default=None)
