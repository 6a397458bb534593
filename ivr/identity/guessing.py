"""Limits on wrong verifications: how many there may be per account and per caller, and what happens at the limit.

A guess is a whole round of verification: the tail of a document, and a code or the phone PIN. Two things must
hold at once: nobody can guess their way in, and nobody can lock a customer out by guessing wrong. So wrong rounds at an
account are counted in shares:

- each telephone that *belongs to the account* has a share of its own: the registered mobile, and every number from
  which the account was verified before (the number proves nothing; it only says whose mistakes these are);
- all other callers, including hidden numbers, have one share together.

Five wrong rounds in 24 hours, since the last right one of the same share, close that share: every further round is
refused without a check, right or wrong. A refused round does not count as a failure and prolongs nothing, so a share
opens again when the oldest of the five is a day old. Strangers who keep guessing close their own share, but not that
of the owner, who calls from a telephone of the account. An owner with another number must wait or speak to an agent;
operators open all shares with `flask verification unlock`. An attacker has five rounds a day at one account; with the
tail known, that is one PIN in two hundred thousand.

A caller's number may try ten accounts in 24 hours. Hidden numbers cannot be told apart, so all of them together may
fail sixty times an hour at one wallet; then their rounds are refused without a check, and they go to an agent.

The owner gets a text when a share closes, once a day. Callers are told nothing of this: refused, locked and wrong
sound alike. All counters are read under locks by account and by caller, so parallel calls cannot pass a limit together.
(NIST SP 800-63B-4 asks for a limit of at most 100 consecutive failures.)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.config.logs import logger
from ivr.engine.claims import lock_until_commit
from ivr.engine.effects import World
from ivr.identity.tables import attempts, verification_acts, warnings

FREEZE, FREEZE_ALIKE, REFERENCE = "freeze", "freeze-alike", "reference"
"""Factors of attempts that do not verify anybody. `cases.freezes` and `cases.stages` count these."""
WRONG_ROUNDS_A_DAY = 5
"""At one account, by its own telephones or by all others together. A round is a code or a PIN with the ID's last
digits."""
CALLER_ACCOUNTS = 10
"""Accounts that one caller's number may try within a day."""
WINDOW = timedelta(hours=24)
"""For so long attempts and warnings count."""
HIDDEN_FAILURES, HOUR = 60, timedelta(hours=1)
"""Wrong rounds within an hour by all hidden numbers of a wallet together, which cannot be told apart."""
LOCKED, DECLINED = "locked", "declined"
"""Kinds of warning to an owner: verification is closed for a day; weak proof was right, and then nothing was frozen."""
REFUSED = Counter("ivr_refused_unseen", "Rounds of verification that were refused without a check.", ("why",))

Condition = sa.ColumnElement[bool]


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text compares as time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def lock_counters(conn: sa.Connection, *names: str) -> None:
    """Lock these counters until the transaction ends, in sorted order, so that transactions cannot deadlock."""
    for name in sorted(names):
        lock_until_commit(conn, f"count:{name}")


def caller_key(wallet: str, caller: str | None) -> str:
    """The key of a caller's counter: the hashed number, or one key for all hidden numbers of a wallet."""
    return caller or f"hidden:{wallet}"


def own_telephones(conn: sa.Connection, account: str, registered: str | None) -> set[str]:
    """The telephones that belong to an account: its mobile, and numbers from which it was verified before."""
    proved = (attempts.c.account == account) & attempts.c.ok & _of_verification()
    return {mark for mark in (registered, *conn.scalars(sa.select(attempts.c.caller).where(proved).distinct())) if mark}


def is_in_share(column: sa.ColumnElement[str | None], own: set[str], caller: str | None) -> Condition:
    """The condition for rows of this caller's share, given the column that holds the caller."""
    if caller in own:
        return column == caller
    return column.is_(None) | column.not_in(own)


def is_throttled(world: World, wallet: str, account: str, registered: str | None, caller: str | None) -> bool:
    """Whether a round is refused without a check. Call it under `lock_counters`."""
    if failures(world, account, registered, caller) >= WRONG_ROUNDS_A_DAY:
        return _refused("account")
    verified = attempts.c.at >= utc(world.now - WINDOW), _of_verification()
    if caller is not None:
        tried = sa.select(sa.func.count(sa.distinct(attempts.c.account))).where(attempts.c.caller == caller, *verified)
        return (world.conn.scalar(tried) or 0) >= CALLER_ACCOUNTS and _refused("caller")
    return _hidden_failures(world, wallet) >= HIDDEN_FAILURES and _refused("hidden")


def failures(world: World, account: str, registered: str | None, caller: str | None) -> int:
    """The number of wrong rounds of this caller's share that still count."""
    own = own_telephones(world.conn, account, registered)
    mine = (attempts.c.account == account) & is_in_share(attempts.c.caller, own, caller) & _of_verification()
    proved = (
        mine & attempts.c.ok & (attempts.c.at <= utc(world.now))
    )  # not later than now: the clock may have been put back
    right = world.conn.scalar(sa.select(sa.func.max(attempts.c.at)).where(proved)) or ""
    since = max(right, last_unlocked(world.conn, account))
    wrong = mine & attempts.c.ok.is_(False) & attempts.c.locked.is_(False)
    late = (attempts.c.at >= utc(world.now - WINDOW)) & (attempts.c.at > since)
    return world.conn.scalar(sa.select(sa.func.count()).where(wrong, late)) or 0


def last_unlocked(conn: sa.Connection, account: str) -> str:
    """When operators last unlocked this account (ISO 8601, UTC), or an empty text."""
    opened = (verification_acts.c.account == account) & (verification_acts.c.act == "unlocked")
    return conn.scalar(sa.select(sa.func.max(verification_acts.c.at)).where(opened)) or ""


def warn(world: World, kind: str, wallet: str, account: str, delay: timedelta = timedelta(0)) -> None:
    """Queue a text to the owner, once a day for each kind. For an account that does not exist no text goes out."""
    lately = (warnings.c.customer == account) & (warnings.c.kind == kind) & (warnings.c.at >= utc(world.now - WINDOW))
    if world.conn.execute(sa.select(warnings.c.id).where(lately)).first():
        return
    name = f"{kind}:{world.call}:{world.runtime.sealer.fingerprint(account)}"
    row = {"id": name, "kind": kind, "customer": account, "wallet": wallet, "call": world.call, "at": utc(world.now)}
    if world.conn.execute(sa.select(warnings.c.id).where(warnings.c.id == name)).first() is None:
        world.conn.execute(sa.insert(warnings).values(**row))
        world.runtime.texts.send(world.conn, name, delay)


def _of_verification() -> Condition:
    return attempts.c.factor.not_in((FREEZE, FREEZE_ALIKE, REFERENCE))


def _hidden_failures(world: World, wallet: str) -> int:
    hidden = (attempts.c.wallet == wallet) & attempts.c.caller.is_(None) & _of_verification()
    wrong = attempts.c.ok.is_(False) & attempts.c.locked.is_(False) & (attempts.c.at >= utc(world.now - HOUR))
    return world.conn.scalar(sa.select(sa.func.count()).where(hidden, wrong)) or 0


def _refused(why: str) -> bool:
    REFUSED.labels(why).inc()
    if why == "hidden":
        logger("desk").error("hidden numbers have guessed too often", within=str(HOUR), limit=HIDDEN_FAILURES)
    return True
