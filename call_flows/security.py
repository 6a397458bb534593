"""Helps with account security: questions without verification, then a freeze, a review of the account, or advice."""

from call_flows.end_of_task import nothing_done, was_it_solved
from call_flows.freeze import freeze_account
from call_flows.investigate import advise, investigate
from call_flows.lost_phone import tell_whom_to_call
from call_flows.scam_pressure import is_under_pressure, offer_protection
from ivr.engine import Call, Menu, ToAgent
from ivr.handover import reasons

SECURITY = Menu("security", ("stolen", "unfamiliar", "scam", "tips", "lift"))
UNFAMILIAR = Menu("unfamiliar", ("some", "none", "unsure"))
LOG_IN = Menu("log-in", ("works", "fails"))
FIRST = Menu("stolen-first", ("freeze", "review", "advice"))
FROZEN = Menu("frozen-then", ("review", "advice", "lift"))


async def security(call: Call) -> None:
    """Let the caller choose a security topic. These calls get high priority in a hand-over."""
    call.facts["priority"] = "high"
    while True:
        topic = await call.menu(SECURITY)
        await call.level(help_with(call, topic))


async def help_with(call: Call, topic: str) -> None:
    """Handle one security topic, then end the task."""
    helped = True
    if topic == "scam":
        call.facts["directed"] = True
        helped = await offer_protection(call)
    elif topic == "tips":
        advise(call, logs_in=True)
    elif topic == "lift":
        helped = await lift(call)
    else:
        helped = await something_wrong(call, topic)
    if helped:
        await was_it_solved(call)
    await nothing_done(call)


async def something_wrong(call: Call, topic: str) -> bool:
    """Handle a stolen, lost or misused account: two questions before any verification, then the help that comes first.

    False: the caller declined what was offered.
    """
    if topic == "stolen":
        call.say("stolen-advice")
    unfamiliar = await any_unfamiliar(call, topic)
    call.facts["unfamiliar"] = unfamiliar
    log_in = await call.menu(LOG_IN)
    call.facts["can_log_in"] = log_in == "works"
    chosen = await what_first(call, topic)
    froze = chosen == "freeze"
    if froze:
        if not await freeze_account(call):
            if topic == "stolen":
                tell_of_lost_phone(call)
            return False
        tell_of_lost_phone(call)
        chosen = await call.menu(FROZEN)
    if chosen == "lift":
        return await lift(call)
    helped = True
    if chosen == "review":
        helped = await investigate(call, log_in == "works")
    elif chosen == "advice":
        advise(call, logs_in=log_in == "works")
    if topic == "stolen" and not froze:
        tell_of_lost_phone(call)
    return helped or froze


async def any_unfamiliar(call: Call, topic: str) -> str:
    """Ask whether there are transactions that are not the caller's, unless the chosen topic says so."""
    if topic == "unfamiliar":
        return "some"
    return await call.menu(UNFAMILIAR)


async def what_first(call: Call, topic: str) -> str:
    """Ask what to do first: freeze, review or advice. For unfamiliar transactions it is the review."""
    if topic == "unfamiliar":
        return "review"
    return await call.menu(FIRST)


def tell_of_lost_phone(call: Call) -> None:
    """Advise on a lost phone: block the SIM, report the theft, and change the password on the next phone."""
    tell_whom_to_call(call)
    call.say("lost-phone-password")


async def lift(call: Call) -> bool:
    """Hand over to an agent, the only one who may unfreeze. A caller under pressure is offered protection instead."""
    if await is_under_pressure(call):
        return await offer_protection(call)
    call.say("lift-by-person")
    raise ToAgent(reasons.LIFT_FREEZE)
