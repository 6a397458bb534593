"""A turn: one webhook, one row of the journal, one transaction.

Read the journal; replay; play on with what was keyed; render; commit. An older turn gets its stored
reply, one too early the last one. Bugs, divergence and a lost database end in words, never in a 5xx:
a failed turn keeps the steps that ran, its own writes are rolled back and marked so, and the rescue story
(apology, then a person) is played in the same row.

A turn has 8 s in all, from the webhook on: waiting for another worker, and everything that it asks outside, are part of
them. Twilio waits 15 s for a reply.
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

from ivr.engine import claims, journal, stored_wait, twiml
from ivr.engine.call import Call
from ivr.engine.errors import Diverged, RunawayFlow
from ivr.engine.journal import LastTurn, Row
from ivr.engine.live_turn import TURN_SECONDS, Input, LiveTurn
from ivr.engine.rendering import render
from ivr.engine.replay import History, Replayer, TurnResult
from ivr.engine.runtime import Runtime, position
from ivr.engine.utterances import Utterance
from ivr.engine.waits import FILLER, CallerWait
from ivr.storage.database import LazyConnection, begin_read

MIN_SECONDS_TO_BEGIN = 2.0
"""With less time than this a turn is not begun: the outside could not answer it."""


class UnknownTurn(LookupError):
    """A turn is asked for whose call has fewer: its rows are gone, or they are in another database."""


class _Here(msgspec.Struct, frozen=True):
    """Where a call stands: its story, what that began with and at which turn (None: at this one), its past, what was keyed."""

    root_flow: str
    opening: dict[str, Any]
    since: int | None
    past: History
    keyed: Input | None
    until: float


def take_turn(runtime: Runtime, sid: str, turn: int, keyed: Input | None, start: dict[str, Any] | None = None) -> str:
    """Answer turn `turn` of call `sid`; the TwiML document.

    `start` holds the language and the facts that a new call begins with; its first row keeps them. Whoever loses the turn
    waits for the winner's reply, and takes the turn again when the winner has died; after 8 s the caller hears a word
    and asks again. Raises Forgotten.
    """
    until = time.monotonic() + TURN_SECONDS
    while True:
        with suppress(claims.TurnTaken):
            return _take(runtime, sid, turn, keyed, start, until)
        if not _winner_is_done(runtime, sid, turn, until - MIN_SECONDS_TO_BEGIN):
            return _one_moment(runtime, sid, turn, start)


def _take(
    runtime: Runtime, sid: str, turn: int, keyed: Input | None, start: dict[str, Any] | None, until: float
) -> str:
    """The stored reply, or the turn played until then; raises Lost."""
    with LazyConnection(runtime.engine) as own:
        with runtime.read_connections.connection(own) as conn:
            past = journal.load_state(conn, sid, runtime.state_query)
            runtime = runtime.for_call(past.key)
            if past.last and (turn != past.turns or past.last.wait is None):
                return runtime.sealer.open(str(journal.reply(conn, sid, min(turn, past.turns - 1))))
            if turn > past.turns:
                raise UnknownTurn(f"turn {turn} of a call that has {past.turns} turns")
            now = runtime.clock(conn)
            here = _here(past, start or {}, now, keyed, until)
            here = _as_switched(runtime, conn, here, past.last, now) if past.beside else here
        return _play(runtime, own, sid, turn, here, past.last, now)


def _here(past: journal.CallState, start: dict[str, Any], now: datetime, keyed: Input | None, until: float) -> _Here:
    opening = {"language": "zh", "slow": False, "facts": {}, **(past.opening or start)}
    if past.last is None:
        return _Here("main", opening, None, History(now), keyed, until)
    result = History(past.opened or now, past.steps, past.last.wait)
    return _Here(past.last.root_flow, opening, past.first, result, keyed, until)


def _as_switched(runtime: Runtime, conn: sa.Connection, here: _Here, last: LastTurn | None, now: datetime) -> _Here:
    """Operations may have switched the line: then its own story begins, with all that is known."""
    facts = last.facts if last else here.opening["facts"]
    switched = runtime.switched(conn, facts) if here.root_flow == "main" else None
    if switched is None:
        return here
    story, facts = switched
    spoken = {"language": last.language, "slow": last.slow} if last else {}
    return _Here(story, {**here.opening, **spoken, "facts": facts}, None, History(now), None, here.until)


def _play(
    runtime: Runtime, own: LazyConnection, sid: str, turn: int, here: _Here, last: LastTurn | None, now: datetime
) -> str:
    opening, waits_at = here.opening, here.past.waits_at
    call = Call(sid, opening["language"], opening["slow"], dict(opening["facts"]))
    now = now.astimezone(ZoneInfo(call.facts["timezone"])) if "timezone" in call.facts else now
    after_filler = waits_at is not None and waits_at["name"] == FILLER.name
    live = LiveTurn(runtime, call, turn, here.keyed, now, here.until, own, last, after_filler)
    replayer = Replayer(call, here.past, live, now)
    try:
        _check_length(runtime, here, turn)
        result = replayer.run(runtime.root_flows[here.root_flow])
        row, reply = _finish(runtime, live, result, here.root_flow, opening if here.since is None else None)
    except claims.TurnTaken:
        live.roll_back()
        raise
    except Exception as error:
        live.roll_back()
        runtime.log_failure(sid, turn, error)
        facts = call.facts if not replayer.replaying or last is None else last.facts
        row, reply, live = _rescue(runtime, live, replayer, facts, error, last)
    if not live.commit(row, reply):
        raise claims.TurnTaken("another worker stored this turn first")
    return reply


def _check_length(runtime: Runtime, here: _Here, turn: int) -> None:
    """A caller who keys for ever is led to a person, and the rescue that does it ends by itself. Raises RunawayFlow.

    Only a key is refused: a leg that ended, or a word that was spoken, is the end of something, and not asked for again.
    """
    if here.since is None or here.past.waits_at is None or here.past.waits_at["kind"] != "Wait":
        return
    taken, most = (
        (turn - here.since, runtime.turns_a_rescue) if here.root_flow == "rescue" else (turn, runtime.turns_a_call)
    )
    if taken >= most:
        raise RunawayFlow(f"{most} turns in one {'rescue' if here.root_flow == 'rescue' else 'call'}")


def _finish(
    runtime: Runtime, live: LiveTurn, result: TurnResult, story: str, opening: dict[str, Any] | None
) -> tuple[Row, str]:
    call = live.call
    reply = render(runtime, call, live.turn, result, live.now)
    row = Row(call.sid, live.turn, live.now, story, result.steps, wait_to_store(call, result.wait, runtime.watch()), call.facts, call.language, call.slow, opening, runtime.release)  # fmt: skip
    return row, reply


def wait_to_store(call: Call, wait: CallerWait | None, asked: float | None = None) -> dict[str, Any] | None:
    """For what a call waits, when it was asked by the runtime's watch, and the way that led there."""
    at = {} if asked is None else {"asked": round(asked, 2)}
    return {**stored_wait.store(wait), **at, **call.path.to_store()} if wait else None


def _rescue(
    runtime: Runtime,
    live: LiveTurn,
    replayer: Replayer,
    facts: dict[str, Any],
    error: Exception,
    last: LastTurn | None,
) -> tuple[Row, str, LiveTurn]:
    """Apology and a person, in the row of the turn that failed; what had run is kept in it."""
    if last is not None and last.root_flow == "rescue":
        raise error
    old = live.call
    language = last.language if replayer.replaying and last else old.language
    call = Call(old.sid, language, old.slow, dict(facts))
    fresh = replace(live, call=call, transaction=None, input=None, keys=None, outside_failed=True, after_filler=False)
    failure = {
        "type": type(error).__name__,
        "at": position(error),
        "diverged": isinstance(error, Diverged),
        "releases": [last.release if last else None, runtime.release],
        "steps": replayer.undone(),
        "recorded": msgspec.to_builtins(live.input.recorded) if live.input else None,
    }
    opening = {"language": language, "slow": old.slow, "facts": dict(facts), "failure": failure}
    result = Replayer(call, History(live.now), fresh, live.now).run(runtime.root_flows["rescue"])
    row, reply = _finish(runtime, fresh, result, "rescue", opening)
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
        last = journal.load_state(conn, sid).last
    language = last.language if last else (start or {}).get("language", "zh")
    spoken = runtime.speaker.speak([Utterance("one-moment")], language, date.today())
    return twiml.document(
        twiml.says(spoken) + twiml.redirect(f"{runtime.base_url}/voice/calls/{sid}/turns/{turn}?again=1")
    )
