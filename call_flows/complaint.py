"""Takes a complaint about a transaction that is too old for a dispute, or connects the caller to a person."""

from call_flows.case_promise import tell_case, tell_reference
from call_flows.end_of_task import anything_else, nothing_done
from call_flows.voice_note import offer_voice_note
from ivr.cases.cases import open_case
from ivr.engine import Back, Call, Confirm, Menu, ToAgent
from ivr.handover import reasons
from ivr.wallet.transactions import Record
from ivr.wallet.verified import Verified

HOW = Menu("too-old-then", ("complain", "person"))
HOW_CLOSED = Menu("too-old-then-closed", ("complain", "callback"))
"""Used while no agent is at work."""
OPEN = Confirm("complaint-now")
WRONG = Menu("complaint-wrong", ("payment", "nothing"), resumable=False)


async def offer_complaint(call: Call, customer: Verified, one: Record) -> None:
    """Read the transaction back, confirm, and open a complaint case: at most one per transaction.

    For another payment the caller goes a level back, as by `*`.
    """
    how = await call.menu(HOW if call.at_work else HOW_CLOSED)
    if how != "complain":
        raise ToAgent(reasons.PAST_DISPUTE_WINDOW)
    call.say("complaint-is", at=one.at, amount=one.amount, payee=one.payee)
    if not await call.confirm(OPEN):
        call.say("complaint-not-wanted")
        wrong = await call.menu(WRONG)
        if wrong == "payment":
            raise Back
        await nothing_done(call)
    case = await call.do(open_case, customer.id, customer.wallet, "complaint", one.id)
    tell_reference(call, case)
    tell_case(call, case)
    call.say("case-how-to-check")
    await offer_voice_note(call, case.reference)
    call.path.end_task()
    call.path.acknowledge()
    await anything_else(call)
