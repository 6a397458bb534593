"""Renders the result of a turn as its TwiML document."""

from __future__ import annotations

from datetime import datetime

from ivr.engine import twiml
from ivr.engine.call import Call
from ivr.engine.prompts import Record
from ivr.engine.replay import TurnResult
from ivr.engine.runtime import Runtime
from ivr.engine.waits import Announcement, Dial, Queue, Task


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
        return twiml.document(
            twiml.says(spoken, call.slow) + wait_in_queue(runtime, call.sid, turn + 1, result.wait.task)
        )
    if isinstance(result.wait.prompt, Record):
        told_at = f"{base}/recordings/{turn + 1}"
        return twiml.document(twiml.record(result.wait, spoken, call.slow, action, told_at))
    return twiml.document(twiml.gather(result.wait, spoken, call.slow, action))


def wait_in_queue(runtime: Runtime, sid: str, turn: int, task: Task | None) -> str:
    """The wait of this call for an agent, whom the line chooses, or TaskRouter; `turn` is what follows it."""
    base = f"{runtime.base_url}/voice/calls/{sid}"
    action, entertained_at = f"{base}/turns/{turn}", f"{base}/queue/{turn}"
    if runtime.settings.agent_mode == "taskrouter" and task is not None:
        return twiml.enqueue_task(runtime.settings.taskrouter_workflow_sid, task, action, entertained_at)
    return twiml.enqueue(sid, action, entertained_at)
