"""Is somebody telling the caller what to do? Asked before anything that a swindler would want; and the way out."""

from call_flows.freeze import freeze_account
from call_flows.information import check_number
from ivr.engine import Call, Confirm, Menu

DIRECTED = Confirm("directed")
WAY_OUT = Menu("way-out", ("freeze", "check", "enough"))


async def is_under_pressure(call: Call) -> bool:
    """Whether somebody gives the caller orders now; nothing typed ahead answers it. A yes belongs to `offer_protection`."""
    directed = await call.confirm(DIRECTED)
    call.facts["directed"] = directed
    return directed


async def offer_protection(call: Call) -> bool:
    """Hang up on them, move no money; a freeze, a number checked, or a person before all others. False: no freeze after all."""
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
