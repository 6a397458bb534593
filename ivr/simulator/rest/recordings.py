"""The Recordings resource: list, fetch, delete, and the audio file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.recordings import Recording
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.rest.responses import PREFIX, not_found, page, uri, when


def add(rest: Blueprint, runner: CallRunner) -> None:
    """Add the routes of this resource."""
    account = runner.account

    def found(sid: str, deleted: bool = False) -> Recording:
        one = next((one for one in account.recordings if one.sid == sid and (deleted or not one.deleted)), None)
        if one is None:
            raise not_found()
        return one

    def show(one: Recording) -> dict[str, Any]:
        return _recording(account.sid, one, account.recording_url(one))

    @rest.get(f"{PREFIX}/Recordings.json", defaults={"call": ""})
    @rest.get(f"{PREFIX}/Calls/<call>/Recordings.json")
    def list_recordings(account_sid: str, call: str) -> Response:
        wanted = call or request.args.get("CallSid", "")
        rows = [one for one in account.recordings if not one.deleted and wanted in ("", one.call)]
        return jsonify(page("recordings", rows, show))

    @rest.get(f"{PREFIX}/Recordings/<sid>.json")
    def fetch_recording(account_sid: str, sid: str) -> Response:
        return jsonify(show(found(sid, request.args.get("IncludeSoftDeleted") == "true")))

    @rest.delete(f"{PREFIX}/Recordings/<sid>.json")
    def delete_recording(account_sid: str, sid: str) -> tuple[str, int]:
        found(sid).deleted = True  # the file is deleted, the row stays for a while
        return "", 204

    @rest.get(f"{PREFIX}/Recordings/<sid>", endpoint="sound")
    @rest.get(f"{PREFIX}/Recordings/<sid>.wav", endpoint="sound")
    def sound(account_sid: str, sid: str) -> Response:
        return Response(found(sid).sound(), mimetype="audio/x-wav")


def _recording(account_sid: str, one: Recording, address: str) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": account_sid,
        "call_sid": one.call,
        "conference_sid": None,
        "status": "deleted" if one.deleted else "completed",
        "duration": str(int(one.seconds)),
        "channels": 1,
        "source": one.source,
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "date_created": when(one.created),
        "start_time": when(one.created),
        "date_updated": when(one.created),
        "encryption_details": None,
        "media_url": address,
        "uri": uri(account_sid, "Recordings", one.sid),
        "subresource_uris": {},
    }
