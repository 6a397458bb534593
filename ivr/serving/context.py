"""What every act of an agent for a caller works with, and the ways in which it is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from ivr.calls.agent_acts import tell_crm_of_act
from ivr.config.settings import Settings
from ivr.engine.effects import World
from ivr.engine.errors import Unavailable
from ivr.engine.secrets import Sealer
from ivr.follow_up.messages import TextOutbox
from ivr.follow_up.outbox import stamp
from ivr.staff import acts, audit
from ivr.staff.acts import Act
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.client import wallet_client
from ivr.wallet.types import Account, Wallet
from ivr.wallet.verified import Verified

Reason = Literal[
    "level",
    "form",
    "directed",
    "unreachable",
    "not-frozen",
    "stays-frozen",
    "no-case",
    "empty",
    "unconfirmed",
    "not-disputable",
    "already-disputed",
    "no-mobile",
    "texts-many",
    "no-number",
    "callbacks-many",
]
NAMED, VERIFIED, BY_AGENT = 1, 2, 3
"""Levels of proof: the line has found the customer, or verified them with two factors, or an agent did by the wallet's
own procedure."""
WALLET_SECONDS = 4.0
"""For the requests to the wallet of one act; the agent and the caller wait for them."""


class Refused(Exception):
    """It was not done; `reason` is for the page."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def checked(id: str) -> str:
    """The id of a form; one that no form of ours has is refused before anything is looked at."""
    if not acts.KEY.fullmatch(id):
        raise Refused("form")
    return id


@dataclass(frozen=True)
class Caller:
    """The caller of a call: the customer, if one is known, and how well that is proved (0 to 3).

    `directed`: the caller says that somebody tells them what to do. `urgent`: it is about security. `called_back`: it
    is the customer who was rung, and not the caller.
    """

    call: str
    wallet: str
    customer: str | None
    level: int
    directed: bool = False
    urgent: bool = False
    called_back: bool = False

    def proved(self, level: int) -> Verified:
        """The customer, where the proof is enough; raises Refused."""
        if self.customer is None or self.level < level:
            raise Refused("level")
        return Verified(self.customer, self.wallet, self.level, "desk")


@dataclass(frozen=True)
class Services:
    """What effects use of the process; the sealer is that of the call."""

    engine: sa.Engine
    settings: Settings
    sealer: Sealer
    wallets: Wallet
    texts: TextOutbox
    machine: Callable[[], datetime]


@dataclass(frozen=True)
class Serving:
    """An agent who acts for a caller: `clock` is business time."""

    caller: Caller
    staff: str
    services: Services
    clock: Callable[[sa.Connection], datetime]

    def asking(self, id: str, seconds: float = WALLET_SECONDS) -> World:
        """The world of an effect that asks the wallet."""
        with begin_read(self.services.engine) as conn:
            now = self.clock(conn)
        return World(self.caller.call, id, now, time.monotonic() + seconds, None, self.services)

    def within(self, conn: sa.Connection, id: str) -> World:
        """The world of an effect that reads or writes in this transaction."""
        return World(self.caller.call, id, self.clock(conn), time.monotonic() + WALLET_SECONDS, conn, self.services)

    @contextmanager
    def acting(self, id: str, *kinds: str) -> Iterator[tuple[sa.Connection, Act | None]]:
        """The transaction of an act, and the act that has this id already; an id of another call or of another kind of
        act is refused."""
        with begin_write(self.services.engine) as conn:
            before = acts.begun(conn, self.caller.call, id)
            if before is not None and (before.call != self.caller.call or before.act not in kinds):
                raise Refused("form")
            yield conn, before

    def begin(self, id: str, kind: str, require: Callable[[], None], noted: dict[str, str], **details: str) -> Act:
        """The act under which the wallet is asked: one whose outcome is not known, or else a new one.

        `require` raises Refused where a new one may not be begun; `noted` goes into the audit log.
        """
        if (known := self._known(id, kind)) is not None:
            return known
        require()
        with self.acting(id, kind) as (conn, before):  # somebody else may have begun meanwhile
            known = before or acts.pending(conn, self.caller.call, kind, self.caller.customer)
            if known is None:
                known = self.new(id, kind, status=acts.ASKED, **details)
                self.keep(conn, known)
                self.record(conn, f"{kind}-asked", self.caller.call, **noted)
        return known

    def account(self, id: str, customer: Verified) -> Account | None:
        """The customer's account at the wallet; raises Refused when the wallet does not answer."""
        world = self.asking(id)
        try:
            return wallet_client(world).account(customer.id, world.deadline)
        except Unavailable:
            raise Refused("unreachable") from None

    def _known(self, id: str, kind: str) -> Act | None:
        with self.acting(id, kind) as (conn, before):
            return before or acts.pending(conn, self.caller.call, kind, self.caller.customer)

    def keep(self, conn: sa.Connection, act: Act) -> None:
        """Store an act."""
        acts.add(conn, act, self.services.sealer)
        tell_crm_of_act(conn, self.services.settings, act, self.clock(conn))

    def settle(self, conn: sa.Connection, id: str, status: str, about: str = "") -> bool:
        """Store the outcome of an act that asked the wallet; False if it was stored before."""
        settled = acts.settle(conn, id, status, about)
        if settled and (act := acts.find(conn, id)) is not None:
            tell_crm_of_act(conn, self.services.settings, act, self.clock(conn))
        return settled

    def new(self, id: str, act: str, about: str = "", status: str = acts.DONE, note: str = "", **details: Any) -> Act:
        """An act of this agent for this caller, now."""
        caller, now = self.caller, stamp(self.services.machine())
        return Act(id, caller.call, caller.wallet, caller.customer, self.staff, now, act, about, details, status, note)

    def record(self, conn: sa.Connection, act: str, about: str, **details: Any) -> None:
        """A row of the audit log, in the transaction of the act."""
        audit.record(conn, self.staff, act, about, self.services.machine(), self.caller.wallet, **details)
