"""Asks whether somebody gives the caller instructions, before any step that a scammer would want; offers help."""

from call_flows.freeze import freeze_account
from call_flows.information import check_number
from ivr.engine import Call, Confirm, Menu

DIRECTED = Confirm("directed")
WAY_OUT = Menu("way-out", ("freeze", "check", "enough"))


async def is_under_pressure(call: Call) -> bool:
    """Ask whether somebody gives the caller instructions now. Type-ahead cannot answer it. After a yes, call
    `offer_protection`."""
    directed = await call.confirm(DIRECTED)
    call.facts["directed"] = directed
    return directed


async def offer_protection(call: Call) -> bool:
    """Advise to hang up and move no money; offer a freeze or a check of a number, and raise the priority of the call.

    False: the caller chose a freeze and then declined it."""
    call.facts["priority"] = "high"
    call.say("directed-advice")
    if call.facts.get("calendar") == "CN":
        call.say("anti-fraud-line")
    chosen = await call.menu(WAY_OUT)
    if chosen == "freeze":
        return await freeze_account(call)
    if chosen == "check":
        await check_number(call)
    return True
