"""Business days: computes when a promise falls due and when agents are at work.

Mainland China works by the State Council's yearly notice, with lieu days off and weekends worked (调休), as far as
`chinesecalendar` knows it; in other years, and provisionally, on weekdays without the statutory days of `holidays`.
Other countries go by `holidays` and their ISO 3166 code, an unknown calendar provisionally by weekdays alone.
Instants are aware datetimes; days are local to the wallet's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

from ivr.wallet.types import WalletInfo

DAY = timedelta(days=1)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 400
"""Days that are searched for the next opening: a year, and some."""
Kind = Literal["work", "weekend", "holiday"]  # a make-up day is work, a lieu day is a holiday


@dataclass(frozen=True)
class Due:
    """A promised local date; `provisional` when the calendar behind it is not certain."""

    date: date
    provisional: bool


@dataclass(frozen=True)
class Closing:
    """When the present shift ends, in the wallet's zone; `provisional` when a day of it may have other hours."""

    at: datetime
    provisional: bool


@dataclass(frozen=True)
class Opening:
    """When agents are back, in the wallet's zone; `provisional` when a day up to it may have other hours."""

    at: datetime
    provisional: bool


def due(now: datetime, promise: Mapping[str, Any], info: WalletInfo) -> Due:
    """The date of `{"days": 8, "unit": "business" or "calendar"}`; calendar days know no cut-off and are certain."""
    if promise["unit"] == "business":
        return add_business_days(now, promise["days"], info.timezone, info.calendar, info.policy["cut_off"])
    if promise["unit"] == "calendar":
        return Due(now.astimezone(ZoneInfo(info.timezone)).date() + promise["days"] * DAY, provisional=False)
    raise ValueError(f"a promise counts business or calendar days, not {promise['unit']!r}")


def add_business_days(start: datetime, n: int, timezone: str, calendar: str, cut_off: str) -> Due:
    """The n-th business day after the day of receipt, which is itself a business day.

    Received later than `cut_off` (`HH:MM`; on the dot is in time) or on a day off means the next business day.
    """
    local = start.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    late = local > datetime.combine(local, time()) + _since_midnight(cut_off)
    return next(islice(_business_days(local.date() + late * DAY, calendar), n, None))


def _business_days(first: date, calendar: str) -> Iterator[Due]:
    """From `first` on; provisional as soon as an uncertain day was passed."""
    certain = True
    for days in count():
        works, known = is_business_day(first + days * DAY, calendar)
        certain = certain and known
        if works:
            yield Due(first + days * DAY, provisional=not certain)


def is_business_day(day: date, calendar: str) -> tuple[bool, bool]:
    """Whether people work on that day, and whether that is certain."""
    kind, certain = _kind(day, calendar)
    return kind == "work", certain


def is_open(hours: Mapping[str, str], now: datetime, timezone: str, calendar: str) -> bool:
    """Whether agents are at work. The opening minute counts, the closing minute does not.

    `hours`: mon to sun and holiday, each `HH:MM-HH:MM` or `closed`. A span that does not end later than it begins
    ends on the next day, and belongs to the day on which it began.
    """
    today = now.astimezone(ZoneInfo(timezone)).date()
    spans = (_span(hours, day, timezone, calendar) for day in (today - DAY, today))
    return any(_is_within(span, now) for span in spans)


def is_open_certain(hours: Mapping[str, str], now: datetime, timezone: str, calendar: str) -> bool:
    """Whether `is_open` gives the same answer for every kind of day that an uncertain day may turn out to be."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    answers = [
        {_is_within(_times(text, day, timezone), now) for text in _possible_hours(hours, day, calendar)}
        for day in (today - DAY, today)
    ]
    return any(True in possible for possible in answers) == any(possible == {True} for possible in answers)


def next_opening(hours: Mapping[str, str], now: datetime, timezone: str, calendar: str) -> Opening | None:
    """The first start of a span later than `now`; None when there is none in a year."""
    zone = ZoneInfo(timezone)
    today, provisional = now.astimezone(zone).date(), False
    for days in range(LOOK_AHEAD):
        day = today + days * DAY
        span = _span(hours, day, timezone, calendar)
        provisional = provisional or _may_have_other_hours(hours, day, calendar)
        if span and span[0] > now.astimezone(UTC):
            return Opening(span[0].astimezone(zone), provisional)
    return None


def next_closing(hours: Mapping[str, str], now: datetime, timezone: str, calendar: str) -> Closing | None:
    """The end of the present shift; None if no agent is there, or if it lasts two days or more."""
    zone = ZoneInfo(timezone)
    today, ends, provisional = now.astimezone(zone).date(), now.astimezone(UTC), False
    for day in (today - DAY, today, today + DAY):
        span = _span(hours, day, timezone, calendar)
        if span and span[0] <= ends < span[1]:
            ends = span[1]
        possible = [_times(text, day, timezone) for text in _possible_hours(hours, day, calendar)]
        touches = any(one and one[0] <= ends and now.astimezone(UTC) < one[1] for one in possible)
        provisional = provisional or (len(possible) > 1 and touches)
    whole = ends > now.astimezone(UTC) and not is_open(hours, ends, timezone, calendar)
    return Closing(ends.astimezone(zone), provisional) if whole else None


def _may_have_other_hours(hours: Mapping[str, str], day: date, calendar: str) -> bool:
    """Nobody knows yet whether that day is a holiday, or a weekend that is worked, and the hours depend on it."""
    return len(_possible_hours(hours, day, calendar)) > 1


def _possible_hours(hours: Mapping[str, str], day: date, calendar: str) -> set[str]:
    """The hours of that day; of an uncertain one, those of each kind of day that it may turn out to be."""
    _, certain = _kind(day, calendar)
    if certain:
        return {hours[_name(day, calendar)]}
    weekday = WEEK[day.weekday()]
    return {hours[weekday], hours["holiday"], hours["mon" if day.weekday() >= 5 else weekday]}


def _span(hours: Mapping[str, str], day: date, timezone: str, calendar: str) -> tuple[datetime, datetime] | None:
    """When the span of that day begins and ends, in UTC: Python compares instants of one zone by their wall time."""
    return _times(hours[_name(day, calendar)], day, timezone)


def _is_within(span: tuple[datetime, datetime] | None, now: datetime) -> bool:
    return span is not None and span[0] <= now.astimezone(UTC) < span[1]


def _times(text: str, day: date, timezone: str) -> tuple[datetime, datetime] | None:
    """The instants of hours as they are written; None for a day without agents."""
    if text == "closed":
        return None
    opens, closes = (_since_midnight(part) for part in text.split("-"))
    midnight = datetime.combine(day, time())
    ends = midnight + closes + (DAY if closes <= opens else timedelta())
    zone = ZoneInfo(timezone)
    return (midnight + opens).replace(tzinfo=zone).astimezone(UTC), ends.replace(tzinfo=zone).astimezone(UTC)


def _name(day: date, calendar: str) -> str:
    """The entry of the hours that holds on that day; a weekend that is worked goes by Monday's."""
    kind, _ = _kind(day, calendar)
    if kind == "work" and day.weekday() >= 5:
        return "mon"
    return "holiday" if kind == "holiday" else WEEK[day.weekday()]


def _since_midnight(clock: str) -> timedelta:
    return timedelta(hours=int(clock[:-3]), minutes=int(clock[-2:]))


def _kind(day: date, calendar: str) -> tuple[Kind, bool]:
    if calendar != "CN":
        return _listed(day, calendar)
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # no notice for that year yet
        return _listed(day, calendar)[0], False
    return ("holiday" if name else "weekend") if off else "work", True


def _listed(day: date, calendar: str) -> tuple[Kind, bool]:
    known = _year(calendar, day.year)
    if known is None:
        return "weekend" if day.weekday() >= 5 else "work", False
    if day in known:
        return "holiday", True
    return "work" if known.is_working_day(day) else "weekend", True


@lru_cache(maxsize=64)
def _year(country: str, year: int) -> holidays.HolidayBase | None:
    """One country's year, complete before anybody sees it, since the library's own growth is not thread-safe."""
    try:
        known = holidays.country_holidays(country, years=year, expand=False)
    except NotImplementedError:
        return None
    return known if known.start_year <= year <= known.end_year else None
