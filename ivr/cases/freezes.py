"""A freeze: weak proof stops an account, and is good for nothing else.

The telephone itself may be what was stolen, so there is neither a code nor a PIN: a registered number and the tail of
the document are enough. These tries are counted by themselves. Failures elsewhere never stand in the way of a freeze,
and what is proved here makes up for none of them. A freeze that was wrong is lifted by a person, and costs an hour.

Whoever guesses tails wants to hear which one was right. So after five wrong tries at an account in 24 hours, whoever made
them, the line no longer says: right or wrong, the caller is asked for the yes, and then hears that the account is frozen *if*
the details were right. A real freeze is thereby never blocked, and to learn a tail costs the freeze
of which the owner has a text. Before that, a right proof after which nothing was frozen is told to the owner, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.cases.tables import freezes
from ivr.config.logs import logger
from ivr.engine.claims import lock_until_commit
from ivr.engine.effects import World, touch, write
from ivr.identity import guessing
from ivr.identity.guessing import DECLINED, FREEZE, HOUR, WINDOW, utc
from ivr.identity.tables import attempts
from ivr.identity.verification import Claimed
from ivr.wallet.world import wallet_of

RECORDED_AS = "freezing"
"""What journals call this module: a part of the names of its effects."""

TRIES_A_CALL = 3
TRIES_A_CALLER = 10
"""Within 24 hours, from one number; hidden numbers cannot be told apart, and are counted at the account only."""
WRONG_TRIES_AN_ACCOUNT = 5
"""Within 24 hours, over all callers."""
DECIDES_WITHIN = timedelta(minutes=10)
"""Whoever has not frozen the account by then did not want to."""
BURST = 20
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
class AccountStatus:
    """How an account stands, and whether a text reaches its owner. One that does not exist is closed."""

    status: Literal["active", "frozen", "closed"]
    texts: bool


@dataclass(frozen=True)
class FreezeVerdict:
    """The owner, if the proof was right; whether this caller may try again; and whether the caller may hear which it was."""

    owner: Owner | None
    more: bool
    told: bool = True


@touch
def standing(world: World, account: str) -> AccountStatus:
    """As the wallet has it now; an unknown account is asked about all the same."""
    found = wallet_of(world).account(account, world.deadline)
    return AccountStatus(found.status, found.mobile is not None) if found else AccountStatus("closed", False)


@write
def weigh(world: World, wallet: str, claimed: Claimed, right: bool, caller: str | None) -> FreezeVerdict:
    """The verdict over number and tail, counted against this call, the caller's number and the account."""
    guessing.lock_counters(world.conn, claimed.counter_key, guessing.caller_key(wallet, caller))
    here = _tries(world, call=world.call)
    today = _tries(world, caller=caller) if caller else 0
    told = _wrong_at(world, claimed.counter_key) < WRONG_TRIES_AN_ACCOUNT
    allowed = here < TRIES_A_CALL and today < TRIES_A_CALLER
    good = right and claimed.account is not None and allowed
    row = {"id": world.key, "wallet": wallet, "account": claimed.counter_key, "caller": caller, "factor": FREEZE}
    world.conn.execute(sa.insert(attempts).values(**row, call=world.call, at=utc(world.now), ok=good))
    TRIES.labels(good).inc()
    _alarm_on_burst(world, wallet)
    more = here + 1 < TRIES_A_CALL and today + 1 < TRIES_A_CALLER
    if not good or claimed.account is None:
        return FreezeVerdict(None, more, told or not allowed)
    guessing.warn(world, DECLINED, wallet, claimed.account, DECIDES_WITHIN)
    return FreezeVerdict(Owner(claimed.account, wallet, 1), more, told)


@touch
def freeze(world: World, owner: Owner) -> bool:
    """True: it stands frozen. In one call it is asked for under one key, however often."""
    return _freeze(world, owner)


@touch
def freeze_untold(world: World, owner: Owner | None) -> bool:
    """The same for a caller who does not hear whether the proof was right; for nobody the wallet is asked something, too."""
    if owner is None:
        wallet_of(world).account("nobody", world.deadline)
        return False
    return _freeze(world, owner)


@write(act="freeze")
def keep_freeze(world: World, owner: Owner) -> None:
    """Write down that the account was frozen, and promise its owner a text; once, also of two calls at the same moment."""
    name = f"freeze:{world.call}:{world.runtime.sealer.fingerprint(owner.id)}"
    lock_until_commit(
        world.conn, f"freeze:{owner.id}"
    )  # or of two calls neither would see what the other has not committed
    known = world.conn.execute(sa.select(freezes.c.id, freezes.c.at).where(freezes.c.customer == owner.id))
    if not any(one.id == name or abs(world.now - datetime.fromisoformat(one.at)) <= SAME_MOMENT for one in known):
        row = {"id": name, "customer": owner.id, "wallet": owner.wallet, "call": world.call}
        world.conn.execute(sa.insert(freezes).values(**row, at=world.now.isoformat()))
        world.runtime.follow_up.send(world.conn, name)


def _freeze(world: World, owner: Owner) -> bool:
    key = f"{world.call}:freeze:{world.runtime.sealer.fingerprint(owner.id)}"
    wallet_of(world).freeze(owner.id, key, world.deadline)
    return True


def _wrong_at(world: World, account: str) -> int:
    """Wrong tries at an account of the last day, since operators last opened it."""
    wrong = (attempts.c.account == account) & (attempts.c.factor == FREEZE) & attempts.c.ok.is_(False)
    late = (attempts.c.at >= utc(world.now - WINDOW)) & (attempts.c.at > guessing.last_unlocked(world.conn, account))
    return world.conn.scalar(sa.select(sa.func.count()).where(wrong, late)) or 0


def _tries(world: World, within: timedelta = WINDOW, **of: str | None) -> int:
    """How many tries there were of this call, caller or wallet."""
    same = [attempts.c[name] == value for name, value in of.items()]
    lately = (attempts.c.factor == FREEZE) & (attempts.c.at >= utc(world.now - within))
    return world.conn.scalar(sa.select(sa.func.count()).where(lately, *same)) or 0


def _alarm_on_burst(world: World, wallet: str) -> None:
    tries = _tries(world, HOUR, wallet=wallet)
    if tries % BURST == 0:
        logger("desk").error("many tries to freeze accounts", wallet=wallet, tries=tries, within=str(HOUR))
