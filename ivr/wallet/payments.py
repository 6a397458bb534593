"""Effects for failed payments: find and explain them. Top-ups are never among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from ivr.engine.effects import World, touch
from ivr.storage.database import begin_read
from ivr.wallet import directory, near_matches
from ivr.wallet.client import wallet_client
from ivr.wallet.matches import likeliest, midnight, soon
from ivr.wallet.reasons import Reason, needs_person, proves_no_debit, reason_for
from ivr.wallet.transactions import PAGE_SIZE, between
from ivr.wallet.types import Account, Transaction, WalletInfo
from ivr.wallet.verified import Verified

BALANCE_HELPS = (Reason.INSUFFICIENT_FUNDS, Reason.DUPLICATE, Reason.SUCCEEDED)


@dataclass(frozen=True)
class Explained:
    """A payment with the reason for its outcome. `balance`: fen, where it helps; balance and `payee` may be unknown."""

    id: str
    amount: int
    at: str
    payee: dict[str, str] | None
    reason: str
    needs_person: bool
    code: str | None
    balance: int | None = None
    no_debit: bool = False


@dataclass(frozen=True)
class Payments:
    """The matching payments, and the number of business or calendar days in which a bank returns a debit.

    If none matches: `near` holds similar payments, `unsettled` the others of those days and the last days that did not
    succeed.
    """

    matches: list[Explained]
    reversal_days: tuple[int, int]
    reversal_unit: str = "business"
    near: list[Explained] = field(default_factory=list)
    unsettled: list[Explained] = field(default_factory=list)


@touch
def likely_payments(world: World, customer: Verified) -> Payments:
    """Find the payments of the last days that did not succeed, newest first, before anything is keyed."""
    with begin_read(world.runtime.engine) as conn:
        info = directory.by_id(conn, customer.wallet)
    zone = ZoneInfo(info.timezone)
    since = near_matches.likely_since(world.now, zone)
    paid = [one for one in between(world, customer, since, soon(world.now))[0] if one.kind == "payment"]
    return _payments(world, customer, info, [near_matches.likely(paid, since)])


@touch
def find_payments(world: World, customer: Verified, fen: int, on: str) -> Payments:
    """Find the payments of that amount on that day."""
    with begin_read(world.runtime.engine) as conn:
        info = directory.by_id(conn, customer.wallet)
    zone = ZoneInfo(info.timezone)
    day = date.fromisoformat(on)
    paid = _between(world, customer, (midnight(day, zone), midnight(day + timedelta(days=1), zone)))
    same = [one for one in paid if one.amount == fen]
    near, unsettled = ([], []) if same else _instead(world, customer, fen, day, zone)
    return _payments(world, customer, info, [likeliest(same), near, unsettled])


def _payments(world: World, customer: Verified, info: WalletInfo, some: list[list[Transaction]]) -> Payments:
    """Matches, and perhaps similar and unsettled ones, explained."""
    zone, refund = ZoneInfo(info.timezone), info.policy["refund"]
    account = cache(lambda: wallet_client(world).account(customer.id, world.deadline))
    told = [[_explained(one, zone, account) for one in ones] for ones in some]
    return Payments(told[0], tuple(refund["card_days"]), refund["unit"], *told[1:])


def _instead(
    world: World, customer: Verified, fen: int, day: date, zone: ZoneInfo
) -> tuple[list[Transaction], list[Transaction]]:
    """The similar payments, and the other unsettled ones."""
    looked_at = [between(world, customer, *span)[0] for span in near_matches.spans(day, world.now, zone)]
    here = [one for found in looked_at for one in found if one.kind == "payment"]
    near = near_matches.near(here, fen, day, zone)
    return near, near_matches.unsettled([one for one in here if one not in near], day, zone)


def _between(world: World, customer: Verified, span: tuple[datetime, datetime]) -> list[Transaction]:
    """All payments of a span of time, oldest first."""
    found: list[Transaction] = []
    after: str | None = None
    while True:
        page = wallet_client(world).transactions(customer.id, *span, world.deadline, after, PAGE_SIZE)
        found += [one for one in page.transactions if one.kind == "payment"]
        after = page.next
        if after is None:
            return found[::-1]


def _explained(one: Transaction, zone: ZoneInfo, account: Callable[[], Account | None]) -> Explained:
    reason = reason_for(one.status, one.code, one.bank_debited)
    owner = account() if reason in BALANCE_HELPS else None
    payee = {"zh": one.payee.zh, "en": one.payee.en} if one.payee else None
    local = one.at.astimezone(zone).isoformat()
    balance = owner.balance if owner else None
    known = (one.id, one.amount, local, payee, reason.value, needs_person(reason), one.code, balance)
    return Explained(*known, proves_no_debit(one.status, one.bank_debited))
