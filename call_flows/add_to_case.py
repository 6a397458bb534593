"""Adds a voice note to an open case, after its owner is verified."""

from call_flows.end_of_task import anything_else, goodbye_or_more
from call_flows.identify import identify
from call_flows.voice_note import offer_voice_note
from ivr.cases.stages import own_stage_of
from ivr.engine import Call, Menu

OPEN_CASE = Menu("case-open", ("more", "end", "add"), resumable=False)


async def anything_to_add(call: Call, reference: str) -> None:
    """Offer to add to this case, another question, or goodbye. Anybody with the reference hears the offer; only the
    verified owner may add."""
    chosen = await call.menu(OPEN_CASE)
    if chosen != "add":
        goodbye_or_more(call, chosen)
    customer = await identify(call)
    mine = await call.do(own_stage_of, customer, reference)
    if mine is None:
        call.say("case-not-yours", reference=reference)
    else:
        await offer_voice_note(call, reference, "again")
    await anything_else(call)
