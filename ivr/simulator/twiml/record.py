"""`<Record>`: record speech until a key, silence or the end of the call."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ivr.simulator.account.leg_events import CallerGone, Execution, Waiting
from ivr.simulator.account.recordings import Recording
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.webhooks.delivery import WebhookFailed

ANY_KEY = "1234567890*#"


def record(leg: Leg, verb: ET.Element, url: str) -> Execution:
    """Request the action with the recording; also when the caller hung up, in which case the answer is discarded.

    Twilio's documentation is not clear about a recording without speech: some pages say that it is kept, others that
    the next verb follows (`keeps_silence`). An app must handle both.
    """
    most, quiet = float(verb.get("maxLength", 3600)), float(verb.get("timeout", 5))
    spoken, silent, words, digits, finish = 0.0, 0.0, "", "", verb.get("finishOnKey", ANY_KEY)
    try:
        while spoken < most and not digits and not silent:
            given = yield Waiting("recording", quiet)
            spoken, words = min(spoken + given.spoke, most), f"{words} {given.words}".strip()
            digits = next((key for key in given.keys if key in finish), "")
            silent = 0.0 if given.keys or given.spoke else min(quiet, most - spoken)
    except CallerGone:
        form = recorded(leg, verb, url, RecordedSpeech(spoken, words=words)) | {"Digits": "hangup"}
        _tell(leg, verb, url, form)
        raise
    leg.clock += spoken + silent
    if silent and not spoken and not leg.keeps_silence:
        return None
    return leg.action(verb, url, recorded(leg, verb, url, RecordedSpeech(spoken, silent, words)) | {"Digits": digits})


@dataclass(frozen=True)
class RecordedSpeech:
    """Seconds of speech, the silence that ended it (reported, and trimmed off the file), and the words."""

    spoken: float
    silent: float = 0
    words: str = ""
    source: str = "RecordVerb"


def recorded(leg: Leg, verb: ET.Element, url: str, taken: RecordedSpeech) -> dict[str, str]:
    """Keep the recording, send its status callback, and return its parameters for the action."""
    seconds = str(int(taken.spoken + taken.silent))
    kept = leg.account.record(Recording(leg.sid, taken.spoken, taken.source, taken.words))
    if asked := verb.get("recordingStatusCallback"):
        _report(leg, kept, seconds, leg.webhooks.resolve(url, asked), verb.get("recordingStatusCallbackMethod", "POST"))
    return {"RecordingUrl": leg.account.recording_url(kept), "RecordingSid": kept.sid, "RecordingDuration": seconds}


def _report(leg: Leg, kept: Recording, seconds: str, url: str, method: str) -> None:
    # Not the usual parameters: neither From nor To.
    form = {
        "AccountSid": leg.parameters["AccountSid"],
        "CallSid": leg.sid,
        "RecordingSid": kept.sid,
        "RecordingUrl": leg.account.recording_url(kept),
        "RecordingStatus": "completed",
        "RecordingDuration": seconds,
        "RecordingChannels": "1",
        "RecordingSource": kept.source,
    }
    try:
        leg.webhooks.deliver(url, form, method)
    except WebhookFailed as fault:
        leg.faults.append(fault)


def _tell(leg: Leg, verb: ET.Element, url: str, form: dict[str, str]) -> None:
    target = leg.action(verb, url, form)
    try:
        leg.webhooks.deliver(target.url, leg.parameters | {"CallStatus": "completed"} | form, target.method)
    except WebhookFailed as fault:
        leg.faults.append(fault)
