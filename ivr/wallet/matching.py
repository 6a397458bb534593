"""Which of the records a caller means, by what the caller still knows: the day, and perhaps the time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

CLOSE_IN_TIME = timedelta(minutes=60)
MOST_CHOICES = 4
"""Records of one amount and day that a caller can keep apart by ear."""


class Timed(Protocol):
    """A record that has its moment, and came out in some way."""

    @property
    def at(self) -> datetime: ...

    @property
    def status(self) -> str: ...


T = TypeVar("T", bound=Timed)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day begins."""
    return datetime.combine(day, time(), zone)


def close_in_time(found: list[T], at: str, zone: ZoneInfo) -> list[T]:
    """Those within the hour of `at` (`HH:MM`, or "" when it is not known). None of them: all, for times are remembered wrongly."""
    if len(found) < 2 or not at:
        return found
    keyed = time.fromisoformat(at)
    near = [one for one in found if abs(one.at - datetime.combine(one.at.astimezone(zone), keyed, zone)) <= CLOSE_IN_TIME]  # fmt: skip
    return near or found


def likeliest(found: list[T]) -> list[T]:
    """At most `MOST_CHOICES`, oldest first: who calls about a failure means what did not succeed, and rather the latest."""
    chosen = sorted(found, key=lambda one: (one.status != "succeeded", one.at))[-MOST_CHOICES:]
    return sorted(chosen, key=lambda one: one.at)
