"""The line is answered: brand, language, and the main menu, within eight seconds."""

from call_flows.agent import speak_to_agent
from call_flows.information import information
from call_flows.promotions import promotions
from call_flows.security import security
from call_flows.top_up import top_up
from call_flows.transactions import transactions
from ivr.desk.agents import duty
from ivr.desk.callers import remember_language
from ivr.engine import Back, Call, Main, Menu, ToAgent, Unavailable

LANGUAGE = Menu("choose-language", ("chinese", "english"), timeout=5, offer_agent=False, bilingual=True)
MAIN = Menu("main-menu", ("security", "top-up", "transactions", "promotions", "information"), offer_language=True)

BRANCHES = {
    "security": security,
    "top-up": top_up,
    "transactions": transactions,
    "promotions": promotions,
    "information": information,
}


async def answer(call: Call) -> None:
    """Greet, choose a language, and lead to what the caller needs; a person from anywhere."""
    try:
        await greet(call)
        while True:
            await main_menu(call)
    except ToAgent as wanted:
        if wanted.gave_up:
            call.say("gave-up")
        await speak_to_agent(call, wanted.reason)
    except Unavailable:
        call.say("wallet-unavailable")
        await speak_to_agent(call, "wallet did not answer")


async def greet(call: Call) -> None:
    """Name the wallet; ask the language once, unless this number chose before."""
    if call.facts.get("remembered"):
        call.say("welcome-back", name=call.facts["name"])
    else:
        call.in_both = True
        try:
            chosen = await call.menu(LANGUAGE, name=call.facts["name"])
            call.language = "zh" if chosen == "chinese" else "en"
        except (Back, Main):
            pass
        call.in_both = False
        await call.do(remember_language, call.facts.get("caller_mark"), call.language)
    on_duty = await call.do(duty, call.facts["wallet"])
    if on_duty.opens:
        call.say("self-service-only", at=on_duty.opens)


async def main_menu(call: Call) -> None:
    """One choice and what it opens; back and main menu return here."""
    try:
        chosen = await call.menu(MAIN)
        await call.level(BRANCHES[chosen](call))
    except (Back, Main):
        return
