"""Twilio's webhooks of a caller who waits in the queue: each round of the wait, and the keys of that wait.

The addresses are `/voice/calls/<sid>/queue/<turn>…`. They are no turns: a round changes nothing, and a key ends the
wait by
`<Leave>`, after which Twilio requests the turn that goes on with the caller's choice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, request
from msgspec.structs import replace

from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.runtime import Runtime
from ivr.engine.utterances import Utterance
from ivr.queue import entries
from ivr.queue.agents import agents_signed_on
from ivr.storage.database import begin_read, begin_write
from ivr.web.hold_music import music_url

CHOICES = {"1": "callback", "2": "menu", "*": "menu"}
"""What a key chooses: `*` leads back here as everywhere. Any other key is answered by the next round."""


def queue_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice/calls/<sid>/queue/<turn>`."""
    room = Blueprint("queue", __name__, url_prefix="/voice/calls/<sid>/queue/<int(min=1):turn>")
    for path, view in {"": entertain, "/key": keyed}.items():
        room.add_url_rule(path, view.__name__, _guarded(runtime, view), methods=["POST"])
    return room


def _guarded(runtime: Runtime, view: Callable[[Runtime, str, int], str]) -> Callable[..., Response]:
    """On any fault the caller hears music for a round and keeps their place."""

    @wraps(view)
    def answer(sid: str, turn: int) -> Response:
        try:
            body = view(runtime, sid, turn)
        except Exception as error:
            runtime.log.error("webhook failed", path="/voice/calls/queue", type=type(error).__name__)
            body = twiml.entertain([], False, music_url(runtime), _key_url(runtime, sid, turn))
        return Response(twiml.document(body), mimetype="text/xml")

    return answer


def entertain(runtime: Runtime, sid: str, turn: int) -> str:
    """One round: place and estimate, the keys, then music. Nobody waits for agents who have all signed off."""
    with begin_read(runtime.engine) as conn:
        entry, now = entries.entry_of(conn, sid), runtime.machine()
        last = journal.rows(conn, sid)[-1]
        place = entries.place_of(conn, entry, now)
        staffed = entry is not None and bool(agents_signed_on(conn, entry.wallet))
    if entry is None or not (staffed or entry.status not in entries.WAITING):
        with begin_write(runtime.engine) as conn:
            entries.leave(conn, sid, "failed", now)
        return twiml.LEAVE
    said = _lines(place, entry.status in entries.WAITING)
    if entry.language == "both":
        said += [replace(one, language="other") for one in said]
    spoken = runtime.speaker.speak(said, last.language, last.at.date())
    return twiml.entertain(spoken, last.slow, music_url(runtime), _key_url(runtime, sid, turn))


def keyed(runtime: Runtime, sid: str, turn: int) -> str:
    """A key of the wait. A caller who has just been claimed by an agent stays."""
    choice = CHOICES.get(keys_of(request.form.get("Digits")) or "")
    if choice is None:
        return entertain(runtime, sid, turn)
    with begin_write(runtime.engine) as conn:
        left = entries.leave(conn, sid, choice, runtime.machine())
    return twiml.LEAVE if left else entertain(runtime, sid, turn)


def result(runtime: Runtime, sid: str, told: str) -> str:
    """Twilio's QueueResult → how the wait ended, for the flow that waits for it."""
    with begin_write(runtime.engine) as conn:
        if told == "bridged":
            entries.connect(conn, sid, runtime.machine())
            entries.talked(conn, sid, runtime.machine())
        else:
            entries.leave(conn, sid, "failed", runtime.machine())
        outcome = entries.outcome_of(conn, sid)
    return outcome or "failed"


def outcome(runtime: Runtime, sid: str) -> str | None:
    """How the call's last wait ended, for a request that does not say so; None when it never waited, or waits on."""
    with begin_read(runtime.engine) as conn:
        return entries.outcome_of(conn, sid)


def _lines(place: entries.Place, waiting: bool) -> list[Utterance]:
    """What is said before the music of a round."""
    if not waiting:
        return [Utterance("queue-being-connected")]
    said = [Utterance("queue-ahead", {"ahead": place.ahead}) if place.ahead else Utterance("queue-next")]
    if place.minutes is not None:
        said.append(Utterance("queue-minutes", {"minutes": place.minutes}))
    return [*said, Utterance("queue-keys.callback", key="1"), Utterance("queue-keys.menu", key="2")]


def _key_url(runtime: Runtime, sid: str, turn: int) -> str:
    return f"{runtime.base_url}/voice/calls/{sid}/queue/{turn}/key"
