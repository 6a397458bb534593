"""Conferences of an account: participants, when a conference starts and ends, and its status callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from ivr.simulator.account.leg_events import Event, Input, Party
from ivr.simulator.account.sids import new_sid, now
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender

NOTHING_MORE: Mapping[str, str] = {}


@dataclass(eq=False)
class Participant:
    """A leg in a conference."""

    leg: Party
    label: str = ""
    muted: bool = False
    hold: bool = False
    starts: bool = True
    """Whether the conference may start when this participant enters (`startConferenceOnEnter`)."""
    ends: bool = False
    """Whether the conference ends when this participant leaves (`endConferenceOnExit`)."""
    coaching: str = ""
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Conference:
    """A conference; its status callbacks are those that the first participant asked for."""

    name: str
    account_sid: str
    post: Callable[[Party, Event], None]
    sid: str = field(default_factory=lambda: new_sid("CF"))
    status: str = "init"
    participants: list[Participant] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    reports: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _webhooks: WebhookSender | None = None
    _callback: str = ""
    _events: frozenset[str] = frozenset()

    def listen(self, webhooks: WebhookSender, base: str, attributes: Mapping[str, str]) -> None:
        """Take the callback attributes of the first participant; later ones are ignored."""
        if self._webhooks is None:
            self._webhooks = webhooks
            callback = attributes.get("statusCallback", "")
            self._callback = webhooks.resolve(base, callback) if callback else ""
            self._events = frozenset(attributes.get("statusCallbackEvent", "").split())

    def enter(self, participant: Participant) -> None:
        """Add a participant; the conference starts with two, one of whom may start it."""
        self.participants.append(participant)
        self.report("join", "participant-join", participant)
        if self.status == "init" and len(self.participants) > 1 and any(one.starts for one in self.participants):
            self.status = "in-progress"
            self.report("start", "conference-start")

    def leave(self, participant: Participant) -> None:
        """Remove a participant; the conference ends with the last one, or with one whose exit ends it."""
        if participant not in self.participants:
            return
        self.participants.remove(participant)
        reason = "participant_hung_up" if self.status != "completed" else "conference_ended"
        self.report("leave", "participant-leave", participant, {"ReasonParticipantLeft": reason})
        if participant.ends or not self.participants:
            self.end(participant.leg.sid)

    def end(self, by: str = "") -> None:
        """End every participant's `<Dial>`."""
        if self.status == "completed":
            return
        self.status = "completed"
        self.report("end", "conference-end", more={"CallSidEndingConference": by} if by else {})
        for one in tuple(self.participants):
            self.post(one.leg, Input())

    def report(
        self, kind: str, event: str, participant: Participant | None = None, more: Mapping[str, str] = NOTHING_MORE
    ) -> None:
        """Send a status callback for an event, if events of this kind were asked for."""
        if not self._webhooks or not self._callback or kind not in self._events:
            return
        form = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self.account_sid,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(len(self.reports)),
            "Timestamp": format_datetime(now()),
            **more,
        }
        if participant:
            form |= {
                "CallSid": participant.leg.sid,
                "Muted": str(participant.muted).lower(),
                "Hold": str(participant.hold).lower(),
                "Coaching": str(bool(participant.coaching)).lower(),
                "StartConferenceOnEnter": str(participant.starts).lower(),
                "EndConferenceOnExit": str(participant.ends).lower(),
            }
            if participant.label:
                form["ParticipantLabel"] = participant.label
        self.reports.append((event, form))
        try:
            self._webhooks.deliver(self._callback, form)
        except WebhookFailed as fault:
            self._webhooks.faults.append(fault)
