"""`<Dial><Conference>`: enter a conference by name; `endConferenceOnExit` ends it for everybody."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator

from ivr.simulator.account.conferences import Participant
from ivr.simulator.account.leg_events import HungUp, Input, Interruption, Waiting
from ivr.simulator.twiml import validation
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.webhooks.delivery import WebhookFailed


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
    if conference.status == "init" and noun.get("waitUrl"):
        play_document(leg, leg.webhooks.resolve(url, noun.get("waitUrl", "")), noun.get("waitMethod", "POST"))
    try:
        yield Waiting("talking")
    except (Interruption, HungUp):
        conference.leave(participant)
        raise
    conference.leave(participant)
    return {"DialCallStatus": "answered"}


def play_document(leg: Leg, url: str, method: str) -> None:
    """Play what a conference's waitUrl or HoldUrl returns, once; real calls hear it for as long as they wait.

    A document that fails is silence here. Twilio refuses to establish a conference whose waitUrl fails.
    """
    try:
        answer = leg.webhooks.deliver(url, leg.parameters, method, leg.clock)
    except WebhookFailed as fault:
        leg.faults.append(fault)
        return
    if problems := validation.check(answer.body, "hold"):
        leg.warnings += [f"{url}: {problem}" for problem in problems]
        return
    for verb in ET.fromstring(answer.body):
        if verb.tag in ("Say", "Play"):
            leg.play(verb)
