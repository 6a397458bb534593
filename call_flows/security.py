"""Account security: protection advice at once, and a person for everything else."""

from call_flows.close import was_it_solved
from ivr.engine import Call, Menu, ToAgent

SECURITY = Menu("security", ("stolen", "tips", "scam"))


async def security(call: Call) -> None:
    """A stolen account goes to a person first; tips and scam advice are spoken here."""
    topic = await call.menu(SECURITY)
    if topic == "stolen":
        call.facts["priority"] = "high"
        call.say("stolen-advice")
        raise ToAgent("account stolen or misused")
    call.say("security-" + topic)
    await was_it_solved(call)
