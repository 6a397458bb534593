"""`<Record>`: speech until a key, silence or the end of the call; the file is a voice that reads the words, or a quiet tone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ivr.simulator.account.account import Recording
from ivr.simulator.account.leg_events import CallerGone, Pause, Waiting
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.webhooks.delivery import DeliveryFailed

ANY_KEY = "1234567890*#"


def record(leg: Leg, verb: ET.Element, url: str) -> Pause:
    """The action with the recording; also when the caller hung up, though nobody hears its answer then.

    What is told of a recording nobody spoke into is not documented: some pages say that it is kept, others that the
    next verb follows. An app must take both.
    """
    most, quiet = float(verb.get("maxLength", 3600)), float(verb.get("timeout", 5))
    spoken, silent, words, digits, finish = 0.0, 0.0, "", "", verb.get("finishOnKey", ANY_KEY)
    try:
        while spoken < most and not digits and not silent:
            deed = yield Waiting("recording", quiet)
            spoken, words = min(spoken + deed.spoke, most), f"{words} {deed.words}".strip()
            digits = next((key for key in deed.keys if key in finish), "")
            silent = 0.0 if deed.keys or deed.spoke else min(quiet, most - spoken)
    except CallerGone:
        form = recorded(leg, verb, url, Taken(spoken, words=words)) | {"Digits": "hangup"}
        _tell(leg, verb, url, form)
        raise
    leg.clock += spoken + silent
    if silent and not spoken and not leg.keeps_silence:
        return None
    return leg.action(verb, url, recorded(leg, verb, url, Taken(spoken, silent, words)) | {"Digits": digits})


@dataclass(frozen=True)
class Taken:
    """Seconds that were spoken, the silence that ended it (told, and trimmed off the file), and the words."""

    spoken: float
    silent: float = 0
    words: str = ""
    source: str = "RecordVerb"


def recorded(leg: Leg, verb: ET.Element, url: str, taken: Taken) -> dict[str, str]:
    """Keep it, report it to whoever asked, and say where it is."""
    seconds = str(int(taken.spoken + taken.silent))
    kept = leg.company.record(Recording(leg.sid, taken.spoken, taken.source, taken.words))
    if asked := verb.get("recordingStatusCallback"):
        _report(leg, kept, seconds, leg.courier.resolve(url, asked), verb.get("recordingStatusCallbackMethod", "POST"))
    return {"RecordingUrl": leg.company.address(kept), "RecordingSid": kept.sid, "RecordingDuration": seconds}


def _report(leg: Leg, kept: Recording, seconds: str, url: str, method: str) -> None:
    # Not the standard set: neither From nor To.
    form = {
        "AccountSid": leg.standard["AccountSid"],
        "CallSid": leg.sid,
        "RecordingSid": kept.sid,
        "RecordingUrl": leg.company.address(kept),
        "RecordingStatus": "completed",
        "RecordingDuration": seconds,
        "RecordingChannels": "1",
        "RecordingSource": kept.source,
    }
    try:
        leg.courier.deliver(url, form, method)
    except DeliveryFailed as fault:
        leg.faults.append(fault)


def _tell(leg: Leg, verb: ET.Element, url: str, form: dict[str, str]) -> None:
    target = leg.action(verb, url, form)
    try:
        leg.courier.deliver(target.url, leg.standard | {"CallStatus": "completed"} | form, target.method)
    except DeliveryFailed as fault:
        leg.faults.append(fault)
