"""The Conferences and Participants resources."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from twilio.twiml.voice_response import VoiceResponse

from ivr.simulator.account.conferences import Conference, Participant
from ivr.simulator.account.leg_events import Input, Target
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.rest.calls import checked
from ivr.simulator.rest.responses import PREFIX, RestError, not_found, page, uri, when
from ivr.simulator.twiml.dial_conference import play_document
from ivr.simulator.webhooks.delivery import WebhookSender
from ivr.simulator.webhooks.status_callbacks import StatusCallbacks

CONFERENCES = f"{PREFIX}/Conferences"
INVITATION = {
    "participant_label": "Label",
    "start_conference_on_enter": "StartConferenceOnEnter",
    "beep": "Beep",
    "end_conference_on_exit": "EndConferenceOnExit",
    "muted": "Muted",
    "coach": "CallSidToCoach",
    "status_callback": "ConferenceStatusCallback",
    "status_callback_event": "ConferenceStatusCallbackEvent",
}
"""The attributes of `<Conference>` (as the library names them), by parameter of the request."""


def add(rest: Blueprint, runner: CallRunner) -> None:
    """Add the routes of this resource."""
    account = runner.account

    def found(sid: str) -> Conference:
        live = [one for one in account.conferences if sid == one.sid or (sid == one.name and one.status != "completed")]
        if not live:
            raise not_found()
        return live[0]

    def inside(conference: Conference, name: str) -> Participant:
        one = next((one for one in conference.participants if name in (one.leg.sid, one.label)), None)
        if one is None:
            raise not_found()
        return one

    @rest.get(f"{CONFERENCES}.json")
    def list_conferences(account_sid: str) -> Response:
        wanted = request.args
        rows = [
            conference
            for conference in account.conferences
            if wanted.get("FriendlyName", conference.name) == conference.name
            and wanted.get("Status", conference.status) == conference.status
        ]
        return jsonify(page("conferences", rows, _conference))

    @rest.route(f"{CONFERENCES}/<sid>.json", methods=["GET", "POST"])
    def one_conference(account_sid: str, sid: str) -> Response:
        conference = found(sid)
        if request.method == "POST" and request.form.get("Status") == "completed":
            conference.end()
        return jsonify(_conference(conference))

    @rest.get(f"{CONFERENCES}/<sid>/Participants.json")
    def list_participants(account_sid: str, sid: str) -> Response:
        conference = found(sid)
        return jsonify(page("participants", conference.participants, lambda one: _participant(conference, one)))

    @rest.post(f"{CONFERENCES}/<sid>/Participants.json")
    def invite(account_sid: str, sid: str) -> tuple[Response, int]:
        to, caller = request.form.get("To", ""), request.form.get("From", "")
        if not to or not caller:
            raise RestError(400, 21201 if not to else 21213, "'To' and 'From' are required")
        name = next((conference.name for conference in account.conferences if conference.sid == sid), sid)
        status_callbacks = StatusCallbacks(
            WebhookSender(runner.transport, runner.token), request.form.get("StatusCallback", "")
        )
        call = runner.ring(to, caller, Target("inline:", inline=_invitation(name)), status_callbacks)
        label = request.form.get("Label", "")
        newcomer = Participant(
            call.leg, label=label, muted=_is("Muted"), coaching=request.form.get("CallSidToCoach", "")
        )
        return jsonify(_participant(account.conference(name), newcomer) | {"status": "queued"}), 201

    @rest.route(f"{CONFERENCES}/<sid>/Participants/<name>.json", methods=["GET", "POST"])
    def one_participant(account_sid: str, sid: str, name: str) -> Response:
        conference = found(sid)
        one = inside(conference, name)
        if request.method == "POST":
            was_held = one.hold
            _change(conference, one)
            held = runner.find(one.leg.sid)
            if one.hold and not was_held and held and request.form.get("HoldUrl"):
                url = checked(request.form["HoldUrl"], 21205, "HoldUrl")
                play_document(held[1], url, request.form.get("HoldMethod", "GET"))
        return jsonify(_participant(conference, one))

    @rest.delete(f"{CONFERENCES}/<sid>/Participants/<name>.json")
    def remove_participant(account_sid: str, sid: str, name: str) -> tuple[str, int]:
        runner.post(inside(found(sid), name).leg, Input())
        return "", 204


def _change(conference: Conference, one: Participant) -> None:
    for kind, name in (("mute", "muted"), ("hold", "hold")):
        was, after = getattr(one, name), _is(name.title(), getattr(one, name))
        setattr(one, name, after)
        if was != after:
            conference.report(kind, f"participant-{'' if after else 'un'}{kind}", one)
    before = (one.ends, one.coaching)
    one.ends = _is("EndConferenceOnExit", one.ends)
    coaches = _is("Coaching", bool(one.coaching))
    one.coaching = request.form.get("CallSidToCoach", one.coaching) if coaches else ""
    if before != (one.ends, one.coaching):
        conference.report("modify", "participant-modify", one)


def _invitation(name: str) -> str:
    """The TwiML that brings the invited leg into the conference, with the attributes of the request."""
    given = {attribute: " ".join(request.form.getlist(field)) for attribute, field in INVITATION.items()}
    response = VoiceResponse()
    response.dial().conference(name, **{attribute: value for attribute, value in given.items() if value})
    return str(response)


def _is(name: str, default: bool = False) -> bool:
    return request.form.get(name, str(default)).lower() == "true"


def _conference(conference: Conference) -> dict[str, Any]:
    account_sid = conference.account_sid
    own = uri(account_sid, "Conferences", conference.sid)
    return {
        "sid": conference.sid,
        "account_sid": account_sid,
        "friendly_name": conference.name,
        "status": conference.status,
        "region": "us1",
        "api_version": "2010-04-01",
        "date_created": when(conference.created),
        "date_updated": when(conference.created),
        "uri": own,
        "reason_conference_ended": None,
        "call_sid_ending_conference": None,
        "subresource_uris": {
            name: own.replace(".json", f"/{name.title()}.json") for name in ("participants", "recordings")
        },
    }


def _participant(conference: Conference, one: Participant) -> dict[str, Any]:
    account_sid = conference.account_sid
    return {
        "call_sid": one.leg.sid,
        "conference_sid": conference.sid,
        "account_sid": account_sid,
        "label": one.label or None,
        "muted": one.muted,
        "hold": one.hold,
        "coaching": bool(one.coaching),
        "call_sid_to_coach": one.coaching or None,
        "start_conference_on_enter": one.starts,
        "end_conference_on_exit": one.ends,
        "status": "connected",
        "queue_time": "0",
        "date_created": when(one.created),
        "date_updated": when(one.created),
        "uri": uri(account_sid, "Conferences", conference.sid, "Participants", one.leg.sid),
    }
