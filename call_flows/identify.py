"""Verifies the caller: a number or wallet id, the end of the identity document, then a texted code or the phone PIN."""

from dataclasses import asdict, replace

from ivr.engine import Ask, Call, Menu, Secret, ToAgent
from ivr.engine.entries import digits, document_tail, identifier
from ivr.engine.prompts import ENTRY_KEYS
from ivr.handover import reasons
from ivr.identity.codes import CODE_DIGITS
from ivr.identity.verification import (
    Claimed,
    check_code,
    check_pin,
    check_tail,
    find_account,
    find_account_of_caller,
    judge,
    send_code,
)
from ivr.wallet.types import PIN_DIGITS
from ivr.wallet.verified import Verified

NUMBER = Ask("identify-number", identifier, personal=True)
NUMBER_OR_THIS = replace(NUMBER, hint="or-this-number", keys={**ENTRY_KEYS, "1": ("value", "this-number")})
"""For a caller whose number is not withheld: `1#` takes the number that rings. It says whose account is meant, like a
number that is keyed, and proves nothing."""
TAIL = Ask("identify-tail", document_tail, length=6, personal=True)
FACTOR = Menu("identify-factor", ("text", "pin"), resumable=False)
CODE = Ask(
    "identify-code",
    digits(CODE_DIGITS),
    length=CODE_DIGITS,
    timeout=30,
    personal=True,
    keys={**ENTRY_KEYS, "*": ("value", "not-there")},
)
"""The timeout leaves time to read the text on the same telephone; `*` leads to help when no text arrives."""
NOT_THERE = Menu("code-not-there", ("again", "pin", "enter"), resumable=False)
PIN = Ask("identify-pin", digits(PIN_DIGITS), length=PIN_DIGITS, personal=True)

ROUNDS = 3
"""How many wrong rounds of verification a call has, before an agent takes it. Those of a day: WRONG_ROUNDS_A_DAY."""


async def identify(call: Call) -> Verified:
    """Verify the caller, or hand over to a person after the last round. Unknown, wrong and locked sound the same."""
    if "customer" in call.facts:
        return Verified(**call.facts["customer"])
    if call.facts.get("refused", 0) >= ROUNDS:
        call.say("identify-refused")
        raise ToAgent(reasons.NOT_VERIFIED)
    call.say("scam-caution")
    call.say("identify-why")
    while call.facts.get("refused", 0) < ROUNDS:
        verified = await one_round(call)
        if verified is not None:
            call.facts["customer"] = asdict(verified)
            await call.announce("identified")
            return verified
        call.facts["refused"] = call.facts.get("refused", 0) + 1
        call.say("identify-no-match" if call.facts["refused"] < ROUNDS else "identify-refused")
    raise ToAgent(reasons.NOT_VERIFIED)


async def one_round(call: Call) -> Verified | None:
    """Ask for every factor once; the result is told only at the end."""
    claimed = await claim_account(call)
    keyed = await call.ask(TAIL)
    tail_right = await call.do(check_tail, claimed, keyed)
    how = await call.menu(FACTOR)
    right = None
    if how == "text":
        right = await by_text(call, claimed)
    if right is None:
        how = "pin"
        pin: Secret = await call.ask(PIN)
        right = await call.do(check_pin, claimed, pin)
    known = (call.facts["wallet"], claimed, how, tail_right and right, call.facts.get("caller_mark"))
    verified = await call.do(judge, *known)
    if verified is not None and claimed.senior:
        call.facts["senior"] = True
    return verified


async def claim_account(call: Call) -> Claimed:
    """Ask whose account it is: by the number that rings, another number, or a wallet id. Nothing is proved by it."""
    wallet, ending = call.facts["wallet"], call.facts.get("caller_tail")
    if not ending:
        number = await call.ask(NUMBER)
        return await call.do(find_account, wallet, number)
    number = await call.ask(NUMBER_OR_THIS, ending=ending)
    if number == "this-number":
        return await call.do(find_account_of_caller, wallet)
    return await call.do(find_account, wallet, number)


async def by_text(call: Call, claimed: Claimed) -> bool | None:
    """Verify by a code texted to the registered number, if there is one. None: the caller chose the phone PIN instead.

    The words do not tell whether a text was sent, because strangers must not learn what is known of an account. If no
    text arrives, the caller may ask for another one, use the phone PIN, or reach a person.
    """
    chosen = "again"
    while chosen != "pin":
        if chosen == "again":
            sending = await call.do(send_code, claimed, call.facts["wallet"], call.facts.get("caller_mark"))
            call.say("code-sent")
        code = await call.ask(CODE)
        if code != "not-there":
            return await call.do(check_code, claimed, sending.challenge, code)
        chosen = await call.menu(NOT_THERE)
    return None
