"""Root flows while operations have switched the line: hand everybody over to a person, or closed."""

from call_flows.agent import callback, last_resort, say_goodbye
from call_flows.language import choose_language
from ivr.engine import Call, ToAgent
from ivr.handover import reasons


async def to_person(call: Call) -> None:
    """Tell the reason, if operations gave one, and hand over to a person; the language need not be chosen."""
    try:
        await say_why(call, "line-to-person")
    except ToAgent:
        call.say("line-to-person", name=call.facts["name"])
    await last_resort(call, reasons.LINE_TO_PERSON)


async def closed(call: Call) -> None:
    """Tell the reason, if operations gave one, and offer a callback."""
    call.facts["reason"] = reasons.LINE_CLOSED
    call.facts["solved"] = False
    try:
        await say_why(call, "line-closed")
    except ToAgent:
        call.say("line-closed", name=call.facts["name"])
    await callback(call, reasons.LINE_CLOSED, only=True)
    say_goodbye(call)


async def say_why(call: Call, otherwise: str) -> None:
    """Tell the reason that operations wrote, or the prompt `otherwise`, in the caller's language."""
    if not call.facts.get("remembered"):
        await choose_language(call)
    told = call.facts["switched"]
    if told:
        call.say("line-reason", name=call.facts["name"], reason=told)
    else:
        call.say(otherwise, name=call.facts["name"])
