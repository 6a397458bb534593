"""Twilio's webhooks of a caller who waits in the queue: each round of the wait, and the keys of that wait.

The addresses are `/voice/calls/<sid>/queue/<turn>…`. They are no turns: a round changes nothing, and a key ends the
wait by `<Leave>`, after which Twilio requests the turn that goes on with the caller's choice. How many rounds a caller
has heard, and which place they were told last, stands in the address of the next round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, request
from msgspec.structs import replace

from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.runtime import Runtime
from ivr.engine.utterances import Utterance
from ivr.operations import announcements
from ivr.queue import entries
from ivr.queue.agents import agents_signed_on
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.wallet import directory
from ivr.wallet.business_days import Closing, is_open, next_closing
from ivr.web.guarded import guarded
from ivr.web.hold_music import music_url

CHOICES = {"1": "callback", "2": "menu", "*": "menu", "3": "note"}
"""What a key chooses: `*` leads back here as everywhere. Any other key is answered by the next round."""
STILL_WAITING = ("queue-still-1", "queue-still-2", "queue-still-3")
"""Said in turn while place and estimate are as they were told."""
CLOSING_SOON = 30
"""Minutes before closing from which it is told to callers for whom there is no estimate."""
ROUNDS_BETWEEN_KEYS = 3
"""Every so many rounds the keys are named again."""


@dataclass(frozen=True)
class _Hours:
    """Whether agents are at work for a caller's matter, when that ends, and in how many minutes."""

    open: bool
    closes: Closing | None
    minutes: float

    @classmethod
    def of(cls, conn: sa.Connection, runtime: Runtime, entry: AnyRow) -> _Hours:
        """By the wallet's hours, in business time."""
        now = runtime.clock(conn)
        info = directory.by_id(conn, entry.wallet)
        week = (info.staffed(entry.topic == "security"), now, info.timezone, info.calendar)
        closes = next_closing(*week)
        left = closes.at - now if closes else timedelta.max
        return cls(is_open(*week), closes, left / timedelta(minutes=1))


def queue_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice/calls/<sid>/queue/<turn>`; on a fault the caller hears music, and keeps the place."""

    def music(sid: str, turn: int) -> str:
        return twiml.entertain([], False, music_url(runtime), _key_url(runtime, sid, turn, request.args))

    room = Blueprint("queue", __name__, url_prefix="/voice/calls/<sid>/queue/<int(min=1):turn>")
    for path, view in {"": entertain, "/key": keyed}.items():
        room.add_url_rule(path, view.__name__, guarded(runtime, view, "/voice/calls/queue", music), methods=["POST"])
    return room


def entertain(runtime: Runtime, sid: str, turn: int) -> str:
    """One round: place and estimate, the keys, then music. Nobody waits for agents who have all signed off or closed.

    A caller whom an agent has claimed stays: closing time ends no talk.
    """
    with begin_read(runtime.engine) as conn:
        entry, now = entries.entry_of(conn, sid), runtime.machine()
        last = journal.rows(conn, sid)[-1]
        place = entries.place_of(conn, entry, now)
        staffed = entry is not None and bool(agents_signed_on(conn, entry.wallet, now))
        announced = _announced(conn, runtime, entry) if entry else []
        hours = _Hours.of(conn, runtime, entry) if entry else _Hours(False, None, 0)
    waiting = entry is not None and entry.status in entries.WAITING
    if entry is None or (waiting and not (staffed and hours.open)):
        with begin_write(runtime.engine) as conn:
            entries.leave(conn, sid, "failed" if hours.open else "closed", now)
        return twiml.LEAVE
    heard = {"round": str(_round() + 1), "told": _told(place)}
    said = _lines(place, entry, hours) if waiting else [Utterance("queue-being-connected")]
    if _round() == 0:
        said = [Utterance("announcement", {"text": text}) for text in announced] + said
    if entry.language == "both":
        said += [replace(one, language="other") for one in said]
    spoken = runtime.speaker.speak(said, last.language, last.at.date())
    key_url, then = _key_url(runtime, sid, turn, heard), _wait_url(runtime, sid, turn, heard)
    return twiml.entertain(spoken, last.slow, music_url(runtime), key_url, then)


def keyed(runtime: Runtime, sid: str, turn: int) -> str:
    """A key of the wait. A caller who has just been claimed by an agent stays."""
    choice = CHOICES.get(keys_of(request.form.get("Digits")) or "")
    with begin_write(runtime.engine) as conn:
        entry = entries.entry_of(conn, sid)
        offered = choice is not None and (choice != "note" or (entry is not None and _may_leave_note(entry)))
        left = offered and entries.leave(conn, sid, str(choice), runtime.machine())
    return twiml.LEAVE if left else entertain(runtime, sid, turn)


def result(runtime: Runtime, sid: str, told: str) -> str:
    """Twilio's QueueResult → how the wait ended, for the flow that waits for it."""
    with begin_write(runtime.engine) as conn:
        if told == "bridged":
            entries.connect(conn, sid, runtime.machine())
            entries.talked(conn, sid, runtime.machine())
        else:
            entries.leave(conn, sid, "full" if told == "queue-full" else "failed", runtime.machine())
        outcome = entries.outcome_of(conn, sid)
    return outcome or "failed"


def outcome(runtime: Runtime, sid: str) -> str | None:
    """How the call's last wait ended, for a request that does not say so; None when it never waited, or waits on."""
    with begin_read(runtime.engine) as conn:
        return entries.outcome_of(conn, sid)


def _announced(conn: sa.Connection, runtime: Runtime, entry: AnyRow) -> list[dict[str, str]]:
    """What operations announce to those who enter the queue."""
    return announcements.for_caller(conn, entry.wallet, "queue", runtime.clock(conn), entry.topic)


def _lines(place: entries.Place, entry: AnyRow, hours: _Hours) -> list[Utterance]:
    """What is said before the music of a round: place and estimate whenever they changed, else a short word."""
    number, said = _round(), []
    if number == 0 or request.args.get("told") != _told(place):
        said = _place_lines(place) + _closing_lines(place, hours)
    else:
        said = [Utterance(STILL_WAITING[number % len(STILL_WAITING)])]
    return said + (_keys(place, entry) if number % ROUNDS_BETWEEN_KEYS == 0 else [])


def _place_lines(place: entries.Place) -> list[Utterance]:
    said = [Utterance("queue-ahead", {"ahead": place.ahead}) if place.ahead else Utterance("queue-next")]
    if place.minutes is not None:
        said.append(Utterance("queue-minutes", {"minutes": place.minutes}))
    return said


def _closing_lines(place: entries.Place, hours: _Hours) -> list[Utterance]:
    """That the caller's turn will not come before closing, by the estimate; without one, only when that is."""
    if hours.closes is None:
        return []
    is_near = hours.minutes <= CLOSING_SOON if place.minutes is None else hours.minutes < place.minutes
    if not is_near:
        return []
    told = "queue-closes" if place.minutes is None else "queue-not-before-closing"
    at = hours.closes.at.isoformat()
    return [Utterance(told + ("-provisional" if hours.closes.provisional else ""), {"at": at})]


def _keys(place: entries.Place, entry: AnyRow) -> list[Utterance]:
    """A callback keeps the place as far as there is an estimate, which decides about its slot."""
    kept = place.minutes is not None
    said = [
        Utterance("queue-keys.callback-place" if kept else "queue-keys.callback", key="1"),
        Utterance("queue-keys.menu", key="2"),
    ]
    return [*said, Utterance("queue-keys.note", key="3")] if _may_leave_note(entry) else said


def _may_leave_note(entry: AnyRow) -> bool:
    """Whether the caller has chosen a language, in which they are told how to leave a note."""
    return bool(entry.language != "both")


def _round() -> int:
    """How many rounds of this wait the caller has heard."""
    return max(0, request.args.get("round", 0, type=int))


def _told(place: entries.Place) -> str:
    """A place and its estimate, for comparison with those of the next round."""
    return f"{place.ahead}-{place.minutes or 0}"


def _key_url(runtime: Runtime, sid: str, turn: int, heard: Mapping[str, str]) -> str:
    return f"{runtime.base_url}/voice/calls/{sid}/queue/{turn}/key{_query(heard)}"


def _wait_url(runtime: Runtime, sid: str, turn: int, heard: Mapping[str, str]) -> str:
    return f"{runtime.base_url}/voice/calls/{sid}/queue/{turn}{_query(heard)}"


def _query(heard: Mapping[str, str]) -> str:
    return f"?{urlencode(heard)}" if heard else ""
