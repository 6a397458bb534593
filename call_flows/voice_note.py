"""A short description in the caller's own words, for whoever handles the case: offered, never needed."""

from ivr.engine import Back, Call, Menu, Record
from ivr.voice_notes.notes import drop_note, keep_note

OFFER = Menu("voice-note-offer", ("add", "enough"))
NOTE = Record("voice-note")
NOTHING = Menu("voice-note-nothing", ("again", "enough"))
KEPT = Menu("voice-note-kept", ("keep", "again", "drop"))


async def offer_voice_note(call: Call, reference: str, wanted: str = "offer") -> None:
    """One key goes on without. `*` before or while speaking leads back to the offer, and nothing is kept of it.

    `wanted` "again": the caller has chosen already to speak.
    """
    while wanted != "enough":
        if wanted == "offer":
            wanted = await call.menu(OFFER)
        else:
            wanted = await record_voice_note(call, reference)


async def record_voice_note(call: Call, reference: str) -> str:
    """One recording: offer, again or enough. It is kept at once, for whoever hangs up then has said what they wanted."""
    try:
        recording = await call.record(NOTE)
    except Back:
        return "offer"
    if recording is None:
        return await call.menu(NOTHING)
    customer = call.facts["customer"]
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
