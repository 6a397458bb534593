"""Helps with account security: a freeze at once, strange transactions, a fraud, a frozen account, or advice."""

from call_flows.end_of_task import nothing_done, was_it_solved
from call_flows.freeze import freeze_account
from call_flows.investigate import advise, investigate
from call_flows.lost_phone import help_with_lost_phone
from call_flows.scam_pressure import is_under_pressure, offer_protection
from ivr.engine import Call, Confirm, Menu, ToAgent
from ivr.handover import reasons

SECURITY = Menu("security", ("freeze", "unfamiliar", "scam", "frozen", "tips"))
PHONE = Confirm("has-phone", acts=False)
UNFAMILIAR = Menu("unfamiliar", ("some", "none", "unsure"))
LOG_IN = Menu("log-in", ("works", "fails"))
NEXT = Menu("frozen-then", ("review", "advice", "enough"))


async def security(call: Call) -> None:
    """Let the caller choose a security topic. These calls get high priority in a hand-over."""
    call.facts["priority"] = "high"
    while True:
        topic = await call.menu(SECURITY)
        await call.level(help_with(call, topic))


async def help_with(call: Call, topic: str) -> None:
    """Handle one security topic, then end the task."""
    helped = True
    if topic == "freeze":
        helped = await freeze_first(call)
    elif topic == "unfamiliar":
        call.facts["unfamiliar"] = "some"
        logs_in = await can_log_in(call)
        helped = await investigate(call, logs_in)
    elif topic == "scam":
        call.facts["directed"] = True
        helped = await offer_protection(call)
    elif topic == "frozen":
        helped = await lift(call)
    else:
        advise(call, logs_in=True)
    if helped:
        await was_it_solved(call)
    await nothing_done(call)


async def freeze_first(call: Call) -> bool:
    """Freeze a stolen account, or that of a lost phone, and ask only then what happened. False: the caller declined."""
    froze = await freeze_account(call)
    has_phone = await call.confirm(PHONE)
    call.facts["has_phone"] = has_phone
    if not has_phone:
        await help_with_lost_phone(call, froze == "told")
    if not froze:
        return False
    unfamiliar = await call.menu(UNFAMILIAR)
    call.facts["unfamiliar"] = unfamiliar
    logs_in = await can_log_in(call)
    chosen = await call.menu(NEXT)
    if chosen == "review":
        await investigate(call, logs_in)
    elif chosen == "advice":
        advise(call, logs_in)
    return True


async def can_log_in(call: Call) -> bool:
    """Ask whether the caller can still log in, before any verification."""
    log_in = await call.menu(LOG_IN)
    call.facts["can_log_in"] = log_in == "works"
    return log_in == "works"


async def lift(call: Call) -> bool:
    """Hand over to an agent, the only one who may unfreeze. A caller under pressure is offered protection instead."""
    if await is_under_pressure(call):
        return await offer_protection(call)
    call.say("lift-by-person")
    raise ToAgent(reasons.LIFT_FREEZE)
