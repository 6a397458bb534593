"""Renders the result of a turn as its TwiML document."""

from __future__ import annotations

from datetime import datetime

from ivr.engine import twiml
from ivr.engine.call import Call
from ivr.engine.prompts import Record
from ivr.engine.replay import TurnResult
from ivr.engine.runtime import Runtime
from ivr.engine.waits import Announcement, Dial, Queue


def render(runtime: Runtime, call: Call, turn: int, result: TurnResult, now: datetime) -> str:
    """The TwiML document for where the turn stopped."""
    spoken = runtime.speaker.speak(result.utterances, call.language, now.date())
    base = f"{runtime.base_url}/voice/calls/{call.sid}"
    action = f"{base}/turns/{turn + 1}"
    if result.wait is None:
        return twiml.document(twiml.says(spoken, call.slow) + twiml.HANG_UP)
    if isinstance(result.wait, Announcement):
        return twiml.document(twiml.says(spoken, call.slow) + twiml.redirect(action))
    if isinstance(result.wait, Dial):
        number, ours = result.wait.number, runtime.caller_id(call.facts)
        dial = twiml.dial(number, runtime.settings.ring_seconds, ours, action, f"{base}/whisper/{turn + 1}")
        return twiml.document(twiml.says(spoken, call.slow) + dial)
    if isinstance(result.wait, Queue):
        enqueue = twiml.enqueue(call.sid, action, f"{base}/queue/{turn + 1}")
        return twiml.document(twiml.says(spoken, call.slow) + enqueue)
    if isinstance(result.wait.prompt, Record):
        told_at = f"{base}/recordings/{turn + 1}"
        return twiml.document(twiml.record(result.wait, spoken, call.slow, action, told_at))
    return twiml.document(twiml.gather(result.wait, spoken, call.slow, action))
