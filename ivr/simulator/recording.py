"""`<Record>`: speech until a key, silence or the end of the call; the file is a quiet tone of that length."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from ivr.simulator.company import Recording
from ivr.simulator.delivery import DeliveryFailed
from ivr.simulator.events import CallerGone, Pause, Waiting

if TYPE_CHECKING:
    from ivr.simulator.executor import Leg

ANY_KEY = "1234567890*#"


def record(leg: Leg, verb: ET.Element, url: str) -> Pause:
    """The action with the recording; also when the caller hung up, though nobody hears its answer then."""
    most, quiet = float(verb.get("maxLength", 3600)), float(verb.get("timeout", 5))
    spoken, digits, finish = 0.0, "", verb.get("finishOnKey", ANY_KEY)
    try:
        while spoken < most:
            deed = yield Waiting("recording", quiet)
            spoken += deed.spoke
            digits = next((key for key in deed.keys if key in finish), "")
            if digits or not (deed.keys or deed.spoke):
                break
    except CallerGone:
        form = recorded(leg, verb, url, min(spoken, most), "RecordVerb") | {"Digits": "hangup"}
        _tell(leg, verb, url, form)
        raise
    leg.clock += min(spoken, most)
    return leg.action(verb, url, recorded(leg, verb, url, min(spoken, most), "RecordVerb") | {"Digits": digits})


def recorded(leg: Leg, verb: ET.Element, url: str, seconds: float, source: str) -> dict[str, str]:
    """Keep it, report it to whoever asked, and say where it is."""
    kept = leg.company.record(leg.sid, seconds, source)
    if asked := verb.get("recordingStatusCallback"):
        _report(leg, kept, leg.courier.resolve(url, asked), verb.get("recordingStatusCallbackMethod", "POST"))
    return {"RecordingUrl": leg.company.address(kept), "RecordingSid": kept.sid, "RecordingDuration": str(int(seconds))}


def _report(leg: Leg, kept: Recording, url: str, method: str) -> None:
    # Not the standard set: neither From nor To.
    form = {
        "AccountSid": leg.standard["AccountSid"],
        "CallSid": leg.sid,
        "RecordingSid": kept.sid,
        "RecordingUrl": leg.company.address(kept),
        "RecordingStatus": "completed",
        "RecordingDuration": str(int(kept.seconds)),
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
