"""Tells the reference of a case and the promised date. A date that has passed is admitted, not promised again."""

from ivr.cases.cases import Case
from ivr.engine import Call


def tell_reference(call: Call, case: Case) -> None:
    """Tell the reference twice, to be written down; a case that existed before is not told as new."""
    call.say("case-known" if case.known else "case-opened", reference=case.reference)


def tell_case(call: Call, case: Case) -> None:
    """Tell the promised date of a case that was opened now, or before for the same matter."""
    if case.done:
        call.say("case-settled")
    elif is_past(call, case.due):
        call.say("case-late", by=case.due)
    else:
        call.say("case-promise-provisional" if case.provisional else "case-promise", by=case.due)


def tell_due(call: Call, due: str, provisional: bool) -> None:
    """Tell the due date of a case that is still open."""
    if is_past(call, due):
        call.say("case-late", by=due)
    else:
        call.say("case-due-provisional" if provisional else "case-due", by=due)


def is_past(call: Call, due: str) -> bool:
    """Whether the due date has passed; the promised day itself is still in time."""
    return due < call.now.date().isoformat()
