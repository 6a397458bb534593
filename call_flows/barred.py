"""Answers callers who are barred: a short word why, and a key that freezes an account. No other help, and no agent.

A freeze that fails, or that nobody knows the outcome of, still leads to a person: it is an emergency.
"""

from call_flows.agent import last_resort, say_goodbye
from call_flows.freeze import freeze_account
from call_flows.language import choose_language
from ivr.engine import Back, Call, Main, Menu, ToAgent
from ivr.handover import reasons

BLOCKED = Menu("barred-blocked", ("freeze", "end"), tries=2, offer_agent=False, resumable=False)
OFTEN = Menu("barred-often", ("freeze", "end"), tries=2, offer_agent=False, resumable=False)


async def answer_barred(call: Call) -> None:
    """Say why, and freeze an account if the caller wants it; then the call ends."""
    call.facts["reason"] = reasons.STOLEN
    while True:
        try:
            await freeze_or_end(call)
        except (Back, Main):
            continue
        except ToAgent as wanted:
            if wanted.gave_up:
                say_goodbye(call)
            if wanted.reason != reasons.ASKED:
                await last_resort(call, wanted.reason)
            call.in_both = False


async def freeze_or_end(call: Call) -> None:
    """Ask once; the call ends unless the caller leaves the question by a key."""
    if not call.facts.get("remembered"):
        await choose_language(call)
    chosen = await call.menu(BLOCKED if call.facts["barred"] == "blocked" else OFTEN)
    if chosen == "freeze":
        await freeze_account(call)
    say_goodbye(call)
