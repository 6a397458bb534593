"""Freezes an account at any hour, from any telephone, with weak proof of identity. Only an agent unfreezes it."""

from dataclasses import asdict
from typing import Literal

from call_flows.identify import TAIL, claim_account
from ivr.cases.freezes import (
    TRIES_A_CALL,
    AccountStatus,
    FreezeVerdict,
    Owner,
    freeze,
    freeze_untold,
    keep_freeze,
    standing,
    weigh,
)
from ivr.engine import Call, Confirm, ToAgent, Unavailable
from ivr.handover import reasons
from ivr.identity.verification import check_tail

SURE = Confirm("freeze-now")


Frozen = Literal["told", "untold", ""]
"""Whether the account is frozen now, and the caller was told so; "": it is not."""


async def freeze_account(call: Call) -> Frozen:
    """Freeze the account, unless the caller declines or it is closed.

    A verified customer needs no further proof. A caller without even weak proof is handed over to a person, and so is
    every caller if the outcome of the freeze is unknown.
    """
    call.facts["priority"] = "high"
    try:
        weighed, stands = await find_owner(call)
    except Unavailable:
        call.say("freeze-out-of-reach")
        raise ToAgent(reasons.NO_ANSWER_NOT_FROZEN) from None
    owner = weighed.owner
    if owner is None or not weighed.told:
        return await freeze_without_telling(call, owner, stands)
    if stands.status != "active":
        call.say("freeze-found-" + stands.status)
        return "told" if stands.status == "frozen" else ""
    call.say("freeze-means")
    if not await call.confirm(SURE):
        call.say("freeze-not-wanted")
        return ""
    await freeze_and_record(call, owner)
    tell_frozen(call, stands)
    return "told"


async def find_owner(call: Call) -> tuple[FreezeVerdict, AccountStatus]:
    """Find the account and its status: that of the verified customer, or one found by weak proof."""
    if "customer" not in call.facts:
        return await ask_weak_proof(call)
    customer = call.facts["customer"]
    await call.announce("one-moment")
    stands = await call.do(standing, customer["id"])
    return FreezeVerdict(Owner(customer["id"], customer["wallet"], customer["level"]), True), stands


async def ask_weak_proof(call: Call) -> tuple[FreezeVerdict, AccountStatus]:
    """Ask for a registered number and the last characters of the identity document.

    An unknown number, a wrong tail and too many attempts sound the same. After many guesses at an account, a right
    answer sounds like a wrong one, too.
    """
    call.say("freeze-need")
    for place in range(TRIES_A_CALL):
        if place:
            call.say("identify-no-match")
        claimed = await claim_account(call)
        keyed = await call.ask(TAIL)
        right = await call.do(check_tail, claimed, keyed)
        stands = await call.do(standing, claimed.account_to_ask)
        weighed = await call.do(weigh, call.facts["wallet"], claimed, right, call.facts.get("caller_mark"))
        if weighed.owner is not None:
            call.facts["owner"] = asdict(weighed.owner)
        if weighed.owner is not None or not weighed.told:
            if claimed.ending:
                call.say("freeze-of", ending=claimed.ending)
            return weighed, stands
        if not weighed.more:
            break
    call.say("identify-refused")
    raise ToAgent(reasons.FREEZE_NOT_PROVED)


async def freeze_without_telling(call: Call, owner: Owner | None, stands: AccountStatus) -> Frozen:
    """Freeze without telling whether the proof was right: the same question and words either way."""
    whom = owner if stands.status == "active" else None
    call.say("freeze-means")
    if not await call.confirm(SURE):
        call.say("freeze-not-wanted")
        return ""
    if not await is_settled(call, whom):
        await call.announce("freeze-unsure")
        if not await is_settled(call, whom):
            call.say("freeze-unknown")
            raise ToAgent(reasons.FREEZE_UNKNOWN)
    if whom is not None:
        await call.do(keep_freeze, whom)
    call.say("freeze-if-right")
    return "untold"


async def is_settled(call: Call, whom: Owner | None) -> bool:
    """Whether the outcome is known: the account is frozen, or there was none to freeze."""
    try:
        await call.do(freeze_untold, whom)
        return True
    except Unavailable:
        return False


async def freeze_and_record(call: Call, owner: Owner) -> None:
    """Freeze the account and keep a record. If the outcome is unknown, send it again once with the same key."""
    if not await is_frozen(call, owner):
        await call.announce("freeze-unsure")
        if not await is_frozen(call, owner):
            call.say("freeze-unknown")
            raise ToAgent(reasons.FREEZE_UNKNOWN)
    await call.do(keep_freeze, owner)
    call.facts["solved"] = True


async def is_frozen(call: Call, owner: Owner) -> bool:
    """Whether the wallet confirmed the freeze. False: the outcome is unknown."""
    try:
        return await call.do(freeze, owner)
    except Unavailable:
        return False


def tell_frozen(call: Call, stands: AccountStatus) -> None:
    """Tell what is frozen, who unfreezes it, and whether the owner gets a text message."""
    call.say("freeze-done")
    call.say("freeze-lifted-by")
    call.say("freeze-texted" if stands.texts else "freeze-not-texted")
