"""Answers the call: brand, language, and the first key of the main menu within eight seconds."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from call_flows.agent import hand_over
from call_flows.barred import answer_barred
from call_flows.information import information
from call_flows.language import choose_language
from call_flows.promotions import promotions
from call_flows.resume_dropped_call import offer_to_resume
from call_flows.security import security
from call_flows.top_up import top_up
from call_flows.transactions import transactions
from ivr.calls.dropped_calls import dropped_call
from ivr.engine import Back, Call, Main, Menu, ToAgent, Unavailable
from ivr.handover import reasons
from ivr.handover.agents import duty

MAIN = Menu("main-menu", ("security", "top-up", "transactions", "promotions", "information"), offer_language=True)
ALONE = replace(MAIN, offer_language=False)
"""The main menu of a line with only one language."""

BRANCHES = {
    "security": security,
    "top-up": top_up,
    "transactions": transactions,
    "promotions": promotions,
    "information": information,
}


async def answer(call: Call) -> None:
    """Root flow of a call: greet, then run the main menu until the call ends; a person is reachable from anywhere."""
    if "barred" in call.facts:
        await answer_barred(call)
    part = greet
    while True:
        await helped(call, part(call))
        part = main_menu


async def helped(call: Call, part: Coroutine[Any, Any, None]) -> None:
    """Run a part of the call. A caller who leaves it for a person gets one, or a callback, and may then continue."""
    try:
        await part
        return
    except ToAgent as wanted:
        if wanted.gave_up:
            call.say("gave-up")
        reason = wanted.reason
    except Unavailable:
        call.say("wallet-unavailable")
        reason = reasons.NO_ANSWER
    await hand_over(call, reason)
    call.in_both = False
    call.facts.pop("another_number", None)


async def greet(call: Call) -> None:
    """Name the wallet, ask for the language unless the number is known, and offer to resume a dropped call.

    Outside hours, tell when agents are back and whether security agents are there now. A caller who comes straight to
    the main menu hears brand and hours in one sentence, so that the first key is named within eight seconds. What
    operations announce comes last, once; a key interrupts it.
    """
    unnamed = bool(call.facts.get("remembered"))
    if not unnamed:
        await choose_language(call)
    dropped = await call.do(dropped_call, call.facts.get("caller_mark"), call.facts["wallet"])
    if dropped is not None:
        call.facts["dropped"] = True
        if unnamed:
            call.say("welcome-back", name=call.facts["name"])
        unnamed = False
        await offer_to_resume(call, dropped)
    on_duty = await call.do(duty, call.facts["wallet"])
    if on_duty.opens:
        told = "welcome-back-closed" if unnamed else "self-service-only"
        call.say(told + ("-provisional" if on_duty.provisional else ""), name=call.facts["name"], at=on_duty.opens)
        if not unnamed and call.at_work_for("urgent"):
            call.say("security-staffed")
    elif unnamed:
        call.say("welcome-back", name=call.facts["name"])
    for text in call.facts.get("announced", ()):
        call.say("announcement", text=text)


async def main_menu(call: Call) -> None:
    """Ask for one choice and run its branch; back and main menu return here."""
    menu = ALONE if "only_language" in call.facts else MAIN
    try:
        chosen = await call.menu(menu)
        call.facts["topic"] = chosen
        await call.level(BRANCHES[chosen](call))
    except (Back, Main):
        return
