"""Finds records similar to the keyed day and amount when none matches exactly, the likeliest first.

Callers and banks disagree by a day, a fee, a misplaced decimal point or two swapped digits. That no record matches
is therefore no proof that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from ivr.wallet.matches import midnight
from ivr.wallet.reasons import Reason, Status, proves_no_debit, reason_for

BESIDE = timedelta(days=3)
"""How far a similar record may be from the day that the caller keyed."""
LATELY = timedelta(days=7)
"""Records of the last days are looked at whatever day was keyed."""
LIKELY = timedelta(days=14)
"""How far back the records go that are offered before anything is keyed."""
MOST_LIKELY = 3
"""The most records that are offered one by one before anything is keyed."""
MOST_NEAR = 3
"""The most records about which the line asks a caller one by one."""
POINT_MOVED = (10, 100)
"""By how much the decimal point may be misplaced: one digit, or two."""
NEAR_PERCENT, NEAR_FEN = 5, 100
"""How far a fee or a rounding may change an amount: by so many per cent, or by a yuan."""
UNLIKE_AMOUNT, SUCCEEDED = 2, 3
"""Penalties of a record, in days: an amount that is only similar; a success, since the caller reports a failure."""


class Tried(Protocol):
    """A top-up or a payment."""

    @property
    def id(self) -> str: ...

    @property
    def amount(self) -> int: ...

    @property
    def at(self) -> datetime: ...

    @property
    def status(self) -> Status: ...

    @property
    def code(self) -> str | None: ...

    @property
    def bank_debited(self) -> bool | None: ...


T = TypeVar("T", bound=Tried)


def spans(on: date, now: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The spans of time to search, without overlap: the days around the keyed one, and the last days."""
    today = now.astimezone(zone).date()
    beside, lately = (on - BESIDE, on + BESIDE), (today - LATELY, today)
    if beside[1] >= lately[0]:
        return [_whole_days(min(beside[0], lately[0]), max(beside[1], lately[1]), zone)]
    return [_whole_days(*beside, zone), _whole_days(*lately, zone)]


def likely_since(now: datetime, zone: ZoneInfo) -> datetime:
    """The midnight from which on records are offered before anything is keyed."""
    return midnight(now.astimezone(zone).date() - LIKELY, zone)


def likely(records: Iterable[T], since: datetime) -> list[T]:
    """The records since then that did not succeed, newest first: a caller with a problem most likely means one."""
    tried = [one for one in records if one.status != "succeeded" and one.at >= since]
    return sorted(tried, key=lambda one: one.at, reverse=True)[:MOST_LIKELY]


def near(records: Iterable[T], fen: int, on: date, zone: ZoneInfo) -> list[T]:
    """Records of the same or a similar amount, on that day or near it."""
    found = [one for one in records if abs(_day(one, zone) - on) <= BESIDE and alike(fen, one.amount)]
    return sorted(found, key=lambda one: (_distance(one, fen, on, zone), -one.at.timestamp()))[:MOST_NEAR]


def unsettled(records: Iterable[T], on: date, zone: ZoneInfo) -> list[T]:
    """Records that did not succeed: first unknown outcomes, then failures, last failures proved to be
    without a debit.
    """
    tried = [one for one in records if one.status != "succeeded"]
    return sorted(tried, key=lambda one: (_doubt(one), abs(_day(one, zone) - on), -one.at.timestamp()))[:MOST_NEAR]


def alike(fen: int, other: int) -> bool:
    """Whether the amounts are similar: rounded, with a fee, decimal point moved, digits swapped, or one digit wrong."""
    low, high = sorted((fen, other))
    if high - low <= max(NEAR_FEN, high * NEAR_PERCENT // 100):
        return True
    return any(low * moved == high for moved in POINT_MOVED) or _digits_alike(str(fen), str(other))


def _digits_alike(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    wrong = sum(a != b for a, b in zip(one, other, strict=True))
    return wrong == 1 or sorted(one) == sorted(other)


def _distance(one: Tried, fen: int, on: date, zone: ZoneInfo) -> int:
    beside = abs(_day(one, zone) - on).days
    return beside + UNLIKE_AMOUNT * (one.amount != fen) + SUCCEEDED * (one.status == "succeeded")


def _doubt(one: Tried) -> int:
    if reason_for(one.status, one.code, one.bank_debited) is Reason.UNKNOWN:
        return 0
    return 2 if proves_no_debit(one.status, one.bank_debited) else 1


def _day(one: Tried, zone: ZoneInfo) -> date:
    return one.at.astimezone(zone).date()


def _whole_days(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
