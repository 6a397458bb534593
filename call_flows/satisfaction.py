"""Asks one question after a talk with an agent, by one key. Silence or any other key is no answer, and the call
ends.
"""

from ivr.engine import Back, Call, Main, Menu, ToAgent, is_urgent
from ivr.queue.ratings import keep_rating, may_ask

RATING = Menu("satisfaction", ("good", "fair", "poor"), tries=1, offer_agent=False, type_ahead=False, resumable=False)


async def ask_satisfaction(call: Call, only: bool) -> None:
    """Ask, unless the matter was urgent (an account that was frozen is), or no language was chosen.

    `only`: the line offers nothing else, so 0 reaches nobody either.
    """
    if call.in_both or is_urgent(call.facts):
        return
    wanted = await call.do(may_ask, call.facts.get("caller_mark"), call.facts["wallet"])
    if not wanted:
        return
    try:
        answer = await call.menu(RATING)
    except (Back, Main):
        return
    except ToAgent as left:
        if not left.gave_up and not only:
            raise
        return
    await call.do(keep_rating, answer)
    call.say("satisfaction-thanks")
