"""Effects for an account's transactions: list the latest, search, find payees and double charges, add up spending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.engine.effects import World, touch
from ivr.engine.errors import Unavailable
from ivr.storage.database import begin_read
from ivr.wallet import directory
from ivr.wallet.client import wallet_client
from ivr.wallet.matches import soon
from ivr.wallet.near_matches import alike
from ivr.wallet.reasons import outcome_of, proves_no_debit
from ivr.wallet.types import Page, Transaction
from ivr.wallet.verified import Verified

RECORDED_AS = "records"
"""The module's name in journals: a part of the names of its effects."""
BACK = timedelta(days=365)
"""How far back the latest ones, a search without a day, and the payees go."""
DAY = timedelta(days=1)
GLANCE = 3
"""Transactions that are told with the balance."""
LATEST = 20
"""The most transactions that a caller steps through by key; a caller finds older ones by a search."""
MOST_CHOICES = 4
"""Matches of a search between which a caller chooses by key."""
MOST_PAYEES = 12
"""Payees between which a caller chooses by key, the latest first."""
DOUBLES_BACK = timedelta(days=30)
"""How far back the line looks for double charges by itself."""
MOST_DOUBLES = 3
"""Double charges between which a caller chooses."""
MOST_TWINS = 3
"""Equal payments that are told."""
PAGE_SIZE = 100
"""Transactions that are asked for in one request."""
A_PAGE = 2.0
"""Seconds that one more page of transactions may take, out of the four that a caller waits."""
WIDER_DAYS, WIDER_PERCENT = 3, 20
"""How far a wider search goes: so many days before and after, and so many per cent of the amount."""
CLOSE_IN_TIME = timedelta(minutes=60)
"""How far a transaction may be from the time that the caller keyed."""
SAME_CHARGE = timedelta(hours=24)
"""Two equal payments to one payee that are further apart are not taken for a double charge."""


@dataclass(frozen=True)
class Record:
    """A transaction as the line reads it out: its time in the wallet's zone; a top-up has no payee.

    `no_debit`: the record proves that nothing was taken for it.
    """

    id: str
    kind: Literal["payment", "top-up"]
    amount: int
    at: str
    status: Literal["succeeded", "failed", "pending"]
    payee: dict[str, str] | None
    no_debit: bool = False


@dataclass(frozen=True)
class Found:
    """Matches, newest first; `more`: there are further, older matches.

    `back_to`: the day of the oldest transaction that the search read, if time ran out before it had read all.
    """

    records: list[Record]
    more: bool
    back_to: str | None = None


@dataclass(frozen=True)
class Payee:
    """A payee of the customer; the id is that of the latest payment."""

    id: str
    name: dict[str, str]


@dataclass(frozen=True)
class Glance:
    """An account at a glance: its status, its balance in fen, and its latest transactions, newest first."""

    status: Literal["active", "frozen", "closed"]
    balance: int
    latest: list[Record]


@dataclass(frozen=True)
class Spent:
    """The sum of the payments of one period that succeeded, in fen."""

    period: Literal["week", "month", "last-month"]
    total: int
    count: int


@touch
def latest(world: World, customer: Verified) -> list[Record]:
    """List the newest transactions of the last year, including failed and pending ones."""
    page = wallet_client(world).transactions(
        customer.id, world.now - BACK, soon(world.now), world.deadline, None, LATEST
    )
    zone = _zone(world, customer)
    return [_record(one, zone) for one in page.transactions]


@touch
def at_a_glance(world: World, customer: Verified) -> Glance:
    """Read the balance and the newest transactions. Raises Unavailable, also if the account is gone."""
    client = wallet_client(world)
    account = client.account(customer.id, world.deadline)
    if account is None:
        raise Unavailable("the account of a verified customer is gone")
    page = client.transactions(customer.id, world.now - BACK, soon(world.now), world.deadline, None, GLANCE)
    zone = _zone(world, customer)
    return Glance(account.status, account.balance, [_record(one, zone) for one in page.transactions])


@touch
def doubles(world: World, customer: Verified) -> list[Record]:
    """Find the later payments of the double charges of the last month, newest first."""
    zone = _zone(world, customer)
    found, _ = between(world, customer, world.now - DOUBLES_BACK, soon(world.now))
    paid = [_record(one, zone) for one in found if one.kind == "payment"]
    paid = [one for one in paid if one.status == "succeeded" and one.payee]
    return [one for place, one in enumerate(paid) if _has_twin(one, paid[place + 1 :])][:MOST_DOUBLES]


@touch
def search(world: World, customer: Verified, on: str, at: str, fen: int, payee: str, wide: bool) -> Found:
    """Search by day (`YYYY-MM-DD`), time (`HH:MM`), amount and payee; "" and 0 leave a criterion out.

    `wide` also takes the neighbouring days, any time of day, and similar amounts.
    """
    zone = _zone(world, customer)
    since, until = _span(world, zone, on, wide)
    looked_at, whole = between(world, customer, since, until)
    paid = [one for one in looked_at if not payee or (one.payee and one.payee.zh == payee)]
    known = [one for one in paid if not fen or one.amount == fen or (wide and _is_like(one.amount, fen))]
    near = [one for one in known if not at or wide or _is_close(one.at.astimezone(zone), at)] or known
    back_to = None if whole else looked_at[-1].at.astimezone(zone).date().isoformat()
    return Found([_record(one, zone) for one in near[:MOST_CHOICES]], len(near) > MOST_CHOICES, back_to)


@touch
def record_of(world: World, customer: Verified, id: str, at: str) -> Record | None:
    """Read the transaction with that id and time as it stands now; None if it no longer exists."""
    zone, moment = _zone(world, customer), datetime.fromisoformat(at)
    near, _ = between(world, customer, moment, moment + timedelta(seconds=1))
    return next((_record(one, zone) for one in near if one.id == id), None)


@touch
def payees(world: World, customer: Verified) -> list[Payee]:
    """List the payees of the latest payments, each once: a caller cannot key a name."""
    found: dict[str, Payee] = {}
    for page in _pages(world, customer, world.now - BACK, soon(world.now)):
        for one in page.transactions:
            if one.payee:
                found.setdefault(one.payee.zh, Payee(one.id, {"zh": one.payee.zh, "en": one.payee.en}))
        if len(found) >= MOST_PAYEES:
            break
    return list(found.values())[:MOST_PAYEES]


@touch
def twins(world: World, customer: Verified, of: Record) -> list[Record]:
    """Find other successful payments of the same amount to the same payee within a day of this one."""
    zone, at = _zone(world, customer), datetime.fromisoformat(of.at)
    near, _ = between(world, customer, at - SAME_CHARGE, at + SAME_CHARGE + timedelta(seconds=1))
    told = [_record(one, zone) for one in near if one.id != of.id]
    same = (of.kind, of.amount, of.status, of.payee)
    return [one for one in told if (one.kind, one.amount, one.status, one.payee) == same][:MOST_TWINS]


@touch
def spending(world: World, customer: Verified) -> list[Spent]:
    """Add up the last seven days including today, this month, and the month before, in the wallet's time zone."""
    zone = _zone(world, customer)
    today = world.now.astimezone(zone).date()
    first = today.replace(day=1)
    ends = today + DAY
    return [
        _spent(world, customer, zone, "week", ends - 7 * DAY, ends),
        _spent(world, customer, zone, "month", first, ends),
        _spent(world, customer, zone, "last-month", (first - DAY).replace(day=1), first),
    ]


def _has_twin(one: Record, older: list[Record]) -> bool:
    at = datetime.fromisoformat(one.at)
    return any(
        (one.amount, one.payee) == (other.amount, other.payee) and at - datetime.fromisoformat(other.at) <= SAME_CHARGE
        for other in older
    )


def _spent(
    world: World,
    customer: Verified,
    zone: ZoneInfo,
    period: Literal["week", "month", "last-month"],
    since: date,
    until: date,
) -> Spent:
    first, last = (datetime.combine(day, time(), zone) for day in (since, until))
    told = wallet_client(world).spending(customer.id, first, last, world.deadline)
    return Spent(period, told.total, told.count)


def between(world: World, customer: Verified, since: datetime, until: datetime) -> tuple[list[Transaction], bool]:
    """The transactions, newest first, and whether they are complete: if time runs short, the oldest are left out."""
    found: list[Transaction] = []
    after = None
    for page in _pages(world, customer, since, until):
        found += page.transactions
        after = page.next
    return found, after is None


def _pages(world: World, customer: Verified, since: datetime, until: datetime) -> Iterator[Page]:
    """Fetch page after page while there is time for another one."""
    after = None
    while True:
        page = wallet_client(world).transactions(customer.id, since, until, world.deadline, after, PAGE_SIZE)
        yield page
        after = page.next
        if after is None or monotonic() > world.deadline - A_PAGE:
            return


def _span(world: World, zone: ZoneInfo, on: str, wide: bool) -> tuple[datetime, datetime]:
    if not on:
        return world.now - BACK, soon(world.now)
    day = date.fromisoformat(on)
    around = WIDER_DAYS * DAY if wide else 0 * DAY
    return datetime.combine(day - around, time(), zone), datetime.combine(day + around + DAY, time(), zone)


def _is_like(amount: int, fen: int) -> bool:
    return abs(amount - fen) <= fen * WIDER_PERCENT // 100 or alike(fen, amount)


def _is_close(at: datetime, keyed: str) -> bool:
    return abs(at - datetime.combine(at, time.fromisoformat(keyed), at.tzinfo)) <= CLOSE_IN_TIME


def _zone(world: World, customer: Verified) -> ZoneInfo:
    with begin_read(world.runtime.engine) as conn:
        return ZoneInfo(directory.by_id(conn, customer.wallet).timezone)


def _record(one: Transaction, zone: ZoneInfo) -> Record:
    payee = {"zh": one.payee.zh, "en": one.payee.en} if one.payee else None
    status = outcome_of(one.status, one.code, one.bank_debited)
    no_debit = proves_no_debit(one.status, one.bank_debited)
    return Record(one.id, one.kind, one.amount, one.at.astimezone(zone).isoformat(), status, payee, no_debit)
