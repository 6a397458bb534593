"""What became of a case: by its reference, the stage only; how a dispute was decided is for its verified owner."""

from call_flows.close import anything_else
from call_flows.identify import identify
from call_flows.promised import tell_due
from ivr.desk.facts import wallet_facts
from ivr.desk.stages import Stage, stage_of, verdict_of
from ivr.engine import Ask, Call, Menu, ToAgent
from ivr.engine.entries import nine

TRIES = 2
REFERENCE = Ask("case-reference", nine, length=9)
VERDICT = Menu("case-verdict", ("hear", "enough"), fleeting=True)


async def case_status(call: Call) -> None:
    """Nine digits → the stage and the promised date; an unknown reference is told plainly."""
    for _ in range(TRIES):
        reference = await call.ask(REFERENCE)
        found = await call.do(stage_of, call.facts["wallet"], reference)
        if found is not None:
            tell(call, reference, found)
            if found.decided:
                await offer_verdict(call, reference)
            await anything_else(call)
        call.say("case-unknown", reference=reference)
    raise ToAgent("reference unknown")


def tell(call: Call, reference: str, found: Stage) -> None:
    """The stage, and the date if there is still one to wait for."""
    call.say("case-stage-" + found.stage, reference=reference)
    if found.due:
        tell_due(call, found.due, found.provisional)


async def offer_verdict(call: Call, reference: str) -> None:
    """After verification: how it was decided, and how long a refund takes that is on its way."""
    chosen = await call.menu(VERDICT)
    if chosen == "enough":
        return
    customer = await identify(call)
    verdict = await call.do(verdict_of, customer, reference)
    call.say("verdict-" + (verdict or "not-yours"))
    if verdict == "decided-refund":
        facts = await call.do(wallet_facts, call.facts["wallet"])
        call.say("rules-refund-" + facts.rules["refund_unit"], **facts.rules)
