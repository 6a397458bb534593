"""Where a turn stopped → its document."""

from __future__ import annotations

from datetime import datetime

from ivr.engine import twiml
from ivr.engine.call import Call
from ivr.engine.prompts import Record
from ivr.engine.replay import TurnResult
from ivr.engine.runtime import Runtime
from ivr.engine.waits import Announcement, Dial


def render(runtime: Runtime, call: Call, turn: int, played: TurnResult, now: datetime) -> str:
    """Where the turn stopped → its document."""
    spoken = runtime.speaker.speak(played.utterances, call.language, now.date())
    base = f"{runtime.base_url}/voice/calls/{call.sid}"
    action = f"{base}/turns/{turn + 1}"
    if played.wait is None:
        return twiml.document(twiml.says(spoken, call.slow) + twiml.HANG_UP)
    if isinstance(played.wait, Announcement):
        return twiml.document(twiml.says(spoken, call.slow) + twiml.redirect(action))
    if isinstance(played.wait, Dial):
        number, ours = played.wait.number, runtime.caller_id(call.facts)
        dial = twiml.dial(number, runtime.settings.ring_seconds, ours, action, f"{base}/whisper/{turn + 1}")
        return twiml.document(twiml.says(spoken, call.slow) + dial)
    if isinstance(played.wait.prompt, Record):
        told_at = f"{base}/recordings/{turn + 1}"
        return twiml.document(twiml.record(played.wait, spoken, call.slow, action, told_at))
    return twiml.document(twiml.gather(played.wait, spoken, call.slow, action))
