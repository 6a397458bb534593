"""Twilio's webhooks of a talk in a conference: each leg's documents, the conference's notices, the music on hold, and
the caller's way on.

The addresses are `/voice/talks/<id>…`; unsigned requests are refused by the voice blueprint. The caller has no address
here: what ends their bridge or conference is their own turn after the wait, which asks `caller_goes_on` first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request

from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.rendering import wait_in_queue
from ivr.engine.runtime import Runtime
from ivr.engine.secrets import BrokenSeal
from ivr.engine.speaking import SpokenText
from ivr.engine.twiml import Seat
from ivr.engine.utterances import Utterance
from ivr.follow_up.outbox import QUEUED
from ivr.handover.whisper import announcement, whisper
from ivr.queue import entries
from ivr.queue.ringing import LEG_ENDED
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.talks import browser_legs, notices
from ivr.talks import talk as state
from ivr.talks.steps import coached_call, turn_url
from ivr.web.guarded import View, guarded, hang_up
from ivr.web.hold_music import music_url

ID = "<string(length=16):talk>"
LEG = f"/{ID}/legs/<string(length=16):leg>"
ENDED_BY_THE_QUEUE = ("bridged", "bridging-in-process")


def talks_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice/talks/<talk>`. On any fault a leg is hung up, except by the notices and the music,
    which end nobody."""

    def music(talk: str) -> str:
        return twiml.on_hold([], music_url(runtime), request.base_url)

    room = Blueprint("talks", __name__, url_prefix="/voice/talks")
    views: dict[str, tuple[View, View]] = {
        LEG: (arrive, hang_up),
        f"{LEG}/answer": (answered, hang_up),
        f"{LEG}/after": (after, hang_up),
        f"{LEG}/status": (leg_status, hang_up),
        f"/{ID}/notices": (notice, _ask_again),
        f"/{ID}/hold": (on_hold, music),
    }
    for path, (view, on_fault) in views.items():
        answer = guarded(runtime, view, "/voice/talks", on_fault)
        room.add_url_rule(path, view.__name__, answer, methods=["POST"])
    return room


def _ask_again(**_path: object) -> str:
    """Twilio repeats a notice that was refused."""
    abort(503)


def arrive(runtime: Runtime, talk: str, leg: str) -> str:
    """The agent's leg goes to the conference; whoever is rung hears what a mailbox may hear, and key 1 to accept."""
    with begin_write(runtime.engine) as conn:
        found, mine = _live(conn, talk, leg)
        if found is None or mine is None:
            return twiml.HANG_UP
        if mine.role == "agent" or mine.state == "joined":
            return _confer(runtime, found, _seat(conn, found, mine))
        if mine.call is None:
            state.change_leg(conn, leg, call=request.form.get("CallSid"))
        if browser_legs.needs_no_key(mine):
            return _take(runtime, conn, found, mine)
        spoken = announcement(conn, found.call, found.wallet, runtime.speaker)
    return twiml.decide(spoken, f"{runtime.base_url}/voice/talks/{talk}/legs/{leg}/answer")


def answered(runtime: Runtime, talk: str, leg: str) -> str:
    """Key 1: a colleague hears the summary and the agent's note, and then the conference. Any other key declines."""
    with begin_write(runtime.engine) as conn:
        found, mine = _live(conn, talk, leg)
        if found is None or mine is None:
            return twiml.HANG_UP
        if keys_of(request.form.get("Digits")) != "1":
            state.leg_ended(conn, leg, "declined", runtime.machine())
            return twiml.HANG_UP
        return _take(runtime, conn, found, mine)


def _take(runtime: Runtime, conn: sa.Connection, talk: AnyRow, leg: AnyRow) -> str:
    """Whoever has accepted goes to the conference, a colleague after the summary and the agent's note."""
    state.answered(conn, leg)
    spoken: list[SpokenText] = []
    if leg.role == "consulted":
        spoken = whisper(conn, talk.call, runtime.speaker) + note_of(runtime, conn, talk)
    return twiml.says(spoken) + _confer(runtime, talk, _seat(conn, talk, leg))


def after(runtime: Runtime, talk: str, leg: str) -> str:
    """This leg has left the conference by itself, or the conference has ended."""
    with begin_write(runtime.engine) as conn:
        state.leg_ended(conn, leg, "done", runtime.machine())
    return twiml.HANG_UP


def leg_status(runtime: Runtime, talk: str, leg: str) -> str:
    """The status callback of a leg that was rung for this talk."""
    status = request.form.get("CallStatus", "")
    with begin_write(runtime.engine) as conn:
        found = state.leg_of(conn, leg)
        if found is not None and found.call is None:
            state.change_leg(conn, leg, call=request.form.get("CallSid"))
        if status in LEG_ENDED:
            state.leg_ended(conn, leg, LEG_ENDED[status], runtime.machine())
    return ""


def notice(runtime: Runtime, talk: str) -> str:
    """The conference's status callback."""
    with begin_write(runtime.engine) as conn:
        notices.take(conn, talk, request.form, runtime.machine())
    return ""


def on_hold(runtime: Runtime, talk: str) -> str:
    """What somebody on hold hears, and who waits alone in the conference."""
    with begin_read(runtime.engine) as conn:
        found = state.find(conn, talk)
        spoken = _say(runtime, conn, found.call, "queue-on-hold") if found is not None else []
    return twiml.on_hold(spoken, music_url(runtime), f"{runtime.base_url}/voice/talks/{talk}/hold")


def caller_goes_on(runtime: Runtime, sid: str, turn: int, form: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    """The document of a caller whose talk has not ended, although their bridge or conference has; empty: the flow."""
    of_a_talk = form.get("QueueResult") in ENDED_BY_THE_QUEUE or asked.get("talk") or asked.get("again")
    if not of_a_talk:
        return ""
    with begin_write(runtime.engine) as conn:
        if form.get("QueueResult") in ENDED_BY_THE_QUEUE:
            entries.connect(conn, sid, runtime.machine())
        goes = state.caller_goes_on(conn, sid, turn, runtime.machine())
        if goes is None or goes[0] == "flow":
            return ""
        way, talk = goes
        if way == "queue":
            spoken = _say(runtime, conn, sid, "queue-one-moment")
            entry = entries.entry_of(conn, sid)
            task = entries.task_of(entry, runtime.machine()) if entry is not None else None
            waits = wait_in_queue(runtime, sid, turn, task)
            return twiml.document(twiml.says(spoken) + waits)
        caller = state.legs_of(conn, talk.id, "caller")[0]
    action = turn_url(runtime.base_url, sid, turn).removesuffix(twiml.OVERRIDES)
    return twiml.document(_confer(runtime, talk, Seat(caller.id), action))


def note_of(runtime: Runtime, conn: sa.Connection, talk: AnyRow) -> list[SpokenText]:
    """The agent's note for the colleague, in the language of the call."""
    if not talk.note_sealed:
        return []
    rows = journal.rows(conn, talk.call)
    try:
        text = runtime.sealer.for_call(journal.key(conn, talk.call)).open(talk.note_sealed)
    except BrokenSeal:
        return []
    return [SpokenText(text, rows[-1].language if rows else "zh")]


def _live(conn: sa.Connection, talk: str, leg: str) -> tuple[AnyRow | None, AnyRow | None]:
    """A talk that goes on, and a leg of it that has not left."""
    found, mine = state.find(conn, talk), state.leg_of(conn, leg)
    if found is None or found.status != QUEUED or found.plan is not None:
        return None, None
    return found, mine if mine is not None and mine.talk == talk and mine.state != "left" else None


def _seat(conn: sa.Connection, talk: AnyRow, leg: AnyRow) -> Seat:
    return Seat(leg.id, leg.hears == "listen", coached_call(conn, talk, leg))


def _confer(runtime: Runtime, talk: AnyRow, seat: Seat, action: str = "") -> str:
    base = f"{runtime.base_url}/voice/talks/{talk.id}"
    return twiml.confer(talk.id, seat, action or f"{base}/legs/{seat.label}/after", f"{base}/notices", f"{base}/hold")


def _say(runtime: Runtime, conn: sa.Connection, call: str, message: str) -> list[SpokenText]:
    rows = journal.rows(conn, call)
    return runtime.speaker.speak([Utterance(message)], rows[-1].language if rows else "zh", date.min)
