"""What is left of a limit follows from the top-ups that succeeded, by the wallet's own calendar day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wallet.limits import Limits, Period, limits

POLICY = {"single": 200_000, "daily": 500_000, "monthly": 2_000_000, "annual": 10_000_000}
NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


def figures(*done: tuple[str, int], now: datetime = NOON, account_class: str | None = None) -> Limits:
    succeeded = [(datetime.fromisoformat(at), fen) for at, fen in done]
    return limits(POLICY, account_class, succeeded, now, "Asia/Shanghai")


def used(found: Limits) -> list[int]:
    return [period.used for period in found.periods]


def test_nothing_done_leaves_the_whole():
    """With the dates on which each period begins anew."""
    assert figures() == Limits(
        200_000,
        [
            Period("daily", 500_000, 0, 500_000, "2026-11-24"),
            Period("monthly", 2_000_000, 0, 2_000_000, "2026-12-01"),
            Period("annual", 10_000_000, 0, 10_000_000, "2027-01-01"),
        ],
    )


@pytest.mark.parametrize(
    "at, counted",
    [
        ("2026-11-23T00:00:00+08:00", [7, 7, 7]),
        ("2026-11-22T16:00:00+00:00", [7, 7, 7]),
        ("2026-11-22T23:59:59+08:00", [0, 7, 7]),
        ("2026-11-22T15:59:59+00:00", [0, 7, 7]),
        ("2026-11-01T00:00:00+08:00", [0, 7, 7]),
        ("2026-10-31T23:59:59+08:00", [0, 0, 7]),
        ("2025-12-31T16:00:00+00:00", [0, 0, 7]),
        ("2025-12-31T15:59:59+00:00", [0, 0, 0]),
        ("2025-11-23T12:00:00+08:00", [0, 0, 0]),
        ("2026-11-24T00:00:00+08:00", [0, 7, 7]),
        ("2026-12-01T00:00:00+08:00", [0, 0, 7]),
        ("2027-01-01T00:00:00+08:00", [0, 0, 0]),
    ],
)
def test_a_top_up_counts_in_the_periods_of_its_local_day(at, counted):
    """Midnight in the wallet's zone decides, in whatever zone the record was written."""
    assert used(figures((at, 7))) == counted


@pytest.mark.parametrize(
    "now, resets",
    [
        ("2026-12-31T15:59:59+00:00", ["2027-01-01", "2027-01-01", "2027-01-01"]),
        ("2026-12-31T16:00:00+00:00", ["2027-01-02", "2027-02-01", "2028-01-01"]),
        ("2028-02-28T12:00:00+08:00", ["2028-02-29", "2028-03-01", "2029-01-01"]),
        ("2028-02-29T12:00:00+08:00", ["2028-03-01", "2028-03-01", "2029-01-01"]),
        ("2026-10-31T12:00:00+08:00", ["2026-11-01", "2026-11-01", "2027-01-01"]),
    ],
)
def test_periods_begin_anew_on_local_dates(now, resets):
    """Ends of years, of months and of a leap February."""
    assert [period.resets_on for period in figures(now=datetime.fromisoformat(now)).periods] == resets


def test_the_wallets_day_is_not_the_callers():
    """The same instant is two days in two zones."""
    done, now = [(NOON, 7)], NOON + timedelta(hours=2)
    assert used(limits(POLICY, None, done, now, "Asia/Shanghai")) == [7, 7, 7]
    assert used(limits(POLICY, None, done, now, "America/New_York")) == [0, 7, 7]


def test_more_than_the_limit_leaves_nothing_rather_than_less():
    """The limit may have been lowered since."""
    daily = figures(("2026-11-23T09:00:00+08:00", 600_000)).periods[0]
    assert (daily.used, daily.remaining) == (600_000, 0)


@pytest.mark.parametrize("account_class", ["I", "II", "III", None, "VIP"])
def test_the_account_class_changes_nothing(account_class):
    """It caps payments from the balance, not money coming in."""
    done = ("2026-11-23T09:00:00+08:00", 150_000)
    assert figures(done, account_class=account_class) == figures(done)


@given(
    st.lists(st.tuples(instants, st.integers(1, 10**7))), instants, st.sampled_from(["Asia/Shanghai", "Europe/Paris"])
)
def test_a_shorter_period_never_uses_more(done, now, zone):
    """Day within month within year; used and left add up to the limit, or nothing is left."""
    found = limits(POLICY, None, done, now, zone).periods
    assert found[0].used <= found[1].used <= found[2].used <= sum(fen for _, fen in done)
    assert all(period.remaining == max(0, period.limit - period.used) for period in found)


@given(instants, st.integers(1, 10**6))
def test_a_top_up_of_this_moment_counts_everywhere(now, fen):
    """And a year and a day later nowhere."""
    assert used(limits(POLICY, None, [(now, fen)], now, "Asia/Shanghai")) == [fen, fen, fen]
    assert used(limits(POLICY, None, [(now, fen)], now + timedelta(days=367), "Asia/Shanghai")) == [0, 0, 0]
