"""Recordings that Twilio reports: in the request of a turn, at the end of a call, and in status callbacks.

Their URL is not stored: the id is enough, and a URL might give access to the recording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from ivr.engine.entries import keys_of
from ivr.engine.prompts import Recorded
from ivr.engine.runtime import Runtime
from ivr.storage.database import begin_write
from ivr.voice_notes.notes import register_recording

SID = re.compile(r"(?:^|/)(RE[0-9a-f]{32})$")


def recordings_blueprint(runtime: Runtime) -> Blueprint:
    """`/voice/calls/<sid>/recordings/<turn>`; unsigned requests are refused by the voice blueprint."""
    room = Blueprint("recordings", __name__, url_prefix="/voice/calls/<sid>/recordings")

    @room.post("/<int(min=1):turn>")
    def told(sid: str, turn: int) -> Response:
        try:
            take(runtime, sid, turn, request.form)
        except Exception as fault:  # also the database driver's, and a turn number too large for the database
            runtime.log.error("webhook failed", path="/voice/recordings", type=type(fault).__name__)
        return Response(status=204)

    return room


def take(runtime: Runtime, call: str, turn: int, form: Mapping[str, str]) -> Recorded | None:
    """Store the recording that a form reports; None when it reports none."""
    found = SID.search(form.get("RecordingSid") or form.get("RecordingUrl") or "")
    if found is None:
        return None
    told = form.get("RecordingDuration", "")
    seconds = int(told) if re.fullmatch("[0-9]{1,5}", told) else None
    final = form.get("RecordingStatus") == "completed"
    with begin_write(runtime.engine) as conn:
        known = register_recording(conn, call, turn, Recorded(found[1], seconds), datetime.now(UTC), final)
    return Recorded(found[1], known or seconds, keys_of(form.get("Digits")))
