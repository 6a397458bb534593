"""Records that are similar to the keyed amount and day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wallet.near_matches import alike, near, spans, unsettled
from ivr.wallet.types import TopUp

ZONE = ZoneInfo("Asia/Shanghai")
ON = date(2026, 11, 10)
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)
fen = st.integers(1, 10**9)


def tried(name: str, amount: int, day: int, status: str = "failed", debited: bool | None = None) -> TopUp:
    at = datetime(2026, 11, day, 12, tzinfo=ZONE)
    return TopUp(name, amount, "card", at, status, "51" if status == "failed" else None, debited)


@pytest.mark.parametrize(
    "keyed, recorded",
    [
        (80000, 80100),
        (80000, 81000),
        (80000, 8000),
        (80000, 800),
        (800, 80000),
        (58000, 85000),
        (50000, 30000),
        (50, 51),
    ],
)
def test_amounts_that_callers_confuse_are_alike(keyed, recorded):
    """A yuan, a fee, a zero, the point, two digits that changed places, one digit."""
    assert alike(keyed, recorded)


@pytest.mark.parametrize("keyed, recorded", [(80000, 30000000), (80000, 31000), (7700, 30000), (12345, 54421)])
def test_other_amounts_are_not(keyed, recorded):
    """Else everything would be near."""
    assert not alike(keyed, recorded)


@given(fen, fen)
def test_alike_goes_both_ways(one, other):
    """Whichever was keyed; and an amount is like itself."""
    assert alike(one, other) == alike(other, one)
    assert alike(one, one)


def test_the_nearest_comes_first():
    """The same amount a day beside, then a like one; what succeeded later than what did not; four days are too far."""
    records = [
        tried("succeeded", 50000, 11, "succeeded"),
        tried("like", 51000, 10),
        tried("day", 50000, 11),
        tried("far", 50000, 14),
        tried("other", 99, 10),
    ]
    assert [one.id for one in near(records, 50000, ON, ZONE)] == ["day", "like", "succeeded"]


def test_what_nobody_knows_comes_before_what_failed_without_a_debit():
    """And what succeeded is settled."""
    records = [
        tried("no debit", 1, 10, debited=False),
        tried("failed", 2, 10),
        tried("unknown", 3, 12, "pending"),
        tried("done", 4, 10, "succeeded"),
    ]
    assert [one.id for one in unsettled(records, ON, ZONE)] == ["unknown", "failed", "no debit"]


@given(st.integers(-400, 0))
def test_the_times_to_look_at_do_not_overlap_and_hold_the_days_beside_and_the_last_ones(back):
    """A record that lay in both would be offered twice."""
    on = NOW.date() + timedelta(days=back)
    found = spans(on, NOW, ZONE)
    assert all(one[1] <= other[0] for one, other in zip(found, found[1:], strict=False))
    for day in (on - timedelta(days=3), on, on + timedelta(days=3), NOW.date() - timedelta(days=7), NOW.date()):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
        assert sum(since <= noon < until for since, until in found) == 1
