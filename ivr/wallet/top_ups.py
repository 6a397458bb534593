"""Effects for top-ups: find failed ones, and read the limits. Each takes the proof of identity (`Verified`), not a
flag.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ivr.engine.effects import World, touch
from ivr.storage.database import begin_read
from ivr.wallet import directory, near_matches
from ivr.wallet.client import wallet_client
from ivr.wallet.limits import Limits, Period, limits
from ivr.wallet.matches import likeliest, midnight, soon
from ivr.wallet.reasons import Reason, needs_person, proves_no_debit, reason_for
from ivr.wallet.types import Account, Card, TopUp, WalletInfo
from ivr.wallet.verified import Verified

RECORDED_AS = "effects"
"""The module's name in journals: a part of the names of its effects."""
BALANCE_HELPS = (Reason.DUPLICATE, Reason.SUCCEEDED)
OTHER_CARD_HELPS = (
    Reason.INSUFFICIENT_FUNDS,
    Reason.BANK_LIMIT,
    Reason.CARD_INFO,
    Reason.CARD_EXPIRED,
    Reason.NOT_PERMITTED,
    Reason.GENERIC,
)


@dataclass(frozen=True)
class OtherCard:
    """A card of the customer that the declined top-up did not use: its bank and its last digits."""

    bank: dict[str, str]
    tail: str


@dataclass(frozen=True)
class Advice:
    """A top-up with the reason for its outcome. `over`: the limit that it broke, with its figures.

    `no_debit`: the record proves that the bank took nothing. `left`: the limit that leaves the least now.
    """

    id: str
    amount: int
    at: str
    reason: str
    channel: str
    needs_person: bool
    code: str | None
    over: dict[str, int | str] | None = None
    balance: int | None = None
    no_debit: bool = False
    left: Period | None = None
    other_cards: list[OtherCard] = field(default_factory=list)


@dataclass(frozen=True)
class Way:
    """A way to top up; `id`: its channel."""

    name: dict[str, str]
    arrival: dict[str, str]
    id: str = ""


@dataclass(frozen=True)
class Found:
    """The result of a look-up: the top-ups that match, and what else the advice needs.

    If none matches: `near` holds similar top-ups, `unsettled` the others of those days and the last days that did not
    succeed.
    """

    matches: list[Advice]
    other_ways: list[Way] = field(default_factory=list)
    reversal_days: tuple[int, int] = (1, 3)
    reversal_unit: str = "business"
    near: list[Advice] = field(default_factory=list)
    unsettled: list[Advice] = field(default_factory=list)


@touch
def likely_top_ups(world: World, customer: Verified) -> Found:
    """Find the top-ups of the last days that did not succeed, newest first, before anything is keyed."""
    info = _wallet(world, customer)
    zone = ZoneInfo(info.timezone)
    since = near_matches.likely_since(world.now, zone)
    year = midnight(date(since.astimezone(zone).year, 1, 1), zone)
    known = wallet_client(world).top_ups(customer.id, year, soon(world.now), world.deadline)
    return _found(world, customer, info, known, [near_matches.likely(known, since)])


@touch
def find_top_ups(world: World, customer: Verified, fen: int, on: str, channel: str) -> Found:
    """Find the top-ups of that amount on that day (`YYYY-MM-DD`).

    The channel narrows several matches down, but never excludes the only match: callers often remember it wrongly.
    """
    info = _wallet(world, customer)
    zone = ZoneInfo(info.timezone)
    day = date.fromisoformat(on)
    known = _around(world, customer, zone, day)
    same = [one for one in known if one.amount == fen and one.at.astimezone(zone).date() == day]
    matches = likeliest(_narrowed(same, channel))
    near, unsettled = ([], []) if same else _instead(known, fen, day, zone, world.now)
    return _found(world, customer, info, known, [matches, near, unsettled])


@touch
def limits_of(world: World, customer: Verified) -> Limits:
    """Read the single, daily, monthly and annual limits with the amounts used and remaining."""
    info = _wallet(world, customer)
    zone = ZoneInfo(info.timezone)
    today = world.now.astimezone(zone).date()
    since, until = midnight(date(today.year, 1, 1), zone), midnight(today + timedelta(days=1), zone)
    return _limits(info, wallet_client(world).top_ups(customer.id, since, until, world.deadline), world.now)


def _found(world: World, customer: Verified, info: WalletInfo, known: list[TopUp], some: list[list[TopUp]]) -> Found:
    """Matches, and perhaps similar and unsettled ones, with their advice; `known`: whole years, for the limits."""
    advised = _Advising(world, customer, info, known)
    ways = [Way(method["name"], method["arrival"], method["id"]) for method in info.policy["top_up_methods"]]
    refund = info.policy["refund"]
    told = [[advised.of(one) for one in ones] for ones in some]
    return Found(told[0], ways, tuple(refund["card_days"]), refund["unit"], *told[1:])


def _wallet(world: World, customer: Verified) -> WalletInfo:
    with begin_read(world.runtime.engine) as conn:
        return directory.by_id(conn, customer.wallet)


def _around(world: World, customer: Verified, zone: ZoneInfo, day: date) -> list[TopUp]:
    """All top-ups of each calendar year that the search touches: the limits of those years are computed from them."""
    spans = near_matches.spans(day, world.now, zone)
    first = spans[0][0].astimezone(zone).date()
    since, until = midnight(date(first.year, 1, 1), zone), spans[-1][1]
    return wallet_client(world).top_ups(customer.id, since, until, world.deadline)


def _instead(known: list[TopUp], fen: int, day: date, zone: ZoneInfo, now: datetime) -> tuple[list[TopUp], list[TopUp]]:
    """The similar top-ups, and the other unsettled ones."""
    spans = near_matches.spans(day, now, zone)
    here = [one for one in known if any(since <= one.at < until for since, until in spans)]
    near = near_matches.near(here, fen, day, zone)
    return near, near_matches.unsettled([one for one in here if one not in near], day, zone)


def _narrowed(found: list[TopUp], channel: str) -> list[TopUp]:
    return [one for one in found if one.channel == channel] or found


class _Advising:
    """Builds advice for top-ups. It fetches the account once, and only if some advice needs it."""

    def __init__(self, world: World, customer: Verified, info: WalletInfo, known: list[TopUp]) -> None:
        self.world, self.customer, self.info, self.known = world, customer, info, known
        self.now = _limits(info, known, world.now)

    def of(self, one: TopUp) -> Advice:
        """The advice for one top-up."""
        reason = reason_for(one.status, one.code, one.bank_debited)
        over = _over(one, self.info, self.known) if reason is Reason.WALLET_LIMIT else None
        return Advice(
            one.id,
            one.amount,
            one.at.astimezone(ZoneInfo(self.info.timezone)).isoformat(),
            reason.value,
            one.channel,
            needs_person(reason),
            one.code,
            over,
            self.account.balance if reason in BALANCE_HELPS and self.account else None,
            proves_no_debit(one.status, one.bank_debited),
            _tightest(over, self.now) if reason is Reason.WALLET_LIMIT else None,
            self._other_cards(one) if reason in OTHER_CARD_HELPS else [],
        )

    @cached_property
    def account(self) -> Account | None:
        """The customer's account, fetched from the wallet."""
        return wallet_client(self.world).account(self.customer.id, self.world.deadline)

    def _other_cards(self, one: TopUp) -> list[OtherCard]:
        """The customer's other cards; empty if the record does not say which card was declined, for the list might name
        it.
        """
        cards: list[Card] = self.account.cards if one.card_tail and self.account else []
        return [
            OtherCard({"zh": card.bank.zh, "en": card.bank.en}, card.tail)
            for card in cards
            if card.tail != one.card_tail
        ]


def _tightest(over: dict[str, int | str] | None, now: Limits) -> Period:
    """The limit that the top-up broke, as it stands now; if that is no period, the period that leaves the least."""
    named = [period for period in now.periods if over and period.name == over["name"]]
    return named[0] if named else min(now.periods, key=lambda period: period.remaining)


def _over(one: TopUp, info: WalletInfo, year: list[TopUp]) -> dict[str, int | str] | None:
    """The first limit that this top-up broke at the time of the attempt."""
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
