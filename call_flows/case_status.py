"""Tells the status of a case: the stage for anybody with the reference, the decision for its verified owner only."""

from call_flows.add_to_case import anything_to_add
from call_flows.case_promise import tell_due
from call_flows.end_of_task import anything_else
from call_flows.identify import identify
from ivr.cases.stages import OPEN, Stage, may_be_told, own_stage_of, stage_of, verdict_of
from ivr.engine import Ask, Call, Menu, ToAgent
from ivr.engine.entries import digits
from ivr.handover import reasons
from ivr.wallet.facts import wallet_facts
from ivr.wallet.references import REFERENCE_DIGITS

REFERENCE_TRIES = 2
"""How many references a caller may enter that are not found, before an agent takes the call."""
REFERENCE = Ask("case-reference", digits(REFERENCE_DIGITS), length=REFERENCE_DIGITS)
VERDICT = Menu("case-verdict", ("hear", "enough"), resumable=False)


async def case_status(call: Call) -> None:
    """Ask for the reference, then tell the stage and the promised date, or that the reference is unknown."""
    for _ in range(REFERENCE_TRIES):
        reference = await call.ask(REFERENCE)
        found = await find_case(call, reference)
        if found is not None:
            tell_stage(call, reference, found)
            if found.decided:
                await offer_verdict(call, reference)
            elif found.stage in OPEN:
                await anything_to_add(call, reference)
            await anything_else(call)
    raise ToAgent(reasons.REFERENCE_UNKNOWN)


async def find_case(call: Call, reference: str) -> Stage | None:
    """Find the case by its reference. After many guesses only the verified owner hears whether it exists."""
    wallet = call.facts["wallet"]
    found = await call.do(stage_of, wallet, reference)
    told = await call.do(may_be_told, wallet, reference, found is not None, call.facts.get("caller_mark"))
    if not told:
        found = await stage_for_owner(call, reference)
    if found is None:
        call.say("case-unknown" if told else "case-not-yours", reference=reference)
    return found


async def stage_for_owner(call: Call, reference: str) -> Stage | None:
    """Verify the caller, then find the case if it is theirs. A caller who is already verified hears a short notice,
    because the wallet is asked and a guess was counted."""
    if "customer" in call.facts:
        await call.announce("one-moment")
    else:
        call.say("case-proof")
    customer = await identify(call)
    return await call.do(own_stage_of, customer, reference)


def tell_stage(call: Call, reference: str, found: Stage) -> None:
    """Tell the stage, and the due date while the case is open."""
    call.say("case-stage-" + found.stage, reference=reference)
    if found.due:
        tell_due(call, found.due, found.provisional)


async def offer_verdict(call: Call, reference: str) -> None:
    """Offer the decision of a dispute to its verified owner, and tell how long a refund takes."""
    chosen = await call.menu(VERDICT)
    if chosen == "enough":
        return
    customer = await identify(call)
    verdict = await call.do(verdict_of, customer, reference)
    call.say("verdict-" + (verdict or "not-yours"))
    if verdict == "decided-refund":
        facts = await call.do(wallet_facts, call.facts["wallet"])
        call.say("rules-refund-" + facts.rules["refund_unit"], **facts.rules)
