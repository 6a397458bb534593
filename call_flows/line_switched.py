"""What is heard while operations have switched the line: everybody to a person, or closed."""

from call_flows.agent import callback, last_resort, say_goodbye
from call_flows.language import choose_language
from ivr.engine import Call, ToAgent
from ivr.handover import reasons


async def to_person(call: Call) -> None:
    """Why, if they said so, and a person: also for whoever does not answer which language they speak."""
    try:
        await say_why(call, "line-to-person")
    except ToAgent:
        call.say("line-to-person", name=call.facts["name"])
    await last_resort(call, reasons.LINE_TO_PERSON)


async def closed(call: Call) -> None:
    """Why, if they said so, and a callback: nobody is sent away with nothing."""
    call.facts["reason"] = reasons.LINE_CLOSED
    call.facts["solved"] = False
    try:
        await say_why(call, "line-closed")
    except ToAgent:
        call.say("line-closed", name=call.facts["name"])
    await callback(call, reasons.LINE_CLOSED, only=True)
    say_goodbye(call)


async def say_why(call: Call, otherwise: str) -> None:
    """The reason in the words of operations, or a plain one, in the language of the caller."""
    if not call.facts.get("remembered"):
        await choose_language(call)
    told = call.facts["switched"]
    if told:
        call.say("line-reason", name=call.facts["name"], reason=told)
    else:
        call.say(otherwise, name=call.facts["name"])
