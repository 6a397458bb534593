"""Mandarin or English: asked once, in both, and remembered for the number."""

from ivr.desk.callers import remember_language
from ivr.engine import Back, Call, Main, Menu

LANGUAGE = Menu("choose-language", ("chinese", "english"), timeout=5, offer_agent=False, bilingual=True)


async def choose_language(call: Call) -> None:
    """Name the wallet and ask; whoever answers otherwise goes on in the language of the line.

    Until somebody chose, all is said in both: also to whoever leaves this for a person.
    """
    call.in_both = True
    try:
        chosen = await call.menu(LANGUAGE, name=call.facts["name"])
    except (Back, Main):
        chosen = "chinese" if call.language == "zh" else "english"
    await take_language(call, chosen)


async def take_language(call: Call, chosen: str) -> None:
    """From now on this one, and in the next call too."""
    call.language = "zh" if chosen == "chinese" else "en"
    call.in_both = False
    call.facts["remembered"] = True
    await call.do(remember_language, call.facts.get("caller_mark"), call.language)
