"""A freeze: weak proof stops an account, and is good for nothing else.

The telephone itself may be what was stolen, so there is neither a code nor a PIN: a registered number and the tail of
the document are enough. These tries are counted by themselves. Failures elsewhere never stand in the way of a freeze,
and what is proved here makes up for none of them. A freeze that was wrong is lifted by a person, and costs an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.desk.identity import FREEZE, WINDOW, Claimed, utc
from ivr.desk.tables import attempts, freezes
from ivr.engine.claims import hold
from ivr.engine.effects import World, touch, write
from ivr.logs import logger

TRIES_A_CALL = 3
TRIES_A_CALLER = 10
"""Within 24 hours, from one number; from withheld numbers, at one account: they share no number, and guess tails freely."""
BURST, BURST_WITHIN = 20, timedelta(hours=1)
"""So many tries at one wallet are nobody's ordinary day."""
SAME_MOMENT = timedelta(minutes=1)
"""Nobody lifts a freeze so soon: whoever asks for another one asked while it was being done."""
TRIES = Counter("ivr_freeze_tries", "Tries to prove that an account may be frozen.", ("ok",))


@dataclass(frozen=True)
class Owner:
    """Whose account the caller may freeze, and by which level of proof: 1 weak, 2 verified."""

    id: str
    wallet: str
    level: int


@dataclass(frozen=True)
class Standing:
    """How an account stands, and whether a text reaches its owner. One that does not exist is closed."""

    status: Literal["active", "frozen", "closed"]
    texts: bool


@dataclass(frozen=True)
class Weighed:
    """The owner, if the proof was right; and whether this caller may try again."""

    owner: Owner | None
    more: bool


@touch
def standing(world: World, account: str) -> Standing:
    """As the wallet has it now; an unknown account is asked about all the same."""
    found = world.runtime.wallets.account(account, world.deadline)
    return Standing(found.status, found.mobile is not None) if found else Standing("closed", False)


@write
def weigh(world: World, wallet: str, claimed: Claimed, right: bool, caller: str | None) -> Weighed:
    """The verdict over number and tail, counted against this call and the caller's number; failures elsewhere do not count."""
    here = _tries(world, call=world.call)
    today = _tries(world, caller=caller) if caller else _tries(world, caller=None, account=claimed.counted_as)
    good = right and claimed.account is not None and here < TRIES_A_CALL and today < TRIES_A_CALLER
    row = {"id": world.key, "wallet": wallet, "account": claimed.counted_as, "caller": caller, "factor": FREEZE}
    world.conn.execute(sa.insert(attempts).values(**row, call=world.call, at=utc(world.now), ok=good))
    TRIES.labels(good).inc()
    _watch(world, wallet)
    more = here + 1 < TRIES_A_CALL and today + 1 < TRIES_A_CALLER
    return Weighed(Owner(claimed.account, wallet, 1) if good and claimed.account else None, more)


@touch
def freeze(world: World, owner: Owner) -> bool:
    """True: it stands frozen. In one call it is asked for under one key, however often."""
    key = f"{world.call}:freeze:{world.runtime.sealer.fingerprint(owner.id)}"
    world.runtime.wallets.freeze(owner.id, key, world.deadline)
    return True


@write(act="freeze")
def keep_freeze(world: World, owner: Owner) -> None:
    """Write down that the account was frozen, and promise its owner a text; once, also of two calls at the same moment."""
    name = f"freeze:{world.call}:{world.runtime.sealer.fingerprint(owner.id)}"
    hold(world.conn, f"freeze:{owner.id}")  # or of two calls neither would see what the other has not committed
    known = world.conn.execute(sa.select(freezes.c.id, freezes.c.at).where(freezes.c.customer == owner.id))
    if not any(one.id == name or abs(world.now - datetime.fromisoformat(one.at)) <= SAME_MOMENT for one in known):
        row = {"id": name, "customer": owner.id, "wallet": owner.wallet, "call": world.call}
        world.conn.execute(sa.insert(freezes).values(**row, at=world.now.isoformat()))
        world.runtime.follow_up.send(world.conn, name)


def _tries(world: World, within: timedelta = WINDOW, **of: str | None) -> int:
    """How many tries there were of this call, caller or wallet."""
    same = [attempts.c[name] == value for name, value in of.items()]
    lately = (attempts.c.factor == FREEZE) & (attempts.c.at >= utc(world.now - within))
    return world.conn.scalar(sa.select(sa.func.count()).where(lately, *same)) or 0


def _watch(world: World, wallet: str) -> None:
    tries = _tries(world, BURST_WITHIN, wallet=wallet)
    if tries % BURST == 0:
        logger("desk").error("many tries to freeze accounts", wallet=wallet, tries=tries, within=str(BURST_WITHIN))
