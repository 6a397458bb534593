"""Is somebody telling the caller what to do? Asked before anything that a swindler would want; and the way out."""

from call_flows.close import was_it_solved
from call_flows.freeze import freeze_account
from call_flows.information import check_number
from ivr.engine import Call, Confirm, Menu

DIRECTED = Confirm("directed")
WAY_OUT = Menu("way-out", ("freeze", "check", "enough"))


async def not_directed(call: Call) -> None:
    """Comes back only if nobody directs the caller; nothing typed ahead answers it."""
    directed = await call.confirm(DIRECTED)
    call.facts["directed"] = directed
    if directed:
        await protect(call)


async def protect(call: Call) -> None:
    """Hang up on them, move no money; a freeze, a number checked, or a person before all others."""
    call.facts["priority"] = "high"
    call.say("directed-advice")
    chosen = await call.menu(WAY_OUT)
    if chosen == "freeze":
        await freeze_account(call)
    elif chosen == "check":
        await check_number(call)
    await was_it_solved(call)
