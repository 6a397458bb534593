"""Verification of a caller: account, document tail, and a one-time code or the phone PIN.

Unknown, wrong and locked accounts take the same steps and hear the same words; only the verdict at the end
differs, and it says no more than "those details did not match". The flow counts rounds in a call;
`guessing` counts wrong rounds across calls, and `codes` counts texts. (NIST SP 800-63B-4: a code is used once, its
tries are throttled, and it is valid ten minutes at most.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.engine.effects import World, touch, write
from ivr.engine.entries import SHORTEST_IDENTIFIER
from ivr.engine.secrets import Secret, mask
from ivr.identity import callers, codes, guessing
from ivr.identity.guessing import utc
from ivr.identity.tables import attempts, challenges
from ivr.storage.database import AnyRow, begin_read
from ivr.telephony.numbers import candidates
from ivr.wallet import directory
from ivr.wallet.client import wallet_client
from ivr.wallet.verified import Verified

RECORDED_AS = "identity"
"""What journals call this module: a part of the names of its effects."""

RESEND_AFTER = timedelta(seconds=60)
"""Earlier, another request for a code texts none: the last one may still be on its way."""
SENDS_A_CALL = 3
"""Codes that one call may have texted."""
SENIOR_AGE = 65
"""Years, by the wallet's year of birth: such callers come sooner in the queue."""
CODE_TRIES = 3
"""Wrong entries after which a code is no longer accepted."""


@dataclass(frozen=True)
class Claimed:
    """Who the caller claims to be: an account if there is one, and a mark: the wallet and a keyed hash of the entry.

    `ending`: the last digits of the entry, to be read back; empty for a short entry. `alike`: a mark of its last six
    digits, the same however a number is written, for an account and for nobody's number. `registered`: a keyed hash of
    the account's mobile. It proves nothing, since a caller's number can be forged: it only says whose mistakes are
    counted. `senior`: by the wallet's data the owner has reached SENIOR_AGE.
    """

    account: str | None
    mark: str
    ending: str = ""
    registered: str | None = None
    senior: bool = False
    alike: str = ""

    @property
    def counter_key(self) -> str:
        """The key of the attempt counter; an unknown number is counted like an account."""
        return self.account or f"?{self.mark}"

    @property
    def account_to_ask(self) -> str:
        """The account, or an id that does not exist in this wallet, so that a wallet takes as long to say no."""
        return self.account or self.mark


@dataclass(frozen=True)
class Sending:
    """A code that was sent, by its number in this call. Callers do not hear whether it is new."""

    challenge: int


@touch
def find_account(world: World, wallet: str, number: Secret) -> Claimed:
    """Look up the account of a keyed number or wallet id, in the turn in which it was keyed."""
    with begin_read(world.runtime.engine) as conn:
        country = directory.by_id(conn, wallet).country
        caller = callers.number_of_call(conn, world.runtime.sealer, world.call)
    return _claimed(world, wallet, candidates(number.reveal(), country, caller), number.reveal())


@touch
def find_account_of_caller(world: World, wallet: str) -> Claimed:
    """Look up the account of the number that rings. Whoever forges that number gains no more than by keying it."""
    with begin_read(world.runtime.engine) as conn:
        number = callers.number_of_call(conn, world.runtime.sealer, world.call) or ""
    return _claimed(world, wallet, [number], number)


def _claimed(world: World, wallet: str, identifiers: list[str], entered: str) -> Claimed:
    """The account of one of these numbers or ids."""
    account = wallet_client(world).find_account(wallet, identifiers, world.deadline)
    fingerprint = world.runtime.sealer.fingerprint
    registered = fingerprint(account.mobile) if account and account.mobile else None
    mark = f"{wallet}:{fingerprint(entered)}"
    senior = bool(account and account.birth_year and world.now.year - account.birth_year >= SENIOR_AGE)
    alike = f"~{wallet}:{fingerprint(entered[-SHORTEST_IDENTIFIER:])}"
    return Claimed(account.id if account else None, mark, mask(entered), registered, senior, alike)


@touch
def check_tail(world: World, claimed: Claimed, tail: Secret) -> bool:
    """Whether the document's tail is right. The wallet is asked about an unknown account as well."""
    right = wallet_client(world).check_id_tail(claimed.account_to_ask, tail.reveal(), world.key, world.deadline)
    return bool(right) and claimed.account is not None


@touch
def check_pin(world: World, claimed: Claimed, pin: Secret) -> bool:
    """Whether the phone PIN is right."""
    right = wallet_client(world).check_pin(claimed.account_to_ask, pin.reveal(), world.key, world.deadline)
    return bool(right) and claimed.account is not None


@write
def send_code(world: World, claimed: Claimed, wallet: str, caller: str | None) -> Sending:
    """Queue one text within the caps, whether the account exists or not; soon after one the last code stays valid."""
    mine = sa.select(challenges).where(challenges.c.call == world.call).order_by(challenges.c.number.desc())
    last = world.conn.execute(mine).first()
    same = last is not None and last.account == claimed.counter_key
    if last and same and _still_good(last, world.now):
        return Sending(last.number)
    if last and last.number >= SENDS_A_CALL:
        return Sending(last.number)
    _lock_counters(world, wallet, claimed, caller)
    texted = codes.may_send_code(world, wallet, claimed.counter_key, claimed.registered, caller)
    if last and same and not texted:
        return Sending(last.number)
    number = last.number + 1 if last else 1
    code = codes.code_of(world.runtime.sealer, world.call, claimed.counter_key, str(number))
    row = {"call": world.call, "number": number, "account": claimed.counter_key, "wallet": wallet, "caller": caller}
    hashed = world.runtime.sealer.fingerprint(code) if texted else ""
    row |= {"hash": hashed, "sent": utc(world.now), "fails": 0, "used": False}
    world.conn.execute(sa.insert(challenges).values(**row))
    if texted:
        world.runtime.texts.send(world.conn, f"code:{world.call}:{number}")
    return Sending(number)


@write
def check_code(world: World, claimed: Claimed, challenge: int, code: Secret) -> bool:
    """Whether the code is right, in time, unused and this account's. A failure and its count commit together."""
    here = (challenges.c.call == world.call) & (challenges.c.number == challenge)
    found = world.conn.execute(sa.select(challenges).where(here)).one()
    age = world.now - datetime.fromisoformat(found.sent)
    fresh = timedelta(0) <= age <= codes.CODE_VALID  # not negative: the clock may have been put back
    right = found.hash == world.runtime.sealer.fingerprint(code.reveal())
    mine = found.account == claimed.account
    good = mine and right and fresh and not found.used and found.fails < CODE_TRIES
    world.conn.execute(sa.update(challenges).where(here).values(used=good, fails=found.fails + (not good)))
    return good


@write
def judge(world: World, wallet: str, claimed: Claimed, how: str, right: bool, caller: str | None) -> Verified | None:
    """The verdict over all factors, unless throttled. The failure that closes the account is texted to the owner."""
    _lock_counters(world, wallet, claimed, caller)
    who = (claimed.counter_key, claimed.registered, caller)
    unseen = guessing.is_throttled(world, wallet, *who)
    good = right and claimed.account is not None and not unseen
    row = {"id": world.key, "wallet": wallet, "account": claimed.counter_key, "caller": caller, "factor": how}
    world.conn.execute(sa.insert(attempts).values(**row, call=world.call, at=utc(world.now), ok=good, locked=unseen))
    if claimed.account and not (good or unseen) and guessing.failures(world, *who) >= guessing.WRONG_ROUNDS_A_DAY:
        guessing.warn(world, guessing.LOCKED, wallet, claimed.account)
    return Verified(claimed.account, wallet, 2, how) if good and claimed.account else None


def _lock_counters(world: World, wallet: str, claimed: Claimed, caller: str | None) -> None:
    guessing.lock_counters(world.conn, claimed.counter_key, guessing.caller_key(wallet, caller))


def _still_good(sent: AnyRow, now: datetime) -> bool:
    recent = timedelta(0) <= now - datetime.fromisoformat(sent.sent) < RESEND_AFTER
    return recent and not sent.used and sent.fails < CODE_TRIES
