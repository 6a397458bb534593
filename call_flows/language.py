"""Asks for Mandarin or English, once and in both languages, and remembers the choice for the number."""

from ivr.engine import Back, Call, Main, Menu
from ivr.identity.callers import remember_language

LANGUAGE = Menu("choose-language", ("chinese", "english"), timeout=5, offer_agent=False, bilingual=True)


async def choose_language(call: Call) -> None:
    """Name the wallet and ask for the language. A caller who answers otherwise continues in the language of the line.

    Until the choice everything is said in both languages, also to a caller who leaves for a person.
    """
    call.in_both = True
    try:
        chosen = await call.menu(LANGUAGE, name=call.facts["name"])
    except (Back, Main):
        await keep_language(call)
    else:
        await take_language(call, chosen)


async def keep_language(call: Call) -> None:
    """Use the language of the line, for a caller who did not answer the question."""
    await take_language(call, "chinese" if call.language == "zh" else "english")


async def take_language(call: Call, chosen: str) -> None:
    """Use this language from now on, and in the next call from this number."""
    call.language = "zh" if chosen == "chinese" else "en"
    call.in_both = False
    call.facts["remembered"] = True
    await call.do(remember_language, call.facts.get("caller_mark"), call.language)
