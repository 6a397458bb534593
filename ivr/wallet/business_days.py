"""Days on which people work: when a promise falls due, and when the line has people.

Mainland China works by the State Council's yearly notice, with lieu days off and weekends worked (调休); it is known
for the years of `chinesecalendar`. For other years the statutory days of `holidays` are the best guess, without lieu
and make-up days, so whatever touches them is provisional. Other countries: `holidays`, by ISO 3166 code; an unknown
calendar has weekdays only and is provisional. Instants are aware datetimes; days are local to the wallet's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import Any, Protocol
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = 400


class NeverOpen(LookupError):
    """These hours name no time at which anybody is there."""


class Kind(Enum):
    """What a calendar makes of a day. A lieu day is a HOLIDAY, a make-up day is WORK."""

    WORK = auto()
    WEEKEND = auto()
    HOLIDAY = auto()


@dataclass(frozen=True)
class Due:
    """A promised local date; `provisional` when the calendar behind it is not certain."""

    date: date
    provisional: bool


class Rules(Protocol):
    """What a promise needs of a wallet; `policy["cut_off"]` is `HH:MM`."""

    timezone: str
    calendar: str
    policy: dict[str, Any]


def due(now: datetime, promise: Mapping[str, Any], info: Rules) -> Due:
    """The date of `{"days": 8, "unit": "business" | "calendar"}`; calendar days know no cut-off and are certain."""
    if promise["unit"] == "business":
        return add_business_days(now, promise["days"], info.timezone, info.calendar, info.policy["cut_off"])
    if promise["unit"] == "calendar":
        return Due(now.astimezone(ZoneInfo(info.timezone)).date() + promise["days"] * DAY, False)
    raise ValueError(f"a promise counts business or calendar days, not {promise['unit']!r}")


def add_business_days(start: datetime, n: int, timezone: str, calendar: str, cut_off: str) -> Due:
    """The n-th business day after the day of receipt.

    That is the local day of `start`; the next business day when it is none, or when it is past `cut_off`
    (the very minute still counts, a second later does not).
    """
    local = start.astimezone(ZoneInfo(timezone))
    past = local.time() > time() if cut_off == "00:00" else _of_day(local) > _clock(cut_off)
    day = local.date() + (DAY if past else timedelta())
    works, certain = is_business_day(day, calendar)
    left = n - works + 1
    while left > 0:
        day += DAY
        works, known = is_business_day(day, calendar)
        left, certain = left - works, certain and known
    return Due(day, not certain)


def is_business_day(day: date, calendar: str) -> tuple[bool, bool]:
    """Whether people work on that day, and whether that is certain."""
    kind, certain = _kind(day, calendar)
    return kind is Kind.WORK, certain
