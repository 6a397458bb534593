"""What an agent may do for a caller now, for the page: read once, with a short time for the wallet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from ivr.callbacks.callbacks import caller_number
from ivr.engine.errors import Unavailable
from ivr.engine.secrets import mask
from ivr.serving import contact, matters
from ivr.serving.contact import CALLER, ON_FILE, Arrival
from ivr.serving.context import BY_AGENT, NAMED, VERIFIED, Serving
from ivr.serving.freezes import UNFREEZE
from ivr.staff import acts
from ivr.staff.acts import Act
from ivr.storage.database import begin_read
from ivr.telephony.numbers import may_be_rung
from ivr.wallet.client import wallet_client
from ivr.wallet.transactions import Record, latest
from ivr.wallet.types import Account
from ivr.wallet.verified import Verified

PAGE_SECONDS = 2.0
"""The page waits so long for the wallet; without an answer it says so."""


@dataclass(frozen=True)
class Done:
    """An act that was done in this call; `arrival`: how its text stands."""

    act: Act
    arrival: Arrival | None


@dataclass(frozen=True)
class Offer:
    """What may be done. `account` is None where nobody is verified, or where the wallet does not answer: then
    `reached` is false. `numbers`: by its kind, the last digits of each number that may be called back."""

    level: int
    known: bool
    directed: bool
    called_back: bool
    reached: bool
    account: Account | None
    records: tuple[Record, ...]
    payments: tuple[Record, ...]
    texts: tuple[str, ...]
    texts_left: int
    numbers: dict[str, str]
    unfreeze: Act | None
    dispute: Act | None

    @property
    def may_verify(self) -> bool:
        """Whether the line has found a customer whom the agent may verify by the wallet's procedure."""
        return self.known and NAMED <= self.level < BY_AGENT

    @property
    def verified(self) -> bool:
        """Whether acts for a verified customer may be done."""
        return self.known and self.level >= VERIFIED

    @property
    def may_unfreeze(self) -> bool:
        """Whether the agent has done all that lifting the freeze needs."""
        return self.known and self.level >= BY_AGENT and not self.directed

    @property
    def mobile(self) -> str | None:
        """The number on file."""
        return self.account.mobile if self.account else None

    @property
    def anything(self) -> bool:
        """Whether there is something to choose."""
        return self.known or bool(self.numbers)


def done_in(conn: sa.Connection, call: str) -> list[Done]:
    """What agents did in a call, the oldest first."""
    return [
        Done(one, contact.arrival(conn, one) if one.act == contact.TEXT else None)
        for one in acts.of_call(conn, call)
        if one.status == acts.DONE
    ]


def read_offer(serving: Serving) -> Offer:
    """Read what is known of the customer; the page comes also when the wallet does not answer."""
    caller = serving.caller
    found = _of_wallet(serving)
    with begin_read(serving.services.engine) as conn:
        every = acts.of_call(conn, caller.call)
        pending = {one.act: one for one in every if one.status == acts.ASKED}
        offer = Offer(
            level=caller.level,
            known=caller.customer is not None,
            directed=caller.directed,
            called_back=caller.called_back,
            reached=found is not None,
            account=found.account if found else None,
            records=found.records if found else (),
            payments=found.payments if found else (),
            texts=contact.texts_for(conn, caller.wallet),
            texts_left=contact.texts_left(conn, caller.call),
            numbers={},
            unfreeze=pending.get(UNFREEZE),
            dispute=pending.get(matters.DISPUTE),
        )
        return replace(offer, numbers=_numbers(serving, conn, offer))


@dataclass(frozen=True)
class _Found:
    account: Account | None
    records: tuple[Record, ...] = ()
    payments: tuple[Record, ...] = ()


def _of_wallet(serving: Serving) -> _Found | None:
    """The account, its latest transactions and those that may be disputed; None when the wallet does not answer."""
    caller = serving.caller
    if caller.customer is None:
        return _Found(None)
    customer = Verified(caller.customer, caller.wallet, caller.level, "desk")
    world = serving.asking("page", PAGE_SECONDS)
    try:
        account = wallet_client(world).account(customer.id, world.deadline)
        if account is None or caller.level < VERIFIED:
            return _Found(account)
        records = latest.run(world, customer)
        disputed = {one.payment for one in wallet_client(world).disputes(customer.id, world.deadline)}
    except Unavailable:
        return None
    payments = [one for one in matters.disputable(serving, customer, records) if one.id not in disputed]
    return _Found(account, tuple(records), tuple(payments))


def _numbers(serving: Serving, conn: sa.Connection, offer: Offer) -> dict[str, str]:
    prefixes = serving.services.settings.callback_prefixes
    told = {CALLER: caller_number(serving.within(conn, "page"))}
    told |= {ON_FILE: offer.mobile if offer.verified else None}
    return {kind: mask(number) for kind, number in told.items() if number and may_be_rung(number, prefixes)}
