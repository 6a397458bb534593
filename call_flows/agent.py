"""Hands a call over to a person: rings the agents on duty one after the other, or takes a callback."""

from call_flows.language import keep_language, take_language
from call_flows.satisfaction import ask_satisfaction
from call_flows.voice_note import offer_voice_note
from ivr.callbacks.callbacks import (
    CallbackSlot,
    Draft,
    TooMany,
    draft_callback,
    draft_chosen,
    draft_for_caller,
    is_promised,
    request_callback,
)
from ivr.engine import Ask, Back, Call, Confirm, Main, Menu, ToAgent, is_urgent
from ivr.engine.entries import identifier
from ivr.handover import reasons
from ivr.handover.agents import duty
from ivr.queue.entries import join_queue, new_task

OFFER = Menu("callback-offer", ("yes", "no"), tries=2, offer_agent=False, resumable=False)
OFFER_OR_SECURITY = Menu("callback-or-security", ("yes", "security", "no"), tries=2, offer_agent=False, resumable=False)
OFFER_OR_NOTE = Menu("callback-or-note", ("yes", "note", "no"), tries=2, offer_agent=False, resumable=False)
OFFER_ALL = Menu("callback-note-security", ("yes", "note", "security", "no"), 2, offer_agent=False, resumable=False)
OFFER_IN_BOTH = Menu("callback-in-both", ("chinese", "english"), tries=2, offer_agent=False, bilingual=True)
"""Used before a language is chosen: the answer accepts the callback and chooses the language."""
HERE = Confirm("callback-here", offer_agent=False)
NUMBER = Ask("callback-number", identifier, sealed=True)
WHICH = Menu("callback-which", ("home", "abroad"), offer_agent=False, resumable=False)
RIGHT = Confirm("callback-right", offer_agent=False)
AFTER = Menu("after-callback", ("more", "end"), offer_agent=False, resumable=False)
CALLBACK_TRIES = 3
"""How often a callback is begun while the caller goes back or falls silent; then one is left without questions."""


async def hand_over(call: Call, reason: str) -> None:
    """Offer a person or a callback. Returns if the caller wants something else of the line; otherwise ends the call."""
    while True:
        try:
            await speak_to_agent(call, reason)
            await something_else(call)
        except (Back, Main):
            if call.in_both:
                await keep_language(call)
            return
        except ToAgent as wanted:
            if wanted.gave_up:
                say_goodbye(call)
            reason = wanted.reason


async def last_resort(call: Call, reason: str) -> None:
    """Offer a person or a callback, then end the call: used when the line has nothing else to offer."""
    await speak_to_agent(call, reason, only=True)
    say_goodbye(call)


async def speak_to_agent(call: Call, reason: str, only: bool = False) -> None:
    """Ring the agents on duty; if none accepts, take a callback and return. `only`: the line offers nothing else."""
    call.facts["reason"] = reason
    call.facts["solved"] = False
    on_duty = await call.do(duty, call.facts["wallet"], is_urgent(call.facts))
    if on_duty.open and on_duty.queued:
        chosen = await wait_for_agent(call, only)
        if chosen == "menu" and not only:
            raise Main
        if chosen == "callback":
            await callback(call, reason, only, chosen=True)
            return
        if chosen == "note":
            await note_for_agents(call, only)
            await callback(call, reason, only)
            return
        if chosen == "closed":
            await closed_meanwhile(call)
            await callback(call, reason, only, or_note=True)
            return
        if chosen != "menu":
            call.say("queue-full" if chosen == "full" else "nobody-free")
    elif on_duty.open and on_duty.numbers:
        call.say("connecting")
        for place in range(len(on_duty.numbers)):
            ended = await call.dial("agent", on_duty.numbers[place])
            if ended == "accepted":
                say_goodbye(call)
        call.say("nobody-free")
    elif on_duty.opens:
        call.say("closed-now-provisional" if on_duty.provisional else "closed-now", at=on_duty.opens)
    else:
        call.say("nobody-free")
    await callback(call, reason, only)


async def wait_for_agent(call: Call, only: bool) -> str:
    """Wait in the queue; returns what the caller chose instead, `full` or `failed`. After a talk the call ends."""
    topic = "security" if is_urgent(call.facts) else call.facts.get("topic", "other")
    language = "both" if call.in_both else call.language
    place = await call.do(
        join_queue, call.facts["wallet"], language, topic, "dropped" in call.facts, "senior" in call.facts
    )
    if not place.joined:
        return "full"
    call.say("connecting")
    ended = await call.queue("agent-queue", new_task(place, call.facts["wallet"], language, topic))
    if ended == "answered":
        await ask_satisfaction(call, only)
        say_goodbye(call)
    return ended


async def closed_meanwhile(call: Call) -> None:
    """Tell a caller whose wait ended at closing time when agents are back."""
    on_duty = await call.do(duty, call.facts["wallet"], is_urgent(call.facts))
    if on_duty.opens:
        call.say("closed-now-provisional" if on_duty.provisional else "closed-now", at=on_duty.opens)
    else:
        call.say("nobody-free")


async def note_for_agents(call: Call, only: bool) -> None:
    """Record a voice note that no case belongs to: it goes to whoever takes this call up. A person may be asked for."""
    try:
        await offer_voice_note(call, "", wanted="again")
    except Back:
        return
    except Main:
        if not only:
            raise
    except ToAgent as wanted:
        if not only and not wanted.gave_up:
            raise


async def callback(call: Call, reason: str, only: bool = False, chosen: bool = False, or_note: bool = False) -> None:
    """Offer a callback once per call. For a caller who gives no answer, one is left for the caller's number.

    `chosen`: the caller has asked for it already. `or_note`: a voice note is offered beside it.
    """
    promised = await call.do(is_promised)
    if promised:
        call.say("callback-there")
        return
    for _ in range(CALLBACK_TRIES):
        unasked, chosen = chosen, False
        try:
            if await take_callback(call, reason, only, unasked, or_note):
                return
        except Back:
            call.say("only-callback")
        except Main:
            if not only:
                raise
            call.say("only-callback")
        except ToAgent as wanted:
            if wanted.gave_up:
                await leave_callback(call, reason)
            call.say("only-callback")


async def take_callback(call: Call, reason: str, only: bool, unasked: bool = False, or_note: bool = False) -> bool:
    """Make one attempt to take a callback, `unasked` if the caller has chosen it. True: the matter is settled, with or
    without a callback."""
    wanted = "yes"
    if call.in_both or not unasked:
        wanted = await offer(call, security_only(call) and not only, or_note)
    if wanted == "no":
        return True
    if wanted == "note":
        await note_for_agents(call, only)
        return True
    if wanted == "security":
        await to_security(call)
        return True
    draft = await confirmed_number(call)
    if draft is None:
        return False
    await promise(call, draft, reason)
    return True


async def offer(call: Call, or_security: bool, or_note: bool) -> str:
    """Ask whether the caller wants a callback: yes, no, `security` if only the security agents are at
    work, or `note`.
    """
    if call.in_both:
        chosen = await call.menu(OFFER_IN_BOTH)
        await take_language(call, chosen)
        if not or_security:
            return "yes"
    if or_note:
        return await call.menu(OFFER_ALL if or_security else OFFER_OR_NOTE)
    return await call.menu(OFFER_OR_SECURITY if or_security else OFFER)


def security_only(call: Call) -> bool:
    """Whether only the security agents are at work and this call is no matter of security."""
    return not is_urgent(call.facts) and not call.at_work and call.at_work_for("urgent")


async def to_security(call: Call) -> None:
    """Connect the caller to the security agents, or take a callback from them if none is free."""
    call.facts["priority"] = "high"
    await speak_to_agent(call, reasons.STOLEN)


async def confirmed_number(call: Call) -> Draft | None:
    """Agree on the number to call back: the caller's own, offered once by its last digits, or one that the caller keys
    and hears read back. None: the number is not right."""
    wallet, customer = call.facts["wallet"], call.facts.get("customer")
    if "another_number" not in call.facts:
        own = await call.do(draft_for_caller, wallet, customer)
        if own.allowed:
            call.say("callback-from", ending=own.ending)
            if await call.confirm(HERE):
                return own
        call.facts["another_number"] = "wanted" if own.allowed else "needed"
    number = await call.ask(NUMBER)
    draft = await call.do(draft_callback, number, wallet, customer)
    if draft.why == "unclear":
        draft = await chosen_number(call, draft)
    if not draft.allowed:
        refuse_number(call, draft)
        return None
    if draft.country:
        call.say("callback-number-in", number=draft.number, country=draft.country)
    else:
        call.say("callback-number-is", number=draft.number or number)
    if not await call.confirm(RIGHT):
        return None
    return draft


async def chosen_number(call: Call, draft: Draft) -> Draft:
    """Ask in which of two countries the keyed number is, if it is valid in both."""
    home, abroad = draft.choices
    chosen = await call.menu(WHICH, home=home.country, abroad=abroad.country)
    meant = home if chosen == "home" else abroad
    return await call.do(draft_chosen, meant, call.facts["wallet"], call.facts.get("customer"))


def refuse_number(call: Call, draft: Draft) -> None:
    """Tell the caller why the keyed number cannot be called back."""
    if draft.why == "length":
        call.say("callback-wrong-length", digits=draft.digits)
    else:
        call.say("callback-not-there")


async def promise(call: Call, draft: Draft, reason: str, left: bool = False) -> None:
    """Store the callback and tell its time. `left`: the caller gave no answer, so also say which number will be called.
    Beyond the limits on callbacks, store nothing and say so."""
    try:
        made: CallbackSlot = await call.do(request_callback, draft.id, reason, is_urgent(call.facts))
    except TooMany:
        call.say("callback-not-now")
        return
    if left:
        call.say("callback-left")
    if not made.slot:
        call.say("callback-noted")
    elif made.provisional:
        call.say("callback-promised-provisional", at=made.slot)
    else:
        call.say("callback-promised", at=made.slot)


async def leave_callback(call: Call, reason: str) -> None:
    """Leave a callback for the caller's number, unless the caller declined it or it may not be called; then hang up."""
    if call.facts.get("another_number") == "wanted":
        call.say("callback-nothing-noted")
        say_goodbye(call)
    draft = await call.do(draft_for_caller, call.facts["wallet"], call.facts.get("customer"))
    if draft.allowed:
        await promise(call, draft, reason, left=True)
    else:
        call.say("callback-not-left")
    call.say("goodbye-short")
    call.hang_up()


async def something_else(call: Call) -> None:
    """After a callback: help with another matter, or say goodbye."""
    chosen = await call.menu(AFTER)
    if chosen == "more":
        raise Main
    say_goodbye(call)


def say_goodbye(call: Call) -> None:
    """Say goodbye and end the call."""
    call.say("goodbye", name=call.facts["name"])
    call.hang_up()


async def rescue(call: Call) -> None:
    """Root flow after a fault of the line: apologise, then offer a person, who gets everything known so far."""
    call.say("our-fault")
    await last_resort(call, reasons.FAULT)
