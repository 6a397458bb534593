"""Freezes: weak proof is enough to freeze an account, and for nothing else.

The telephone itself may have been stolen, so neither a code nor a PIN is asked: a registered number and the tail of
the document are enough. These attempts have counters of their own. Failures elsewhere never block a freeze,
and proof given here resets none of them. An agent lifts a wrong freeze, which costs the owner an hour.

An attacker who guesses tails wants to hear which one is right. So after WRONG_TRIES_AN_ACCOUNT wrong attempts at an
account within a day, from any callers, the line no longer tells: right or wrong, the caller is asked to confirm, and
then hears that the account is frozen *if* the details were right. So a real freeze is never blocked, and learning a
tail causes a freeze of which the owner gets a text. Below that limit the owner also gets a text when a proof was right
and nothing was frozen.

A number can be written in several ways, of which the wallet knows all and nobody's number has only marks. So attempts
count by the last digits of the entry as well, for accounts and for nobody's number alike: else the way in which the
sixth attempt is written would tell whether there is an account.
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
from ivr.identity.guessing import DECLINED, FREEZE, FREEZE_ALIKE, HOUR, WINDOW, utc
from ivr.identity.tables import attempts
from ivr.identity.verification import Claimed
from ivr.wallet.client import wallet_client

RECORDED_AS = "freezing"
"""What journals call this module: a part of the names of its effects."""

TRIES_A_CALL = 3
"""Proofs that are weighed in one call; the flow asks no more often."""
TRIES_A_CALLER = 10
"""Within 24 hours, from one number. Hidden numbers cannot be told apart, so they are counted per account only."""
WRONG_TRIES_AN_ACCOUNT = 5
"""Within 24 hours, over all callers."""
DECIDES_WITHIN = timedelta(minutes=10)
"""If the account is not frozen by then, the caller declined the freeze."""
BURST = 20
"""Every so many attempts an hour at one wallet raise an alarm: ordinary days have fewer."""
SAME_MOMENT = timedelta(minutes=1)
"""No freeze is lifted so soon, so a second request within this time belongs to the same freeze."""
TRIES = Counter("ivr_freeze_tries", "Attempts to prove that an account may be frozen.", ("ok",))


@dataclass(frozen=True)
class Owner:
    """The owner of the account that the caller may freeze, and the level of proof: 1 weak, 2 verified."""

    id: str
    wallet: str
    level: int


@dataclass(frozen=True)
class AccountStatus:
    """The status of an account, and whether its owner can get texts. An unknown account is reported as closed."""

    status: Literal["active", "frozen", "closed"]
    texts: bool


@dataclass(frozen=True)
class FreezeVerdict:
    """The owner, if the proof was right; `more`: the caller may try again; `told`: the caller may hear the verdict."""

    owner: Owner | None
    more: bool
    told: bool = True


@touch
def standing(world: World, account: str) -> AccountStatus:
    """The account's status at the wallet. The wallet is asked about an unknown account as well."""
    found = wallet_client(world).account(account, world.deadline)
    return AccountStatus(found.status, found.mobile is not None) if found else AccountStatus("closed", False)


@write
def weigh(world: World, wallet: str, claimed: Claimed, right: bool, caller: str | None) -> FreezeVerdict:
    """The verdict over number and tail. The attempt counts for this call, the caller's number and the account."""
    guessing.lock_counters(world.conn, claimed.counter_key, claimed.alike, guessing.caller_key(wallet, caller))
    here = _tries(world, call=world.call)
    today = _tries(world, caller=caller) if caller else 0
    told = _wrong_at(world, claimed) < WRONG_TRIES_AN_ACCOUNT
    allowed = here < TRIES_A_CALL and today < TRIES_A_CALLER
    good = right and claimed.account is not None and allowed
    row = {"wallet": wallet, "caller": caller, "call": world.call, "at": utc(world.now), "ok": good}
    counted = {"id": world.key, "account": claimed.counter_key, "factor": FREEZE}
    alike = {"id": f"{world.key}:alike", "account": claimed.alike, "factor": FREEZE_ALIKE}
    world.conn.execute(sa.insert(attempts), [row | counted, row | alike])
    TRIES.labels(good).inc()
    _alarm_on_burst(world, wallet)
    more = here + 1 < TRIES_A_CALL and today + 1 < TRIES_A_CALLER
    if not good or claimed.account is None:
        return FreezeVerdict(None, more, told or not allowed)
    guessing.warn(world, DECLINED, wallet, claimed.account, DECIDES_WITHIN)
    return FreezeVerdict(Owner(claimed.account, wallet, 1), more, told)


@touch
def freeze(world: World, owner: Owner) -> bool:
    """Freeze the account; True when it is frozen. All requests of one call share one idempotency key."""
    return _freeze(world, owner)


@touch
def freeze_untold(world: World, owner: Owner | None) -> bool:
    """Freeze without telling the verdict. Without an owner the wallet is asked as well, to take as long."""
    if owner is None:
        wallet_client(world).account("nobody", world.deadline)
        return False
    return _freeze(world, owner)


@write(act="freeze")
def keep_freeze(world: World, owner: Owner) -> None:
    """Store the freeze and queue a text to the owner; once, also when two calls freeze at the same moment."""
    name = f"freeze:{world.call}:{world.runtime.sealer.fingerprint(owner.id)}"
    lock_until_commit(world.conn, f"freeze:{owner.id}")  # otherwise two parallel calls would not see each other's row
    known = world.conn.execute(sa.select(freezes.c.id, freezes.c.at).where(freezes.c.customer == owner.id))
    if not any(one.id == name or abs(world.now - datetime.fromisoformat(one.at)) <= SAME_MOMENT for one in known):
        row = {"id": name, "customer": owner.id, "wallet": owner.wallet, "call": world.call}
        world.conn.execute(sa.insert(freezes).values(**row, at=world.now.isoformat()))
        world.runtime.texts.send(world.conn, name)


def _freeze(world: World, owner: Owner) -> bool:
    key = f"{world.call}:freeze:{world.runtime.sealer.fingerprint(owner.id)}"
    wallet_client(world).freeze(owner.id, key, world.deadline)
    return True


def _wrong_at(world: World, claimed: Claimed) -> int:
    """The number of wrong attempts at this account, or at entries alike if those are more, in the last day and since
    operators last unlocked the account."""
    since = guessing.last_unlocked(world.conn, claimed.counter_key)
    late = (attempts.c.at >= utc(world.now - WINDOW)) & (attempts.c.at > since) & attempts.c.ok.is_(False)
    ways = (FREEZE, claimed.counter_key), (FREEZE_ALIKE, claimed.alike)
    counted = [late & (attempts.c.factor == factor) & (attempts.c.account == key) for factor, key in ways]
    return max(world.conn.scalar(sa.select(sa.func.count()).where(here)) or 0 for here in counted)


def _tries(world: World, within: timedelta = WINDOW, **of: str | None) -> int:
    """The number of attempts of this call, caller or wallet."""
    same = [attempts.c[name] == value for name, value in of.items()]
    lately = (attempts.c.factor == FREEZE) & (attempts.c.at >= utc(world.now - within))
    return world.conn.scalar(sa.select(sa.func.count()).where(lately, *same)) or 0


def _alarm_on_burst(world: World, wallet: str) -> None:
    tries = _tries(world, HOUR, wallet=wallet)
    if tries % BURST == 0:
        logger("desk").error("many tries to freeze accounts", wallet=wallet, tries=tries, within=str(HOUR))
