"""Chooses among the records that match the keyed amount and day, and names instants."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

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


def likeliest(found: list[T]) -> list[T]:
    """At most `MOST_CHOICES`, oldest first. Records that did not succeed and later ones win: the call is about a
    failure.
    """
    chosen = sorted(found, key=lambda one: (one.status != "succeeded", one.at))[-MOST_CHOICES:]
    return sorted(chosen, key=lambda one: one.at)
