"""`<Dial><Conference>`: a room with a name; whoever must be there for it to last ends it by leaving."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator

from ivr.simulator.account.account import Participant
from ivr.simulator.account.leg_events import Deed, Happened, HungUp, Waiting
from ivr.simulator.twiml.executor import Leg


def dial_conference(leg: Leg, noun: ET.Element, url: str) -> Generator[Waiting, Deed, dict[str, str]]:
    """Stay in the room until it ends or this leg goes."""
    room = leg.company.room((noun.text or "").strip())
    room.listen(leg.courier, url, noun.attrib)
    participant = Participant(
        leg,
        label=noun.get("participantLabel", ""),
        muted=noun.get("muted") == "true",
        starts=noun.get("startConferenceOnEnter", "true") == "true",
        ends=noun.get("endConferenceOnExit") == "true",
        coaching=noun.get("coach", ""),
    )
    room.enter(participant)
    try:
        yield Waiting("talking")
    except (Happened, HungUp):
        room.leave(participant)
        raise
    room.leave(participant)
    return {"DialCallStatus": "answered"}
