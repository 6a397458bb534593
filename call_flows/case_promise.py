"""The number of a case, and by when there is an answer; a day that has passed is owned up to, and not promised again."""

from ivr.cases.cases import Case
from ivr.engine import Call


def tell_reference(call: Call, case: Case) -> None:
    """Twice, to be written down; what was there before is not told as new."""
    call.say("case-known" if case.known else "case-opened", reference=case.reference)


def tell_case(call: Call, case: Case) -> None:
    """Of a case that was opened now, or before for the same matter."""
    if case.done:
        call.say("case-settled")
    elif is_past(call, case.due):
        call.say("case-late", by=case.due)
    else:
        call.say("case-promise-provisional" if case.provisional else "case-promise", by=case.due)


def tell_due(call: Call, due: str, provisional: bool) -> None:
    """Of what is still being worked on."""
    if is_past(call, due):
        call.say("case-late", by=due)
    else:
        call.say("case-due-provisional" if provisional else "case-due", by=due)


def is_past(call: Call, due: str) -> bool:
    """The promised day itself is still in time."""
    return due < call.now.date().isoformat()
