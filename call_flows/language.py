"""Mandarin or English: asked once, in both, and remembered for the number."""

from ivr.engine import Back, Call, Main, Menu
from ivr.identity.callers import remember_language

LANGUAGE = Menu("choose-language", ("chinese", "english"), timeout=5, offer_agent=False, bilingual=True)


async def choose_language(call: Call) -> None:
    """Name the wallet and ask; whoever answers otherwise goes on in the language of the line.

    Until somebody chose, all is said in both: also to whoever leaves this for a person.
    """
    call.in_both = True
    try:
        chosen = await call.menu(LANGUAGE, name=call.facts["name"])
    except (Back, Main):
        await keep_language(call)
    else:
        await take_language(call, chosen)


async def keep_language(call: Call) -> None:
    """The language of the line, for a caller who answers the question otherwise and goes on."""
    await take_language(call, "chinese" if call.language == "zh" else "english")


async def take_language(call: Call, chosen: str) -> None:
    """From now on this one, and in the next call too."""
    call.language = "zh" if chosen == "chinese" else "en"
    call.in_both = False
    call.facts["remembered"] = True
    await call.do(remember_language, call.facts.get("caller_mark"), call.language)
