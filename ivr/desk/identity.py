"""Verification: what a caller proves, and how often it was tried.

Unknown, wrong and locked accounts take the same steps and the same words; only the verdict at the end
differs, and it says no more than "those details did not match". Attempts are counted in a call by the
flow, and across calls by account and by caller number. (NIST SP 800-63B-4: codes of six digits, valid
ten minutes at most, single use, throttled.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ivr.desk.numbers import candidates, home
from ivr.desk.tables import attempts, challenges
from ivr.engine.effects import World, touch, write
from ivr.engine.secrets import Secret, mask
from ivr.storage import begin_read
from ivr.wallet import config

ACCOUNT_FAILURES = 5
CALLER_ACCOUNTS = 10
WINDOW = timedelta(hours=24)
CODE_VALID = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
SENDS_A_CALL = 3
CODE_TRIES = 3
FREEZE = "freeze"
"""The factor of tries that could only have frozen the account: they are counted elsewhere."""


@dataclass(frozen=True)
class Verified:
    """A customer who proved who they are. Functions that read money ask for this, not for a flag."""

    id: str
    wallet: str
    level: int
    how: str


@dataclass(frozen=True)
class Claimed:
    """Who the caller says they are: an account if there is one, and a mark: the wallet, and a keyed hash of what was keyed.

    `ending`: the last digits of what was keyed, to be read back; nothing of a short entry.
    """

    account: str | None
    mark: str
    ending: str = ""

    @property
    def counted_as(self) -> str:
        """What attempts are counted against; a number that nobody has is counted like any other."""
        return self.account or f"?{self.mark}"

    @property
    def asked_about(self) -> str:
        """The account, or an id that nobody has in this wallet: a bank of its own then takes as long to say no."""
        return self.account or self.mark


@dataclass(frozen=True)
class Sending:
    """A code on its way, by its number in this call. Whether it is a new one depends on the account: it is not told."""

    challenge: int


@touch
def find_account(world: World, wallet: str, number: Secret) -> Claimed:
    """The account behind a keyed number or wallet id; looked up in the turn in which it was keyed."""
    with begin_read(world.runtime.engine) as conn:
        country = home(config.by_id(conn, wallet))
    account = world.runtime.wallets.find_account(wallet, candidates(number.reveal(), country), world.deadline)
    mark = f"{wallet}:{world.runtime.sealer.fingerprint(number.reveal())}"
    return Claimed(account.id if account else None, mark, mask(number.reveal()))


@touch
def check_tail(world: World, claimed: Claimed, tail: Secret) -> bool:
    """Whether the document's tail is right; an unknown account is asked about all the same."""
    right = world.runtime.wallets.check_id_tail(claimed.asked_about, tail.reveal(), world.key, world.deadline)
    return bool(right) and claimed.account is not None


@touch
def check_pin(world: World, claimed: Claimed, pin: Secret) -> bool:
    """Whether the phone PIN is right."""
    right = world.runtime.wallets.check_pin(claimed.asked_about, pin.reveal(), world.key, world.deadline)
    return bool(right) and claimed.account is not None


@write
def send_code(world: World, claimed: Claimed) -> Sending:
    """Enqueue one job whether the account exists or not; within a minute the last code stays good."""
    mine = sa.select(challenges).where(challenges.c.call == world.call).order_by(challenges.c.number.desc())
    last = world.conn.execute(mine).first()
    if last and last.account == claimed.counted_as and _still_good(last, world.now):
        return Sending(last.number)
    if last and last.number >= SENDS_A_CALL:
        return Sending(last.number)
    number = last.number + 1 if last else 1
    code = world.runtime.sealer.code(world.call, claimed.counted_as, str(number))
    row = {"call": world.call, "number": number, "account": claimed.counted_as, "sent": utc(world.now), "fails": 0}
    hashed = world.runtime.sealer.fingerprint(code)
    world.conn.execute(sa.insert(challenges).values(**row, hash=hashed, used=False))
    world.runtime.follow_up.send(world.conn, f"code:{world.call}:{number}")
    return Sending(number)


@write
def check_code(world: World, claimed: Claimed, challenge: int, code: Secret) -> bool:
    """Whether the code is this account's, right, in time and unused; a failure and its count commit together."""
    here = (challenges.c.call == world.call) & (challenges.c.number == challenge)
    found = world.conn.execute(sa.select(challenges).where(here)).one()
    fresh = world.now - datetime.fromisoformat(found.sent) <= CODE_VALID
    right = found.hash == world.runtime.sealer.fingerprint(code.reveal())
    mine = found.account == claimed.account
    good = mine and right and fresh and not found.used and found.fails < CODE_TRIES
    world.conn.execute(sa.update(challenges).where(here).values(used=good, fails=found.fails + (not good)))
    return good


@write
def judge(world: World, wallet: str, claimed: Claimed, how: str, right: bool, caller: str | None) -> Verified | None:
    """The verdict over all factors, counted against the account and the caller's number."""
    good = right and claimed.account is not None and not _locked(world, claimed, caller)
    row = {"id": world.key, "wallet": wallet, "account": claimed.counted_as, "caller": caller, "factor": how}
    world.conn.execute(sa.insert(attempts).values(**row, call=world.call, at=utc(world.now), ok=good))
    return Verified(claimed.account, wallet, 2, how) if good and claimed.account else None


def _still_good(sent: sa.Row, now: datetime) -> bool:
    recent = now - datetime.fromisoformat(sent.sent) < RESEND_AFTER
    return recent and not sent.used and sent.fails < CODE_TRIES


def _locked(world: World, claimed: Claimed, caller: str | None) -> bool:
    """Five failures of an account since its last success, or a caller who tried ten accounts, in 24 hours."""
    since = (attempts.c.at >= utc(world.now - WINDOW)) & (attempts.c.factor != FREEZE)
    mine = attempts.c.account == claimed.counted_as
    success = world.conn.scalar(sa.select(sa.func.max(attempts.c.at)).where(mine, since, attempts.c.ok)) or ""
    failed = sa.select(sa.func.count()).where(mine, attempts.c.ok.is_(False), since, attempts.c.at > success)
    tried = sa.select(sa.func.count(sa.distinct(attempts.c.account))).where(attempts.c.caller == caller, since)
    prober = caller is not None and (world.conn.scalar(tried) or 0) >= CALLER_ACCOUNTS
    return (world.conn.scalar(failed) or 0) >= ACCOUNT_FAILURES or prober


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC, of one shape: compared as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
