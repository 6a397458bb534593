"""What a verified caller may ask of a wallet. Each function takes the proof (`Verified`), not a flag."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.desk.identity import Verified
from ivr.engine.effects import World, touch
from ivr.storage import begin_read
from ivr.wallet import config
from ivr.wallet.limits import Limits, limits
from ivr.wallet.matching import close_in_time, likeliest, midnight
from ivr.wallet.reasons import Reason, needs_person, reason_for
from ivr.wallet.types import TopUp, WalletInfo


@dataclass(frozen=True)
class Advice:
    """A top-up with the cause in the line's own words. `over`: the limit it broke, with its figures."""

    id: str
    amount: int
    at: str
    reason: str
    channel: str
    needs_person: bool
    code: str | None
    over: dict[str, int | str] | None = None
    balance: int | None = None


@dataclass(frozen=True)
class Way:
    """Another way to top up."""

    name: dict[str, str]
    arrival: dict[str, str]


@dataclass(frozen=True)
class Found:
    """What the look-up gave: the records that fit, and what else the advice may need."""

    matches: list[Advice]
    other_ways: list[Way] = field(default_factory=list)
    reversal_days: tuple[int, int] = (1, 3)
    reversal_unit: str = "business"


@touch
def find_top_ups(world: World, customer: Verified, fen: int, on: str, at: str, channel: str) -> Found:
    """The top-ups of that amount on that day (`YYYY-MM-DD`).

    Time (`HH:MM` or "") and channel narrow several down, and never exclude the only one: callers
    remember those wrongly.
    """
    info = _wallet(world, customer)
    zone = ZoneInfo(info.timezone)
    day = date.fromisoformat(on)
    year = _all(world, customer, zone, day)
    same = [one for one in year if one.amount == fen and one.at.astimezone(zone).date() == day]
    advised = [_advice(world, customer, one, info, year) for one in likeliest(_narrowed(same, at, channel, zone))]
    ways = [
        Way(method["name"], method["arrival"]) for method in info.policy["top_up_methods"] if method["id"] != channel
    ]
    refund = info.policy["refund"]
    return Found(advised, ways, tuple(refund["card_days"]), refund["unit"])


@touch
def limits_of(world: World, customer: Verified) -> Limits:
    """Single, daily, monthly and annual limits with used and remaining."""
    info = _wallet(world, customer)
    today = world.now.astimezone(ZoneInfo(info.timezone)).date()
    year = _all(world, customer, ZoneInfo(info.timezone), today)
    return _limits(info, year, world.now)


def _wallet(world: World, customer: Verified) -> WalletInfo:
    with begin_read(world.runtime.engine) as conn:
        return config.by_id(conn, customer.wallet)


def _all(world: World, customer: Verified, zone: ZoneInfo, day: date) -> list[TopUp]:
    """The top-ups of the day's year: the limits of that year follow from them."""
    since, until = midnight(date(day.year, 1, 1), zone), midnight(day + timedelta(days=1), zone)
    return world.runtime.wallets.top_ups(customer.id, since, until, world.deadline)


def _narrowed(found: list[TopUp], at: str, channel: str, zone: ZoneInfo) -> list[TopUp]:
    found = close_in_time(found, at, zone)
    if len(found) > 1:
        found = [one for one in found if one.channel == channel] or found
    return found


def _advice(world: World, customer: Verified, one: TopUp, info: WalletInfo, year: list[TopUp]) -> Advice:
    reason = reason_for(one.status, one.code, one.bank_debited)
    over = _over(one, info, year) if reason is Reason.WALLET_LIMIT else None
    balance = None
    if reason in (Reason.DUPLICATE, Reason.SUCCEEDED):
        account = world.runtime.wallets.account(customer.id, world.deadline)
        balance = account.balance if account else None
    local = one.at.astimezone(ZoneInfo(info.timezone)).isoformat()
    return Advice(one.id, one.amount, local, reason.value, one.channel, needs_person(reason), one.code, over, balance)


def _over(one: TopUp, info: WalletInfo, year: list[TopUp]) -> dict[str, int | str] | None:
    """The first limit that this top-up broke when it was tried."""
    then = _limits(info, [other for other in year if other.at < one.at], one.at)
    if one.amount > then.single:
        return {"name": "single", "limit": then.single}
    for period in then.periods:
        if one.amount > period.remaining:
            return {"name": period.name, "limit": period.limit, "used": period.used, "remaining": period.remaining}
    return None


def _limits(info: WalletInfo, year: list[TopUp], now: datetime) -> Limits:
    succeeded = [(one.at, one.amount) for one in year if one.status == "succeeded"]
    return limits(info.policy["top_up_limits"], None, succeeded, now, info.timezone)
