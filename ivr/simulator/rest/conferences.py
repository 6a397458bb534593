"""Conferences and their participants."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.account import Participant, Room
from ivr.simulator.account.leg_events import Deed, Target
from ivr.simulator.calls.call_runner import Switchboard
from ivr.simulator.rest.responses import PREFIX, RestError, not_found, page, uri, when
from ivr.simulator.webhooks.delivery import Courier
from ivr.simulator.webhooks.status_callbacks import Notices

ROOM = f"{PREFIX}/Conferences"


def add(rest: Blueprint, board: Switchboard) -> None:
    """The routes."""
    company = board.company

    def found(sid: str) -> Room:
        live = [one for one in company.rooms if sid == one.sid or (sid == one.name and one.status != "completed")]
        if not live:
            raise not_found()
        return live[0]

    def inside(room: Room, name: str) -> Participant:
        one = next((one for one in room.participants if name in (one.leg.sid, one.label)), None)
        if one is None:
            raise not_found()
        return one

    @rest.get(f"{ROOM}.json")
    def list_rooms(account: str) -> Response:
        wanted = request.args
        rows = [
            room
            for room in company.rooms
            if wanted.get("FriendlyName", room.name) == room.name and wanted.get("Status", room.status) == room.status
        ]
        return jsonify(page("conferences", rows, _room))

    @rest.route(f"{ROOM}/<sid>.json", methods=["GET", "POST"])
    def one_room(account: str, sid: str) -> Response:
        room = found(sid)
        if request.method == "POST" and request.form.get("Status") == "completed":
            room.end()
        return jsonify(_room(room))

    @rest.get(f"{ROOM}/<sid>/Participants.json")
    def list_participants(account: str, sid: str) -> Response:
        room = found(sid)
        return jsonify(page("participants", room.participants, lambda one: _participant(room, one)))

    @rest.post(f"{ROOM}/<sid>/Participants.json")
    def invite(account: str, sid: str) -> tuple[Response, int]:
        to, caller = request.form.get("To", ""), request.form.get("From", "")
        if not to or not caller:
            raise RestError(400, 21201 if not to else 21213, "'To' and 'From' are required")
        name = next((room.name for room in company.rooms if room.sid == sid), sid)
        notices = Notices(Courier(board.transport, board.token), request.form.get("StatusCallback", ""))
        call = board.ring(to, caller, Target("inline:", inline=_invitation(name)), notices)
        label = request.form.get("Label", "")
        newcomer = Participant(
            call.leg, label=label, muted=_is("Muted"), coaching=request.form.get("CallSidToCoach", "")
        )
        return jsonify(_participant(company.room(name), newcomer) | {"status": "queued"}), 201

    @rest.route(f"{ROOM}/<sid>/Participants/<name>.json", methods=["GET", "POST"])
    def one_participant(account: str, sid: str, name: str) -> Response:
        room = found(sid)
        one = inside(room, name)
        if request.method == "POST":
            _change(room, one)
            one.ends = _is("EndConferenceOnExit", one.ends)
            one.coaching = (
                request.form.get("CallSidToCoach", one.coaching) if _is("Coaching", bool(one.coaching)) else ""
            )
        return jsonify(_participant(room, one))

    @rest.delete(f"{ROOM}/<sid>/Participants/<name>.json")
    def put_out(account: str, sid: str, name: str) -> tuple[str, int]:
        board.post(inside(found(sid), name).leg, Deed())
        return "", 204


def _change(room: Room, one: Participant) -> None:
    for kind, name in (("mute", "muted"), ("hold", "hold")):
        before, after = getattr(one, name), _is(name.title(), getattr(one, name))
        setattr(one, name, after)
        if before != after:
            room.tell(kind, f"participant-{'' if after else 'un'}{kind}", one)


def _invitation(name: str) -> str:
    wanted = {
        "participantLabel": "Label", "startConferenceOnEnter": "StartConferenceOnEnter", "beep": "Beep",
        "endConferenceOnExit": "EndConferenceOnExit", "muted": "Muted", "coach": "CallSidToCoach",
        "statusCallback": "ConferenceStatusCallback", "statusCallbackEvent": "ConferenceStatusCallbackEvent",
    }  # fmt: skip
    given = {mine: " ".join(request.form.getlist(theirs)) for mine, theirs in wanted.items()}
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in given.items() if value)
    return f"<Response><Dial><Conference{attributes}>{escape(name)}</Conference></Dial></Response>"


def _is(name: str, default: bool = False) -> bool:
    return request.form.get(name, str(default)).lower() == "true"


def _room(room: Room) -> dict[str, Any]:
    account = room.company.account
    own = uri(account, "Conferences", room.sid)
    return {
        "sid": room.sid, "account_sid": account, "friendly_name": room.name, "status": room.status, "region": "us1",
        "api_version": "2010-04-01", "date_created": when(room.created), "date_updated": when(room.created),
        "uri": own, "reason_conference_ended": None, "call_sid_ending_conference": None,
        "subresource_uris": {name: own.replace(".json", f"/{name.title()}.json") for name in ("participants", "recordings")},
    }  # fmt: skip


def _participant(room: Room, one: Participant) -> dict[str, Any]:
    account = room.company.account
    return {
        "call_sid": one.leg.sid, "conference_sid": room.sid, "account_sid": account, "label": one.label or None,
        "muted": one.muted, "hold": one.hold, "coaching": bool(one.coaching), "call_sid_to_coach": one.coaching or None,
        "start_conference_on_enter": one.starts, "end_conference_on_exit": one.ends, "status": "connected",
        "queue_time": "0", "date_created": when(one.created), "date_updated": when(one.created),
        "uri": uri(account, "Conferences", room.sid, "Participants", one.leg.sid),
    }  # fmt: skip
