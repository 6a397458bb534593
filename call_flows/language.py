"""Mandarin or English: asked once, in both, and remembered for the number."""

from ivr.desk.callers import remember_language
from ivr.engine import Back, Call, Main, Menu

LANGUAGE = Menu("choose-language", ("chinese", "english"), timeout=5, offer_agent=False, bilingual=True)


async def choose_language(call: Call) -> None:
    """Name the wallet and ask; whoever answers otherwise goes on in the language of the line."""
    call.in_both = True
    try:
        chosen = await call.menu(LANGUAGE, name=call.facts["name"])
        call.language = "zh" if chosen == "chinese" else "en"
    except (Back, Main):
        pass
    call.in_both = False
    call.facts["remembered"] = True
    await call.do(remember_language, call.facts.get("caller_mark"), call.language)
