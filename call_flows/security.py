"""Account security: what needs no proof is asked first, then a freeze, a look at the account, or advice."""

from call_flows.close import was_it_solved
from call_flows.freeze import freeze_account
from call_flows.investigate import advise, investigate
from call_flows.pressure import not_directed, protect
from ivr.engine import Call, Menu, ToAgent

SECURITY = Menu("security", ("stolen", "unfamiliar", "scam", "tips"))
UNFAMILIAR = Menu("unfamiliar", ("some", "none", "unsure"))
LOG_IN = Menu("log-in", ("works", "fails"))
FIRST = Menu("stolen-first", ("freeze", "review", "advice"))
FROZEN = Menu("frozen-then", ("review", "advice", "lift"))


async def security(call: Call) -> None:
    """Something is wrong, transactions are strange, somebody gives orders, or tips. All of it comes first for agents."""
    call.facts["priority"] = "high"
    while True:
        topic = await call.menu(SECURITY)
        await call.level(TOPICS[topic](call))


async def stolen(call: Call) -> None:
    """Stolen, misused, or the phone is lost: two questions, then what helps first."""
    call.say("stolen-advice")
    unfamiliar = await call.menu(UNFAMILIAR)
    call.facts["unfamiliar"] = unfamiliar
    logs_in = await can_log_in(call)
    chosen = await call.menu(FIRST)
    if chosen == "freeze":
        if not await freeze_account(call):
            await was_it_solved(call)
        chosen = await call.menu(FROZEN)
    if chosen == "lift":
        await lift(call)
    if chosen == "review":
        await investigate(call, logs_in)
    advise(call, logs_in)
    await was_it_solved(call)


async def unfamiliar(call: Call) -> None:
    """Transactions that the caller does not know: marked one by one after verification."""
    call.facts["unfamiliar"] = "some"
    logs_in = await can_log_in(call)
    await investigate(call, logs_in)


async def can_log_in(call: Call) -> bool:
    """Asked before any verification, and kept for the agent."""
    answer = await call.menu(LOG_IN)
    call.facts["can_log_in"] = answer == "works"
    return answer == "works"


async def lift(call: Call) -> None:
    """Nothing is unfrozen in the line: a person does it, for a caller whom nobody directs."""
    await not_directed(call)
    call.say("lift-by-person")
    raise ToAgent("freeze to be lifted")


async def scam(call: Call) -> None:
    """Somebody tells the caller what to do."""
    call.facts["directed"] = True
    await protect(call)


async def tips(call: Call) -> None:
    """Everyday protection, for anybody."""
    advise(call, True)
    await was_it_solved(call)


TOPICS = {"stolen": stolen, "unfamiliar": unfamiliar, "scam": scam, "tips": tips}
