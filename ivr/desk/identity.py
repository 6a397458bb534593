"""Verification: what a caller proves, and how often it was tried.

Unknown, wrong and locked accounts take the same steps and the same words; only the verdict at the end
differs, and it says no more than "those details did not match". Attempts are counted in a call by the
flow, and across calls by account and by caller number. (NIST SP 800-63B-4: codes of six digits, valid
ten minutes at most, single use, throttled.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.desk.numbers import candidates
from ivr.desk.tables import attempts
from ivr.engine.effects import World, touch, write
from ivr.engine.secrets import Secret
from ivr.storage import metadata

ACCOUNT_FAILURES = 5
CALLER_ACCOUNTS = 10
WINDOW = timedelta(hours=24)
CODE_VALID = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
SENDS_A_CALL = 3
CODE_TRIES = 3

challenges = sa.Table(
    "challenges",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("account", sa.Text),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("sent", sa.Text, nullable=False),
    sa.Column("fails", sa.Integer, nullable=False),
    sa.Column("used", sa.Boolean, nullable=False),
)


@dataclass(frozen=True)
class Verified:
    """A customer who proved who they are. Functions that read money ask for this, not for a flag."""

    id: str
    level: int
    how: str


@dataclass(frozen=True)
class Sending:
    """A code on its way: its number in this call, and whether it is a new one."""

    challenge: int
    new: bool


@touch
def find_account(world: World, wallet: str, number: Secret) -> str | None:
    """The account behind a keyed number or wallet id; looked up in the turn in which it was keyed."""
    account = world.runtime.wallets.find_account(wallet, candidates(number.reveal()))
    return account.id if account else None


@touch
def check_tail(world: World, account: str | None, tail: Secret) -> bool:
    """Whether the document's tail is right; an unknown account is asked about all the same."""
    return bool(world.runtime.wallets.check_id_tail(account or "nobody", tail.reveal())) and account is not None


@touch
def check_pin(world: World, account: str | None, pin: Secret) -> bool:
    """Whether the phone PIN is right."""
    return bool(world.runtime.wallets.check_pin(account or "nobody", pin.reveal())) and account is not None


@write
def send_code(world: World, account: str | None) -> Sending:
    """Enqueue one job whether the account exists or not; within a minute the last code stays good."""
    last = world.conn.execute(
        sa.select(challenges).where(challenges.c.call == world.call).order_by(challenges.c.number.desc())
    ).first()
    if (
        last
        and (last.number >= SENDS_A_CALL or world.now - datetime.fromisoformat(last.sent) < RESEND_AFTER)
        and last.account == account
    ):
        return Sending(last.number, False)
    number = last.number + 1 if last else 1
    code = world.runtime.sealer.code(world.call, account or "nobody", str(number))
    world.conn.execute(
        sa.insert(challenges).values(
            call=world.call, number=number, account=account, hash=world.runtime.sealer.fingerprint(code),
            sent=world.now.isoformat(), fails=0, used=False,
        )
    )  # fmt: skip
    world.runtime.follow_up.send(world.conn, f"code:{world.call}:{number}")
    return Sending(number, True)


@write
def check_code(world: World, challenge: int, code: Secret) -> bool:
    """Whether the code is right, in time and unused; a failure and its count commit together."""
    here = (challenges.c.call == world.call) & (challenges.c.number == challenge)
    found = world.conn.execute(sa.select(challenges).where(here)).one()
    fresh = world.now - datetime.fromisoformat(found.sent) <= CODE_VALID
    right = found.hash == world.runtime.sealer.fingerprint(code.reveal())
    good = right and fresh and not found.used and found.fails < CODE_TRIES and found.account is not None
    world.conn.execute(sa.update(challenges).where(here).values(used=good, fails=found.fails + (not good)))
    return good


@write
def judge(world: World, account: str | None, how: str, right: bool, caller: str | None) -> Verified | None:
    """The verdict over all factors, counted against the account and the caller's number."""
    locked = _locked(world, account, caller)
    good = right and account is not None and not locked
    world.conn.execute(
        sa.insert(attempts).values(
            id=world.key, wallet=None, account=account, caller=caller, factor=how, call=world.call,
            at=world.now.isoformat(), ok=good,
        )
    )  # fmt: skip
    return Verified(account, 2, how) if good and account else None


def _locked(world: World, account: str | None, caller: str | None) -> bool:
    since = attempts.c.at >= (world.now - WINDOW).isoformat()
    failed = sa.select(sa.func.count()).where(attempts.c.account == account, attempts.c.ok.is_(False), since)
    probed = sa.select(sa.func.count(sa.distinct(attempts.c.account))).where(attempts.c.caller == caller, since)
    many = caller is not None and world.conn.scalar(probed) >= CALLER_ACCOUNTS
    return bool(world.conn.scalar(failed) >= ACCOUNT_FAILURES or many)
