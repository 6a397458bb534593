"""Effects for promotions: current offers, a customer's progress, and messages about offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.engine.effects import World, touch
from ivr.engine.errors import Unavailable
from ivr.storage.database import begin_read
from ivr.wallet import directory
from ivr.wallet.client import wallet_client
from ivr.wallet.types import Account, Both, Prize, Promotion, Reward
from ivr.wallet.verified import Verified

NEW_FOR = timedelta(days=30)
"""How long after the registration a user counts as new."""
Standing = Literal["new", "existing", "unknown"]
State = Literal["counting", "ended", "credited", "due", "awaited", "overdue"]


@dataclass(frozen=True)
class Given:
    """What an offer gives: fen of money, or a number of points."""

    kind: Literal["money", "points"]
    amount: int


@dataclass(frozen=True)
class Offer:
    """An offer; its first and last day are days of the wallet's zone, and both belong to it.

    `until`: the time of day (HH:MM) at which it ends, when that is in the middle of its last day.
    """

    id: str
    title: dict[str, str]
    condition: dict[str, str]
    audience: Literal["all", "new", "existing"]
    starts: str
    ends: str
    gives: Given | None
    until: str | None = None


@dataclass(frozen=True)
class Mine:
    """The offers for a customer, and the kind of user; unknown: the wallet does not tell the date of registration."""

    standing: Standing
    offers: list[Offer]


@dataclass(frozen=True)
class Progress:
    """How far a customer is with one promotion; amounts in fen, days in the wallet's zone.

    counting: `missing` of the target is left (None: no target is known), and `day` is the last one; ended: over since
    `day`; credited: on `day`; due: by `day`; awaited: reached, and no day is promised; overdue: promised for `day`,
    and not credited.
    """

    promotion: str
    title: dict[str, str]
    state: State
    progress: int
    missing: int | None
    day: str | None
    gives: Given | None


@dataclass(frozen=True)
class Rewards:
    """A customer's points and their progress with promotions."""

    points: int
    progress: list[Progress]


@touch
def current_offers(world: World, wallet: str) -> list[Offer]:
    """List the offers that are valid now, the one that ends soonest first."""
    zone = _zone(world, wallet)
    return [_offer(one, zone) for one in _holding(world, wallet, zone)]


@touch
def offers_for(world: World, customer: Verified) -> Mine:
    """List the valid offers for everybody and for the customer's kind of user, new or existing."""
    zone = _zone(world, customer.wallet)
    standing = _standing(_account(world, customer), world.now.astimezone(zone).date())
    holding = _holding(world, customer.wallet, zone)
    return Mine(standing, [_offer(one, zone) for one in holding if one.audience in ("all", standing)])


@touch
def rewards_of(world: World, customer: Verified) -> Rewards:
    """Read points and progress with each promotion, those that end first come first."""
    zone = _zone(world, customer.wallet)
    points = _account(world, customer).points
    known = {one.id: one for one in wallet_client(world).promotions(customer.wallet, world.deadline)}
    rewards = wallet_client(world).rewards(customer.id, world.deadline)
    mine = sorted((one for one in rewards if one.promotion in known), key=lambda one: known[one.promotion].ends)
    return Rewards(points, [_progress(one, known[one.promotion], world.now, zone) for one in mine])


@touch
def push_is_on(world: World, customer: Verified) -> bool:
    """Read whether messages about offers are on."""
    return _account(world, customer).push_opt_in


@touch
def set_push(world: World, customer: Verified, push: bool, key: str) -> bool:
    """Set messages about offers; True: the wallet confirms it. Repeats of a consent carry its idempotency key."""
    return wallet_client(world).consent(customer.id, push, key, world.deadline).push == push


def _zone(world: World, wallet: str) -> ZoneInfo:
    with begin_read(world.runtime.engine) as conn:
        return ZoneInfo(directory.by_id(conn, wallet).timezone)


def _account(world: World, customer: Verified) -> Account:
    account: Account | None = wallet_client(world).account(customer.id, world.deadline)
    if account is None:
        raise Unavailable("the wallet does not know an account that it verified")
    return account


def _standing(account: Account, today: date) -> Standing:
    if account.registered_on is None:
        return "unknown"
    return "new" if today - account.registered_on <= NEW_FOR else "existing"


def _holding(world: World, wallet: str, zone: ZoneInfo) -> list[Promotion]:
    known = wallet_client(world).promotions(wallet, world.deadline)
    holding = [one for one in known if one.starts <= world.now and not _is_over(one, world.now, zone)]
    return sorted(holding, key=lambda one: (one.ends, one.id))


def _is_over(one: Promotion, now: datetime, zone: ZoneInfo) -> bool:
    ends = one.ends.astimezone(zone)
    return now > ends and not (_means_whole_day(ends) and now.astimezone(zone).date() == ends.date())


def _means_whole_day(ends: datetime) -> bool:
    """An end in the last minute of a day."""
    return ends.time() >= time(23, 59)


def _last_day(one: Promotion, zone: ZoneInfo) -> str:
    """An end at midnight belongs to the day before."""
    return (one.ends.astimezone(zone) - timedelta(microseconds=1)).date().isoformat()


def _offer(one: Promotion, zone: ZoneInfo) -> Offer:
    starts = one.starts.astimezone(zone).date().isoformat()
    title, condition = _both(one.title), _both(one.condition)
    ends = one.ends.astimezone(zone)
    until = None if _means_whole_day(ends) or ends.time() == time() else f"{ends:%H:%M}"
    return Offer(one.id, title, condition, one.audience, starts, _last_day(one, zone), _given(one.reward), until)


def _progress(reward: Reward, one: Promotion, now: datetime, zone: ZoneInfo) -> Progress:
    state, day = _state(reward, one, now, zone)
    target = one.reward.target if one.reward else None
    missing = None if target is None else max(0, target - reward.progress)
    return Progress(one.id, _both(one.title), state, reward.progress, missing, day, _given(one.reward))


def _state(reward: Reward, one: Promotion, now: datetime, zone: ZoneInfo) -> tuple[State, str | None]:
    """The state, and the day that belongs to it. The promised day itself is still in time."""
    if reward.credited_at:
        return "credited", reward.credited_at.astimezone(zone).date().isoformat()
    if not (reward.completed_at or _reached(reward, one)):
        return "ended" if _is_over(one, now, zone) else "counting", _last_day(one, zone)
    if reward.credit_due is None:
        return "awaited", None
    late = now.astimezone(zone).date() > reward.credit_due
    return "overdue" if late else "due", reward.credit_due.isoformat()


def _reached(reward: Reward, one: Promotion) -> bool:
    """By the figures; where no target is known, the wallet's promise of a day says so."""
    target = one.reward.target if one.reward else None
    return reward.credit_due is not None if target is None else reward.progress >= target


def _given(prize: Prize | None) -> Given | None:
    if prize is None or prize.amount is None:
        return None
    return Given("points" if prize.kind == "points" else "money", prize.amount)


def _both(name: Both) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}
