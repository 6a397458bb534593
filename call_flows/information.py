"""Answers general questions, without verification and without any record of the caller."""

from call_flows.end_of_task import was_it_solved
from ivr.engine import Ask, Call, Menu
from ivr.engine.entries import phone_number
from ivr.wallet.facts import is_official, wallet_facts

INFORMATION = Menu("information", ("hours", "channels", "prepare", "limits", "safety"))
SAFETY = Menu("safety", ("check", "enough"))
SUSPECT = Ask("safety-number", phone_number)


async def information(call: Call) -> None:
    """Let the caller choose a topic: hours, official channels, what to have ready, limits and rules, safety."""
    while True:
        topic = await call.menu(INFORMATION)
        await call.level(tell_topic(call, topic))


async def tell_topic(call: Call, topic: str) -> None:
    """Tell one topic and ask whether it helped."""
    if topic == "safety":
        await safety(call)
    else:
        await speak_topic(call, topic)
    await was_it_solved(call)


async def safety(call: Call) -> None:
    """Tell what staff never ask for, and offer to check a number that called the caller."""
    call.say("safety-advice")
    chosen = await call.menu(SAFETY)
    if chosen == "check":
        await check_number(call)


async def check_number(call: Call) -> None:
    """Tell whether a keyed number is one of the wallet's own."""
    number = await call.ask(SUSPECT)
    official = await call.do(is_official, call.facts["wallet"], number)
    call.say("number-official" if official else "number-not-official", number=number)


async def speak_topic(call: Call, topic: str) -> None:
    """Tell one topic with the figures of the wallet that was dialled."""
    facts = await call.do(wallet_facts, call.facts["wallet"])
    if topic == "limits":
        call.say("limits-and-rules", **facts.limits)
        call.pause()
        call.say("rules-" + facts.rules["unit"], **facts.rules)
        call.say("rules-refund-" + facts.rules["refund_unit"], **facts.rules)
        call.pause()
        call.say("rules-identity")
    elif topic == "hours":
        told = "hours-open" if facts.is_open else "hours-closed"
        call.say(told + ("-provisional" if facts.provisional else ""))
        for day in facts.hours:
            call.say("hours-" + day["how"], **day)
    elif topic == "methods":
        for method in facts.methods:
            call.say("method-free" if method["fee"] == 0 else "method", **method)
        call.say("method-advice")
    else:
        call.say(topic, **facts.channels)
