"""Top-up limits with what is used and left. Amounts are integers in fen.

The account classes I to III of mainland payment accounts (中国人民银行公告〔2015〕第43号) cap payments *from*
the balance, and the cap spans a person's accounts; they say nothing about money coming in. So the
wallet's own figures are the limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Period:
    """daily, monthly or annual: the limit, what of it is used and left, and the date on which it begins anew."""

    name: str
    limit: int
    used: int
    remaining: int
    resets_on: str


@dataclass(frozen=True)
class Limits:
    """The most for one top-up, and the limits of the day, the month and the year."""

    single: int
    periods: list[Period]


def limits(
    policy_limits: Mapping[str, int],
    account_class: str | None,
    succeeded: Iterable[tuple[datetime, int]],
    now: datetime,
    timezone: str,
) -> Limits:
    """What the succeeded top-ups (when, fen) leave of `policy_limits` (single, daily, monthly, annual).

    Days, months and years begin at midnight in the wallet's zone. `account_class` is not used: see the module.
    """
    zone = ZoneInfo(timezone)
    done = [(at.astimezone(zone).date(), fen) for at, fen in succeeded]
    periods = [
        _period(name, policy_limits[name], done, since, until)
        for name, since, until in _periods(now.astimezone(zone).date())
    ]
    return Limits(policy_limits["single"], periods)


def _periods(today: date) -> list[tuple[str, date, date]]:
    """Name, first day and the day after the last; the 1st plus 31 days is always in the next month."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    return [
        ("daily", today, today + timedelta(days=1)),
        ("monthly", month, (month + timedelta(days=31)).replace(day=1)),
        ("annual", year, year.replace(year=year.year + 1)),
    ]


def _period(name: str, limit: int, done: list[tuple[date, int]], since: date, until: date) -> Period:
    used = sum(fen for day, fen in done if since <= day < until)
    return Period(name, limit, used, max(0, limit - used), until.isoformat())
