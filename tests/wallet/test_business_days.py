"""Promised dates and opening times follow the calendar that people work by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivr.wallet.business_days import (
    Closing,
    Due,
    Opening,
    add_business_days,
    due,
    is_business_day,
    is_open,
    is_open_certain,
    next_closing,
    next_opening,
)
from ivr.wallet.types import WalletInfo

SHANGHAI = "Asia/Shanghai"
OFFICE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-21:00") | {
    "mon": "08:00-21:00",
    "sat": "10:00-18:00",
    "sun": "closed",
    "holiday": "10:00-16:00",
}
NIGHT = dict.fromkeys(OFFICE, "22:00-06:00") | {"sun": "closed", "holiday": "closed"}
ALWAYS = dict.fromkeys(OFFICE, "00:00-24:00")
CLOSED = dict.fromkeys(OFFICE, "closed")


def at(text: str) -> datetime:
    """A wall-clock time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI))


def plus(start: str, n: int, calendar: str = "CN", cut_off: str = "17:00") -> Due:
    return add_business_days(at(start), n, SHANGHAI, calendar, cut_off)


def wallet(**given: Any) -> WalletInfo:
    fields: dict[str, Any] = {"timezone": SHANGHAI, "calendar": "CN", "hours": OFFICE, "policy": {"cut_off": "17:00"}}
    return WalletInfo(id="w", line="+864000000101", name={}, channels={}, **(fields | given))


@pytest.mark.parametrize(
    "start, n, on",
    [
        ("2026-09-29T10:00", 3, "2026-10-09"),
        ("2026-11-23T10:00", 3, "2026-11-26"),
        ("2026-11-23T10:00", 10, "2026-12-07"),
        ("2026-11-20T10:00", 8, "2026-12-02"),
        ("2026-02-13T10:00", 1, "2026-02-14"),
        ("2026-02-13T10:00", 2, "2026-02-24"),
        ("2026-02-27T10:00", 1, "2026-02-28"),
        ("2026-10-09T10:00", 1, "2026-10-10"),
        ("2026-10-09T10:00", 2, "2026-10-12"),
        ("2026-12-30T10:00", 1, "2026-12-31"),
        ("2025-12-31T10:00", 1, "2026-01-04"),
        ("2026-11-23T10:00", 0, "2026-11-23"),
    ],
)
def test_mainland_promises_are_counted_by_the_state_councils_calendar(start, n, on):
    """Spring Festival, National Day, make-up weekends and the end of a year."""
    assert plus(start, n) == Due(date.fromisoformat(on), provisional=False)


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-09-20", "2026-10-10"])
def test_a_make_up_weekend_is_worked(day):
    """And that is certain."""
    assert is_business_day(date.fromisoformat(day), "CN") == (True, True)


@pytest.mark.parametrize("day", ["2026-02-16", "2026-02-23", "2026-10-05", "2026-10-07", "2026-11-21", "2026-01-02"])
def test_a_lieu_day_and_a_plain_weekend_are_off(day):
    """Monday or not."""
    assert is_business_day(date.fromisoformat(day), "CN") == (False, True)


@pytest.mark.parametrize(
    "start, on",
    [
        ("2026-11-23T00:00:00", "2026-11-24"),
        ("2026-11-23T16:59:59", "2026-11-24"),
        ("2026-11-23T17:00:00", "2026-11-24"),
        ("2026-11-23T17:00:01", "2026-11-25"),
        ("2026-11-23T23:59:59", "2026-11-25"),
        ("2026-11-20T17:00:01", "2026-11-24"),
        ("2026-11-21T09:00:00", "2026-11-24"),
        ("2026-11-22T23:00:00", "2026-11-24"),
        ("2026-10-10T17:00:01", "2026-10-13"),
    ],
)
def test_after_the_cut_off_or_on_a_day_off_counting_begins_at_the_next_business_day(start, on):
    """On the dot is in time, a second later is not."""
    assert plus(start, 1).date.isoformat() == on


def test_the_cut_off_is_the_wallets_local_time():
    """Nine in the morning in UTC is five in the afternoon in Shanghai."""
    on_the_dot = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert add_business_days(on_the_dot, 1, SHANGHAI, "CN", "17:00").date == date(2026, 11, 24)
    assert add_business_days(on_the_dot + timedelta(seconds=1), 1, SHANGHAI, "CN", "17:00").date == date(2026, 11, 25)


def test_a_cut_off_at_the_end_of_the_day_is_none():
    """`24:00` is allowed."""
    assert plus("2026-11-23T23:59:59", 1, cut_off="24:00").date == date(2026, 11, 24)


def test_a_year_without_a_notice_is_provisional():
    """Statutory days are off, but nobody knows the lieu and make-up days yet."""
    assert plus("2026-12-28T10:00", 10) == Due(date(2027, 1, 12), provisional=True)
    assert plus("2026-12-28T10:00", 3) == Due(date(2026, 12, 31), provisional=False)
    assert plus("2003-12-31T10:00", 3).provisional
    assert is_business_day(date(2027, 1, 1), "CN") == (False, False)
    assert is_business_day(date(2027, 1, 2), "CN") == (False, False)
    assert is_business_day(date(2027, 1, 4), "CN") == (True, False)


@pytest.mark.parametrize(
    "calendar, day, expected",
    [
        ("US", "2026-11-26", (False, True)),
        ("US", "2026-11-27", (True, True)),
        ("US", "2021-12-31", (False, True)),
        ("DE", "2026-10-03", (False, True)),
        ("DE", "2026-12-25", (False, True)),
        ("XX", "2026-12-25", (True, False)),
        ("XX", "2026-12-26", (False, False)),
        ("US", "2150-12-25", (True, False)),
    ],
)
def test_other_calendars_have_their_own_days(calendar, day, expected):
    """One nobody knows, or a year that the list does not reach, has weekdays only."""
    assert is_business_day(date.fromisoformat(day), calendar) == expected


def test_a_promise_is_in_business_days_or_in_calendar_days():
    """Calendar days know neither cut-off nor holidays, and begin on the local date."""
    late = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)
    assert due(late, {"days": 3, "unit": "business"}, wallet()) == Due(date(2026, 10, 12), provisional=False)
    assert due(late, {"days": 3, "unit": "calendar"}, wallet()) == Due(date(2026, 10, 4), provisional=False)
    with pytest.raises(ValueError, match="'weeks'"):
        due(late, {"days": 3, "unit": "weeks"}, wallet())


known_times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
calendars = st.sampled_from([("CN", SHANGHAI), ("US", "America/New_York"), ("XX", "Europe/Paris")])


@settings(deadline=None)
@given(known_times, known_times, st.integers(0, 30), st.integers(0, 30), calendars)
def test_a_later_start_or_a_longer_promise_is_never_due_earlier(one, other, n, more, place):
    """And what is provisional stays provisional."""
    calendar, zone = place
    sooner = add_business_days(min(one, other), n, zone, calendar, "17:00")
    later = add_business_days(max(one, other), n, zone, calendar, "17:00")
    longer = add_business_days(min(one, other), n + more, zone, calendar, "17:00")
    assert sooner.date <= later.date
    assert sooner.date <= longer.date and sooner.provisional <= longer.provisional
    assert is_business_day(sooner.date, calendar)[0]


@pytest.mark.parametrize(
    "now, expected",
    [
        ("2026-11-24T08:59:59", False),
        ("2026-11-24T09:00:00", True),
        ("2026-11-24T20:59:59", True),
        ("2026-11-24T21:00:00", False),
        ("2026-11-23T08:30", True),
        ("2026-11-22T12:00", False),
        ("2026-10-01T09:30", False),
        ("2026-10-06T10:00", True),
        ("2026-10-06T16:00", False),
        ("2026-10-10T08:30", True),
        ("2026-10-10T20:00", True),
        ("2026-09-20T08:30", True),
        ("2027-01-01T09:30", False),
        ("2027-01-01T10:30", True),
    ],
)
def test_hours_follow_weekday_holiday_and_make_up_day(now, expected):
    """A worked weekend keeps Monday's hours; a lieu day keeps those of a holiday."""
    assert is_open(OFFICE, at(now), SHANGHAI, "CN") is expected


@pytest.mark.parametrize(
    "now, expected",
    [
        ("2026-11-23T05:59", False),
        ("2026-11-23T21:59", False),
        ("2026-11-23T22:00", True),
        ("2026-11-24T05:59", True),
        ("2026-11-24T06:00", False),
        ("2026-11-22T05:59", True),
        ("2026-10-01T05:59", True),
        ("2026-10-01T23:00", False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_began(now, expected):
    """Saturday's night reaches into a closed Sunday, and the last working night into a holiday."""
    assert is_open(NIGHT, at(now), SHANGHAI, "CN") is expected


@pytest.mark.parametrize(
    "hours, now, opens",
    [
        (OFFICE, "2026-11-24T08:00", "2026-11-24T09:00"),
        (OFFICE, "2026-11-24T21:00", "2026-11-25T09:00"),
        (OFFICE, "2026-11-21T18:00", "2026-11-23T08:00"),
        (OFFICE, "2026-09-30T21:00", "2026-10-01T10:00"),
        (OFFICE, "2026-10-09T22:00", "2026-10-10T08:00"),
        (OFFICE | {"holiday": "closed"}, "2026-09-30T21:00", "2026-10-08T09:00"),
        (NIGHT, "2026-11-22T07:00", "2026-11-23T22:00"),
        (OFFICE, "2026-11-24T09:00", "2026-11-25T09:00"),
        (CLOSED | {"holiday": "10:00-16:00"}, "2026-10-07T16:00", "2027-01-01T10:00"),
    ],
)
def test_the_next_opening_is_the_next_start(hours, now, opens):
    """Also over weekends, holidays and the end of a year; a span that has begun is not the next."""
    assert next_opening(hours, at(now), SHANGHAI, "CN") == Opening(at(opens), provisional=opens.startswith("2027"))


def test_the_next_opening_is_told_in_the_wallets_zone():
    """Whatever zone asks."""
    opens = next_opening(OFFICE, datetime(2026, 11, 24, 0, 30, tzinfo=UTC), SHANGHAI, "CN")
    assert opens.at.isoformat() == "2026-11-24T09:00:00+08:00"


@pytest.mark.parametrize(
    "hours, now, calendar, provisional",
    [
        (OFFICE, "2027-02-05T22:00", "CN", True),
        (OFFICE, "2026-12-31T22:00", "CN", True),
        (OFFICE, "2026-12-30T22:00", "CN", False),
        (dict.fromkeys(OFFICE, "09:00-21:00"), "2027-02-05T22:00", "CN", False),
        (OFFICE, "2026-12-31T22:00", "US", False),
        (OFFICE, "2026-12-24T22:00", "XX", True),
    ],
)
def test_an_opening_that_hangs_on_holidays_nobody_has_announced_is_provisional(hours, now, calendar, provisional):
    """Unless the hours are the same on every day, whatever it will be."""
    opens = next_opening(hours, at(now), SHANGHAI, calendar)
    assert opens is not None and opens.provisional is provisional


@pytest.mark.parametrize(
    "hours, now, calendar, certain",
    [
        (OFFICE, "2027-02-08T09:30", "CN", False),
        (OFFICE, "2027-02-08T23:00", "CN", True),
        (OFFICE, "2026-11-23T09:30", "CN", True),
        (OFFICE, "2027-02-08T09:30", "US", True),
        (OFFICE, "2026-12-24T09:30", "XX", False),
        (NIGHT, "2027-01-05T03:00", "CN", False),
        (ALWAYS, "2027-02-08T09:30", "CN", True),
    ],
)
def test_whether_agents_are_there_is_certain_where_no_holiday_can_change_it(hours, now, calendar, certain):
    """The night of yesterday counts as well as today; a day that may be anything hurts only if the answer depends on
    it."""
    assert is_open_certain(hours, at(now), SHANGHAI, calendar) is certain


@pytest.mark.parametrize(
    "hours, now, closes",
    [
        (OFFICE, "2026-11-24T12:00", "2026-11-24T21:00"),
        (OFFICE, "2026-11-24T21:00", None),
        (NIGHT, "2026-11-25T01:00", "2026-11-25T06:00"),
        (ALWAYS, "2026-11-24T12:00", None),
        (OFFICE | {"tue": "09:00-24:00", "wed": "00:00-06:00"}, "2026-11-24T12:00", "2026-11-25T06:00"),
    ],
)
def test_the_closing_is_when_the_last_one_leaves(hours, now, closes):
    """Over midnight too; none while it is closed, or when somebody is always there."""
    assert next_closing(hours, at(now), SHANGHAI, "CN") == (closes and Closing(at(closes), False))


@pytest.mark.parametrize(
    "hours, now, calendar, provisional",
    [
        (OFFICE, "2027-03-01T09:30", "CN", True),
        (OFFICE, "2027-02-08T09:30", "US", False),
        (NIGHT, "2027-01-05T03:00", "CN", True),
        (NIGHT | {"holiday": NIGHT["mon"], "sat": NIGHT["mon"], "sun": NIGHT["mon"]}, "2027-01-05T03:00", "CN", False),
    ],
)
def test_a_closing_is_uncertain_where_a_holiday_nobody_knows_yet_may_change_it(hours, now, calendar, provisional):
    """Holidays of 2027 are not announced in China; where every day has the same hours no holiday can matter."""
    closing = next_closing(hours, at(now), SHANGHAI, calendar)
    assert closing is not None and closing.provisional is provisional


def test_around_the_clock_is_always_open():
    """Midnight too."""
    assert all(
        is_open(ALWAYS, at(f"2026-11-2{day}T{clock}"), SHANGHAI, "CN") for day in "34" for clock in ("00:00", "23:59")
    )


def test_hours_that_never_open_say_so():
    """Rather than search forever."""
    assert not is_open(CLOSED, at("2026-11-24T12:00"), SHANGHAI, "CN")
    assert next_opening(CLOSED, at("2026-11-24T12:00"), SHANGHAI, "CN") is None


@pytest.mark.parametrize(
    "now, expected",
    [
        ("2026-03-08T06:30:00+00:00", True),
        ("2026-03-08T07:00:00+00:00", False),
        ("2026-11-01T05:30:00+00:00", True),
        ("2026-11-01T06:30:00+00:00", True),
        ("2026-11-01T07:00:00+00:00", False),
    ],
)
def test_a_night_of_changing_clocks_lasts_until_the_clock_says_so(now, expected):
    """From ten to two in New York: four hours in spring, where two is three, and five in autumn."""
    hours = dict.fromkeys(OFFICE, "22:00-02:00")
    assert is_open(hours, datetime.fromisoformat(now), "America/New_York", "US") is expected


clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
spans = st.just("closed") | st.builds("{}-{}".format, clocks, clocks | st.just("24:00"))
weeks = st.fixed_dictionaries(dict.fromkeys(OFFICE, spans))


@settings(deadline=None, max_examples=60)
@given(weeks, known_times, calendars)
def test_the_next_opening_is_open_and_nothing_open_lies_before_it(hours, now, place):
    """Looked at every quarter of an hour of at most nine days, from a moment at which it is closed."""
    calendar, zone = place
    assume(any(hours[day] != "closed" for day in OFFICE if day != "holiday"))
    assume(not is_open(hours, now, zone, calendar))
    opens = next_opening(hours, now, zone, calendar).at
    assert is_open(hours, opens, zone, calendar) and not is_open(hours, opens - timedelta(seconds=1), zone, calendar)
    between = (now + timedelta(minutes=15) * step for step in range(9 * 96))
    assert not any(is_open(hours, moment, zone, calendar) for moment in between if moment < opens)
