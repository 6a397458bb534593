"""Payments that did not go as they should, for the customer who made them. A top-up is never among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from ivr.desk.identity import Verified
from ivr.engine.effects import World, touch
from ivr.storage import begin_read
from ivr.wallet import config
from ivr.wallet.matching import close_in_time, likeliest, midnight
from ivr.wallet.reasons import Reason, needs_person, reason_for
from ivr.wallet.types import Transaction

PAGE = 100
BALANCE_HELPS = (Reason.INSUFFICIENT_FUNDS, Reason.DUPLICATE, Reason.SUCCEEDED)


@dataclass(frozen=True)
class Explained:
    """A payment with the cause in the line's own words. `balance`: fen, where it helps; both it and `payee` may be unknown."""

    id: str
    amount: int
    at: str
    payee: dict[str, str] | None
    reason: str
    needs_person: bool
    code: str | None
    balance: int | None = None


@dataclass(frozen=True)
class Payments:
    """The payments that fit, and within how many business or calendar days a bank returns what it took."""

    matches: list[Explained]
    reversal_days: tuple[int, int]
    reversal_unit: str = "business"


@touch
def find_payments(world: World, customer: Verified, fen: int, on: str, at: str) -> Payments:
    """The payments of that amount on that day; a time narrows several down, and never excludes the only one."""
    with begin_read(world.runtime.engine) as conn:
        info = config.by_id(conn, customer.wallet)
    zone = ZoneInfo(info.timezone)
    paid = _of_the_day(world, customer, date.fromisoformat(on), zone)
    meant = close_in_time([one for one in paid if one.amount == fen], at, zone)
    explained = [_explained(world, customer, one, zone) for one in likeliest(meant)]
    refund = info.policy["refund"]
    return Payments(explained, tuple(refund["card_days"]), refund["unit"])


def _of_the_day(world: World, customer: Verified, day: date, zone: ZoneInfo) -> list[Transaction]:
    """Payments only, oldest first."""
    since, until = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    found: list[Transaction] = []
    after: str | None = None
    while True:
        page = world.runtime.wallets.transactions(customer.id, since, until, world.deadline, after, PAGE)
        found += [one for one in page.transactions if one.kind == "payment"]
        after = page.next
        if after is None:
            return found[::-1]


def _explained(world: World, customer: Verified, one: Transaction, zone: ZoneInfo) -> Explained:
    reason = reason_for(one.status, one.code, one.bank_debited)
    account = world.runtime.wallets.account(customer.id, world.deadline) if reason in BALANCE_HELPS else None
    payee = {"zh": one.payee.zh, "en": one.payee.en} if one.payee else None
    local = one.at.astimezone(zone).isoformat()
    balance = account.balance if account else None
    return Explained(one.id, one.amount, local, payee, reason.value, needs_person(reason), one.code, balance)
