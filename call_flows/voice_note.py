"""Offers to record a voice note: a short description in the caller's own words, for the people who handle the case."""

from ivr.engine import Back, Call, Menu, Record
from ivr.voice_notes.notes import drop_note, keep_note

OFFER = Menu("voice-note-offer", ("add", "enough"))
LONGEST_NOTE = 60
"""Seconds of a voice note; the message `voice-note` says it."""
NOTE = Record("voice-note", LONGEST_NOTE)
NOTHING = Menu("voice-note-nothing", ("again", "enough"))
KEPT = Menu("voice-note-kept", ("keep", "again", "drop"))


async def offer_voice_note(call: Call, reference: str, wanted: str = "offer") -> None:
    """Offer a voice note; one key skips it. `*` before or during the recording returns to the offer and discards it.

    `wanted` "again": the caller has already chosen to speak.
    """
    while wanted != "enough":
        if wanted == "offer":
            wanted = await call.menu(OFFER)
        else:
            wanted = await record_voice_note(call, reference)


async def record_voice_note(call: Call, reference: str) -> str:
    """Record once; returns the next step: offer, again or enough. The recording is kept at once, so that it survives a
    caller who hangs up right after it."""
    try:
        recording = await call.record(NOTE)
    except Back:
        return "offer"
    if recording is None:
        return await call.menu(NOTHING)
    customer = call.facts.get("customer") or {"id": None, "wallet": call.facts["wallet"]}
    await call.do(keep_note, customer["id"], customer["wallet"], recording, reference)
    chosen = await call.menu(KEPT)
    if chosen == "keep":
        call.say("voice-note-stays")
        return "enough"
    await call.do(drop_note, recording)
    if chosen == "drop":
        call.say("voice-note-dropped")
        return "enough"
    return chosen
