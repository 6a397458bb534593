"""A person: the agents on duty one after the other, or a callback. Never a dead end."""

from ivr.desk.agents import duty
from ivr.desk.callbacks import draft_callback, request_callback
from ivr.engine import Ask, Back, Call, Confirm, Main, Menu, ToAgent
from ivr.engine.entries import identifier

OFFER = Menu("callback-offer", ("yes", "no"), offer_agent=False)
NUMBER = Ask("callback-number", identifier, sealed=True)
RIGHT = Confirm("callback-right", offer_agent=False)


async def speak_to_agent(call: Call, reason: str) -> None:
    """Ring who is on duty; otherwise take a callback. Signals are answered here, for this is the last resort."""
    call.facts["reason"] = reason
    call.facts["solved"] = False
    on_duty = await call.do(duty, call.facts["wallet"])
    if on_duty.open and on_duty.numbers:
        call.say("connecting")
        for place in range(len(on_duty.numbers)):
            ended = await call.dial("agent", on_duty.numbers[place])
            if ended == "accepted":
                call.say("goodbye", name=call.facts["name"])
                call.hang_up()
        call.say("nobody-free")
    elif on_duty.opens:
        call.say("closed-now", at=on_duty.opens)
    else:
        call.say("nobody-free")
    await callback(call, reason)


async def callback(call: Call, reason: str) -> None:
    """Ask for a number, read it back, and promise when."""
    tries = 0
    while tries < 3:
        tries = tries + 1
        try:
            if await take_callback(call, reason):
                break
        except (Back, Main, ToAgent):
            call.say("only-callback")
    call.say("goodbye", name=call.facts["name"])


async def take_callback(call: Call, reason: str) -> bool:
    """One try: True when it is settled, with or without a callback."""
    wanted = await call.menu(OFFER)
    if wanted == "no":
        return True
    number = await call.ask(NUMBER)
    draft = await call.do(draft_callback, number, call.facts["wallet"], call.facts.get("customer"))
    if not draft.allowed:
        call.say("callback-not-there")
        return False
    call.say("callback-number-is", number=number)
    if not await call.confirm(RIGHT):
        return False
    made = await call.do(request_callback, draft.id, reason)
    if made.slot:
        call.say("callback-promised", at=made.slot)
    else:
        call.say("callback-noted")
    return True


async def rescue(call: Call) -> None:
    """After a fault of ours: an apology, and a person with everything known so far."""
    call.say("our-fault")
    try:
        await speak_to_agent(call, "fault of the line")
    except (Back, Main, ToAgent):
        call.say("goodbye", name=call.facts["name"])
