"""Effect for a review of an account: its status and the last transactions that moved money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.engine.effects import World, touch
from ivr.engine.errors import Unavailable
from ivr.storage.database import begin_read
from ivr.wallet import directory
from ivr.wallet.client import wallet_client
from ivr.wallet.reasons import Status, outcome_of
from ivr.wallet.types import Transaction
from ivr.wallet.verified import Verified

LATELY = timedelta(days=90)
"""How far back a review of an account looks."""
LISTED, LOOKED_AT = 12, 100
"""The most transactions that a review lists, and how many of the latest it searches for those that moved money."""


@dataclass(frozen=True)
class Recent:
    """A transaction that moved money, or may have (`pending`); its moment in the wallet's zone."""

    id: str
    kind: Literal["payment", "top-up"]
    amount: int
    at: str
    payee: dict[str, str] | None
    status: Status = "succeeded"


@dataclass(frozen=True)
class Review:
    """How the account stands, whether two-factor log-in is on (None: not known), the last transactions, newest first.

    `only_failed`: there were some, and each of them failed.
    """

    status: Literal["active", "frozen", "closed"]
    two_factor: bool | None
    recent: list[Recent]
    only_failed: bool = False


@touch
def review(world: World, customer: Verified) -> Review:
    """Read the account and its last few transactions."""
    with begin_read(world.runtime.engine) as conn:
        zone = ZoneInfo(directory.by_id(conn, customer.wallet).timezone)
    account = wallet_client(world).account(customer.id, world.deadline)
    if account is None:
        raise Unavailable("the wallet does not know an account that it verified")
    since, until = world.now - LATELY, world.now + timedelta(minutes=1)
    page = wallet_client(world).transactions(customer.id, since, until, world.deadline, None, LOOKED_AT)
    told = [_recent(one, zone) for one in page.transactions]
    moved = [one for one in told if one.status != "failed"]
    return Review(account.status, account.two_factor, moved[:LISTED], only_failed=bool(told) and not moved)


def _recent(one: Transaction, zone: ZoneInfo) -> Recent:
    payee = {"zh": one.payee.zh, "en": one.payee.en} if one.payee else None
    status = outcome_of(one.status, one.code, one.bank_debited)
    return Recent(one.id, one.kind, one.amount, one.at.astimezone(zone).isoformat(), payee, status)
