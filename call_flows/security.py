"""Account security: what needs no proof is asked first, then a freeze, a look at the account, or advice."""

from call_flows.close import was_it_solved
from call_flows.freeze import freeze_account
from call_flows.investigate import advise, investigate
from call_flows.pressure import is_directed, protect
from ivr.engine import Call, Menu, ToAgent

SECURITY = Menu("security", ("stolen", "unfamiliar", "scam", "tips"))
UNFAMILIAR = Menu("unfamiliar", ("some", "none", "unsure"))
LOG_IN = Menu("log-in", ("works", "fails"))
FIRST = Menu("stolen-first", ("freeze", "review", "advice"))
FROZEN = Menu("frozen-then", ("review", "advice", "lift"))


async def security(call: Call) -> None:
    """Something is wrong, transactions are strange, somebody gives orders, or tips; agents take all of it first."""
    call.facts["priority"] = "high"
    while True:
        topic = await call.menu(SECURITY)
        await call.level(help_with(call, topic))


async def help_with(call: Call, topic: str) -> None:
    """One of them, to its end."""
    if topic == "scam":
        call.facts["directed"] = True
        await protect(call)
    elif topic == "tips":
        advise(call, logs_in=True)
    else:
        await something_wrong(call, topic)
    await was_it_solved(call)


async def something_wrong(call: Call, topic: str) -> None:
    """Stolen, misused, lost, or not one's own transactions: two questions before any proof, then what helps first."""
    if topic == "stolen":
        call.say("stolen-advice")
    unfamiliar = await any_unfamiliar(call, topic)
    call.facts["unfamiliar"] = unfamiliar
    log_in = await call.menu(LOG_IN)
    call.facts["can_log_in"] = log_in == "works"
    chosen = await what_first(call, topic)
    if chosen == "lift":
        await lift(call)
    elif chosen == "review":
        await investigate(call, log_in == "works")
    elif chosen == "advice":
        advise(call, logs_in=log_in == "works")


async def any_unfamiliar(call: Call, topic: str) -> str:
    """Are there transactions that are not the caller's? Whoever chose so has said it."""
    if topic == "unfamiliar":
        return "some"
    return await call.menu(UNFAMILIAR)


async def what_first(call: Call, topic: str) -> str:
    """review, advice or lift, after a freeze if that comes first; done: the caller wants no more than asked."""
    if topic == "unfamiliar":
        return "review"
    chosen = await call.menu(FIRST)
    if chosen != "freeze":
        return chosen
    if await freeze_account(call):
        return await call.menu(FROZEN)
    return "done"


async def lift(call: Call) -> None:
    """Nothing is unfrozen in the line: a person does it, for a caller to whom nobody gives orders."""
    if await is_directed(call):
        await protect(call)
    else:
        call.say("lift-by-person")
        raise ToAgent("freeze to be lifted")
