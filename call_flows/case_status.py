"""What became of a case: by its reference, the stage only."""

from call_flows.close import anything_else
from ivr.desk.cases import case_by_reference
from ivr.engine import Ask, Call
from ivr.engine.entries import nine

REFERENCE = Ask("case-reference", nine, length=9)


async def case_status(call: Call) -> None:
    """Nine digits → the stage and the promised date; an unknown reference is told plainly."""
    reference = await call.ask(REFERENCE)
    found = await call.do(case_by_reference, call.facts["wallet"], reference)
    if found is None:
        call.say("case-unknown", reference=reference)
    else:
        call.say("case-stage-" + found.stage, reference=reference)
        if found.due:
            call.say("case-due", by=found.due)
    await anything_else(call)
