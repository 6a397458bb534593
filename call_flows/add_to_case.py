"""Add to a case that is open: its owner's own words, after verification."""

from call_flows.close import anything_else, leave
from call_flows.identify import identify
from call_flows.note import offer_note
from ivr.cases.stages import own_stage_of
from ivr.engine import Call, Menu

OPEN_CASE = Menu("case-open", ("more", "end", "add"), resumable=False)


async def anything_to_add(call: Call, reference: str) -> None:
    """Another question, goodbye, or more about this case: whoever has the reference may ask, whoever opened it may add."""
    chosen = await call.menu(OPEN_CASE)
    if chosen != "add":
        leave(call, chosen)
    customer = await identify(call)
    mine = await call.do(own_stage_of, customer, reference)
    if mine is None:
        call.say("case-not-yours", reference=reference)
    else:
        await offer_note(call, reference, "again")
    await anything_else(call)
