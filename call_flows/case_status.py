"""What became of a case: by its reference, the stage only."""

from call_flows.close import anything_else
from ivr.desk.cases import Stage, case_by_reference
from ivr.engine import Ask, Call, ToAgent
from ivr.engine.entries import nine

TRIES = 2
REFERENCE = Ask("case-reference", nine, length=9)


async def case_status(call: Call) -> None:
    """Nine digits → the stage and the promised date; an unknown reference is told plainly."""
    for _ in range(TRIES):
        reference = await call.ask(REFERENCE)
        found = await call.do(case_by_reference, call.facts["wallet"], reference)
        if found is not None:
            tell(call, reference, found)
            await anything_else(call)
        call.say("case-unknown", reference=reference)
    raise ToAgent("reference unknown")


def tell(call: Call, reference: str, found: Stage) -> None:
    """The stage, and the date if there is still one to wait for."""
    call.say("case-stage-" + found.stage, reference=reference)
    if found.due:
        call.say("case-due", by=found.due)
