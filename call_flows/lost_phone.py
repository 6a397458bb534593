"""Helps a caller whose phone is gone: SIM, police, password, and the wish to be logged out of every device."""

from call_flows.case_promise import tell_case, tell_reference
from ivr.cases.cases import open_case
from ivr.engine import Call, Confirm

LOG_OUT = Confirm("log-out-everywhere")


async def help_with_lost_phone(call: Call, is_told_frozen: bool) -> None:
    """Tell whom to call and what to change; once the caller knows that the account is frozen, offer to note the wish to
    be logged out."""
    tell_whom_to_call(call)
    call.say("lost-phone-password")
    if not is_told_frozen:
        return
    if not await call.confirm(LOG_OUT):
        return
    owner = call.facts.get("customer") or call.facts["owner"]
    case = await call.do(open_case, owner["id"], call.facts["wallet"], "security", f"log-out:{call.sid}")
    call.say("log-out-noted")
    tell_reference(call, case)
    tell_case(call, case)


def tell_whom_to_call(call: Call) -> None:
    """Name the mobile operator and the police; the numbers of the police are those of mainland China."""
    call.pause()
    call.say("lost-phone-sim")
    call.say("lost-phone-police" if call.facts.get("calendar") == "CN" else "lost-phone-report")
