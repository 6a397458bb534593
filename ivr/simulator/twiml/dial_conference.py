"""`<Dial><Conference>`: enter a conference by name; `endConferenceOnExit` ends it for everybody."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator

from ivr.simulator.account.conferences import Participant
from ivr.simulator.account.leg_events import HungUp, Input, Interruption, Waiting
from ivr.simulator.twiml.executor import Leg


def dial_conference(leg: Leg, noun: ET.Element, url: str) -> Generator[Waiting, Input, dict[str, str]]:
    """Stay in the conference until it ends or this leg leaves."""
    conference = leg.account.conference((noun.text or "").strip())
    conference.listen(leg.webhooks, url, noun.attrib)
    participant = Participant(
        leg,
        label=noun.get("participantLabel", ""),
        muted=noun.get("muted") == "true",
        starts=noun.get("startConferenceOnEnter", "true") == "true",
        ends=noun.get("endConferenceOnExit") == "true",
        coaching=noun.get("coach", ""),
    )
    conference.enter(participant)
    try:
        yield Waiting("talking")
    except (Interruption, HungUp):
        conference.leave(participant)
        raise
    conference.leave(participant)
    return {"DialCallStatus": "answered"}
