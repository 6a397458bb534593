"""A turn: one webhook, one row of the journal, one transaction.

Read the journal; replay; play on with what was keyed; render; commit. An older turn gets its stored
reply, one too early the last one. Bugs, divergence and a lost database end in words, never in a 5xx:
a failed turn keeps the steps that ran, its own writes are rolled back and marked so, and the rescue story
(apology, then a person) is played in the same row.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from ivr.engine import claims, journal, twiml
from ivr.engine.call import Call, Line
from ivr.engine.journal import Last, Row
from ivr.engine.playing import Input, Playing
from ivr.engine.rendering import render
from ivr.engine.replay import FILLER, Asking, Diverged, Played, Player, Step
from ivr.engine.runtime import Runtime, position
from ivr.storage import Borrowed, begin_read

LOSER_SECONDS = 8.0
TURNS_A_CALL = 200


class Forgotten(LookupError):
    """A turn is asked for whose call has fewer: its rows are gone, or they are in another database."""


class _Here(msgspec.Struct, frozen=True):
    """Where a call stands: its story, what that began with, its steps, whether it begins with this turn, what was keyed."""

    story: str
    opening: dict[str, Any]
    steps: list[Step]
    begins: bool
    keyed: Input | None


def take_turn(runtime: Runtime, sid: str, turn: int, keyed: Input | None, start: dict[str, Any] | None = None) -> str:
    """Answer turn `turn` of call `sid`; the TwiML document.

    `start` holds the language and the facts that a new call begins with; its first row keeps them. Whoever loses the turn
    waits for the winner's reply, and takes the turn again when the winner has died; after 8 s the caller hears a word
    and asks again. Raises Forgotten.
    """
    until = time.monotonic() + LOSER_SECONDS
    while True:
        with suppress(claims.Lost):
            return _take(runtime, sid, turn, keyed, start)
        if not _winner_is_done(runtime, sid, turn, until):
            return _one_moment(runtime, sid, turn, start)


def _take(runtime: Runtime, sid: str, turn: int, keyed: Input | None, start: dict[str, Any] | None) -> str:
    """The stored reply, or the turn played; raises Lost."""
    with Borrowed(runtime.engine) as own:
        with runtime.looks.through(own) as conn:
            past = journal.past(conn, sid, runtime.look)
            runtime = runtime.under(past.key)
            if past.last and (turn != past.turns or past.last.wait is None):
                return runtime.sealer.open(str(journal.reply(conn, sid, min(turn, past.turns - 1))))
            if turn > past.turns:
                raise Forgotten(f"turn {turn} of a call that has {past.turns} turns")
            now = runtime.clock(conn)
            opening = {"language": "zh", "slow": False, "facts": {}, **(past.opening or start or {})}
            here = _Here(past.last.story if past.last else "main", opening, past.steps, past.last is None, keyed)
            here = _as_switched(runtime, conn, here, past.last) if past.beside else here
        return _play(runtime, own, sid, turn, here, past.last, now)


def _as_switched(runtime: Runtime, conn: sa.Connection, here: _Here, last: Last | None) -> _Here:
    """Operations may have switched the line: then its own story begins, with all that is known."""
    facts = last.facts if last else here.opening["facts"]
    switched = runtime.switched(conn, facts) if here.story == "main" else None
    if switched is None:
        return here
    story, facts = switched
    spoken = {"language": last.language, "slow": last.slow} if last else {}
    return _Here(story, {**here.opening, **spoken, "facts": facts}, [], True, None)


def _play(runtime: Runtime, own: Borrowed, sid: str, turn: int, here: _Here, last: Last | None, now: datetime) -> str:
    opening = here.opening
    call = Call(sid, opening["language"], opening["slow"], dict(opening["facts"]))
    now = now.astimezone(ZoneInfo(call.facts["timezone"])) if "timezone" in call.facts else now
    after_filler = last is not None and last.wait is not None and last.wait["name"] == FILLER.name
    playing = Playing(runtime, call, turn, here.keyed, now, own, last, after_filler)
    player = Player(call, here.steps, playing, now)
    try:
        if turn >= TURNS_A_CALL:
            raise RuntimeError(f"{TURNS_A_CALL} turns in one call")
        played = player.play(runtime.stories[here.story])
        row, reply = _finish(runtime, playing, played, here.story, opening if here.begins else None)
    except claims.Lost:
        playing.roll_back()
        raise
    except Exception as error:
        playing.roll_back()
        runtime.log_failure(sid, turn, error)
        facts = call.facts if not player.replaying or last is None else last.facts
        row, reply, playing = _rescue(runtime, playing, player, facts, error, last)
    if not playing.commit(row, reply):
        raise claims.Lost("another worker stored this turn first")
    return reply


def _finish(
    runtime: Runtime, playing: Playing, played: Played, story: str, opening: dict[str, Any] | None
) -> tuple[Row, str]:
    call = playing.call
    reply = render(runtime, call, playing.turn, played, playing.now)
    row = Row(call.sid, playing.turn, playing.now, story, played.steps, waits(call, played.wait), call.facts, call.language, call.slow, opening)  # fmt: skip
    return row, reply


def waits(call: Call, wait: Asking | None) -> dict[str, Any] | None:
    """For what a call waits, and the way that led there."""
    return {"name": wait.name, "kind": type(wait).__name__, **call.way.to_keep()} if wait else None


def _rescue(
    runtime: Runtime, playing: Playing, player: Player, facts: dict[str, Any], error: Exception, last: Last | None
) -> tuple[Row, str, Playing]:
    """Apology and a person, in the row of the turn that failed; what had run is kept in it."""
    if last is not None and last.story == "rescue":
        raise error
    old = playing.call
    language = last.language if player.replaying and last else old.language
    call = Call(old.sid, language, old.slow, dict(facts))
    fresh = replace(playing, call=call, transaction=None, input=None, keys=None, bank_is_dead=True, after_filler=False)
    failure = {
        "type": type(error).__name__,
        "at": position(error),
        "diverged": isinstance(error, Diverged),
        "steps": player.undone(),
        "recorded": msgspec.to_builtins(playing.input.recorded) if playing.input else None,
    }
    opening = {"language": language, "slow": old.slow, "facts": dict(facts), "failure": failure}
    played = Player(call, [], fresh, playing.now).play(runtime.stories["rescue"])
    row, reply = _finish(runtime, fresh, played, "rescue", opening)
    return row, reply, fresh


def _winner_is_done(runtime: Runtime, sid: str, turn: int, until: float) -> bool:
    """True when the turn has its reply, or nobody is playing it any more; False when time ran out."""
    while time.monotonic() < until:
        time.sleep(0.05)
        with begin_read(runtime.engine) as conn:
            answered = journal.reply(conn, sid, turn) is not None
            if answered or not claims.is_claimed(conn, runtime.worker, sid, turn):
                return True
    return False


def _one_moment(runtime: Runtime, sid: str, turn: int, start: dict[str, Any] | None) -> str:
    with begin_read(runtime.engine) as conn:
        last = journal.past(conn, sid).last
    language = last.language if last else (start or {}).get("language", "zh")
    spoken = runtime.speaker.speak([Line("one-moment")], language, date.today())
    return twiml.document(
        twiml.says(spoken) + twiml.redirect(f"{runtime.base_url}/voice/calls/{sid}/turns/{turn}?again=1")
    )
