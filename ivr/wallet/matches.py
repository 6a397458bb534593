"""Narrows down records that match the keyed amount and day, by the time of day and by their status."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

CLOSE_IN_TIME = timedelta(minutes=60)
"""How far a record may be from the time that the caller keyed."""
MOST_CHOICES = 4
"""The most records of one amount and day that a caller can tell apart by ear."""


class Timed(Protocol):
    """A record with a time and a status."""

    @property
    def at(self) -> datetime: ...

    @property
    def status(self) -> str: ...


T = TypeVar("T", bound=Timed)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day begins."""
    return datetime.combine(day, time(), zone)


def soon(now: datetime) -> datetime:
    """A minute from now, so that a record of this very second is included."""
    return now + timedelta(minutes=1)


def close_in_time(found: list[T], at: str, zone: ZoneInfo) -> list[T]:
    """Records close to `at` (`HH:MM`, or "" if unknown). If there is none, all: callers misremember times."""
    if len(found) < 2 or not at:
        return found
    keyed = time.fromisoformat(at)
    near = [one for one in found if abs(one.at - _on_its_day(one, keyed, zone)) <= CLOSE_IN_TIME]
    return near or found


def _on_its_day(one: Timed, keyed: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(one.at.astimezone(zone), keyed, zone)


def likeliest(found: list[T]) -> list[T]:
    """At most `MOST_CHOICES`, oldest first. Records that did not succeed and later ones win: the call is about a
    failure.
    """
    chosen = sorted(found, key=lambda one: (one.status != "succeeded", one.at))[-MOST_CHOICES:]
    return sorted(chosen, key=lambda one: one.at)
