"""A turn: one webhook, one row of the journal, one transaction.

It reads the journal, replays, plays on with what was keyed, renders and commits. A repeated request gets the stored
reply of its turn. Bugs, divergence and a lost database end in words, never in a 5xx: a failed turn keeps the steps that
ran, rolls its own writes back and marks them, and plays the rescue flow (apology, then a person) in the same row.

A turn has 8 s in all, from the webhook on. They include waiting for another worker and every request to the outside.
Twilio waits 15 s for a reply.
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
from ivr.engine.journal import CallState, LastTurn, Row
from ivr.engine.live_turn import TURN_SECONDS, Input, LiveTurn
from ivr.engine.rendering import render
from ivr.engine.replay import History, Replayer, TurnResult
from ivr.engine.runtime import Runtime, position
from ivr.engine.utterances import Utterance
from ivr.engine.waits import FILLER, CallerWait
from ivr.storage.database import LazyConnection, begin_read

MIN_SECONDS_TO_BEGIN = 2.0
"""With less time a turn is not begun: the outside could not answer it."""
POLL_SECONDS = 0.05
"""Seconds between two looks whether another worker has finished the turn."""
MAIN, RESCUE = "main", "rescue"
"""Names of root flows: the one that a call begins with, and the one that ends a call whose turn failed."""


class UnknownTurn(LookupError):
    """The call has no such turn: its rows were deleted, or they are in another database."""


class _Start(msgspec.Struct, frozen=True):
    """What a turn starts from.

    `root_flow` runs. It was opened with `opening` by turn `opened_at` (None: by this turn), and has a `history`.
    """

    root_flow: str
    opening: dict[str, Any]
    opened_at: int | None
    history: History
    last: LastTurn | None
    input: Input | None


def take_turn(runtime: Runtime, sid: str, turn: int, given: Input | None, start: dict[str, Any] | None = None) -> str:
    """Answer turn `turn` of call `sid`; the TwiML document. Raises UnknownTurn.

    `start`: the language and the facts that a new call begins with. If another worker has the turn, wait for its reply,
    and take the turn if that worker has died. After 8 s the caller hears a word and requests the turn again.
    """
    until = time.monotonic() + TURN_SECONDS
    while True:
        with suppress(claims.TurnTaken):
            return _take(runtime, sid, turn, given, start or {}, until)
        if not _wait_for_winner(runtime, sid, turn, until - MIN_SECONDS_TO_BEGIN):
            return _try_again(runtime, sid, turn, start or {})


def _take(runtime: Runtime, sid: str, turn: int, given: Input | None, start: dict[str, Any], until: float) -> str:
    """The stored reply of the turn, or the reply of playing it now. Raises TurnTaken, UnknownTurn."""
    with LazyConnection(runtime.engine) as own:
        with runtime.read_connections.connection(own) as conn:
            state = journal.load_state(conn, sid, runtime.state_query)
            runtime = runtime.for_call(state.key)
            if state.last and (turn != state.turns or state.last.wait is None):
                return runtime.sealer.open(str(journal.reply(conn, sid, min(turn, state.turns - 1))))
            if turn > state.turns:
                raise UnknownTurn(f"turn {turn} of a call that has {state.turns} turns")
            now = runtime.clock(conn)
            begin = _start(state, start, now, given)
            begin = _with_takeover(runtime, conn, begin, now) if state.condition else begin
        call = Call(sid, begin.opening["language"], begin.opening["slow"], dict(begin.opening["facts"]))
        now = now.astimezone(ZoneInfo(call.facts["timezone"])) if "timezone" in call.facts else now
        after_filler = begin.history.waits_at is not None and begin.history.waits_at["name"] == FILLER.name
        live = LiveTurn(runtime, call, turn, begin.input, now, until, own, begin.last, after_filler)
        return _play(live, begin)


def _start(state: CallState, start: dict[str, Any], now: datetime, given: Input | None) -> _Start:
    opening = {"language": "zh", "slow": False, "facts": {}, **(state.opening or start)}
    if state.last is None:
        return _Start(MAIN, opening, None, History(now), None, given)
    history = History(state.opened or now, state.steps, state.last.wait)
    return _Start(state.last.root_flow, opening, state.first, history, state.last, given)


def _with_takeover(runtime: Runtime, conn: sa.Connection, begin: _Start, now: datetime) -> _Start:
    """Another root flow, with all facts, if operations have switched the line to it."""
    last = begin.last
    facts = last.facts if last else begin.opening["facts"]
    takeover = runtime.takeover(conn, facts) if begin.root_flow == MAIN else None
    if takeover is None:
        return begin
    root_flow, facts = takeover
    speech = {"language": last.language, "slow": last.slow} if last else {}
    return _Start(root_flow, {**begin.opening, **speech, "facts": facts}, None, History(now), last, None)


def _play(live: LiveTurn, begin: _Start) -> str:
    """Replay, play on, render and commit; the rescue flow if that fails. Raises TurnTaken."""
    replayer = Replayer(live.call, begin.history, live, live.now)
    try:
        _check_length(live, begin)
        result = replayer.run(live.runtime.root_flows[begin.root_flow])
        row, reply = _finish(live, result, begin.root_flow, begin.opening if begin.opened_at is None else None)
    except claims.TurnTaken:
        live.roll_back()
        raise
    except Exception as error:
        live.roll_back()
        live.runtime.log_failure(live.call.sid, live.turn, error)
        row, reply, live = _rescue(live, replayer, error)
    if not live.commit(row, reply):
        raise claims.TurnTaken("another worker stored this turn first")
    return reply


def _check_length(live: LiveTurn, begin: _Start) -> None:
    """Raise RunawayFlow at a key of a call, or of a rescue, that has too many turns: a person takes over.

    Only keys are refused. The end of an agent's leg or of an announcement has to be answered once.
    """
    waits_at = begin.history.waits_at
    if begin.opened_at is None or waits_at is None or waits_at["kind"] != "Wait":
        return
    if begin.root_flow == RESCUE:
        taken, most = live.turn - begin.opened_at, live.runtime.max_turns_per_rescue
    else:
        taken, most = live.turn, live.runtime.max_turns_per_call
    if taken >= most:
        raise RunawayFlow(f"{most} turns in one {'rescue' if begin.root_flow == RESCUE else 'call'}")


def _finish(live: LiveTurn, result: TurnResult, root_flow: str, opening: dict[str, Any] | None) -> tuple[Row, str]:
    """The row and the reply of a turn."""
    call, runtime = live.call, live.runtime
    reply = render(runtime, call, live.turn, result, live.now)
    row = Row(
        call=call.sid,
        turn=live.turn,
        at=live.now,
        root_flow=root_flow,
        steps=result.steps,
        wait=wait_to_store(call, result.wait, runtime.key_clock()),
        facts=call.facts,
        language=call.language,
        slow=call.slow,
        opening=opening,
        release=runtime.release,
    )
    return row, reply


def wait_to_store(call: Call, wait: CallerWait | None, asked: float | None = None) -> dict[str, Any] | None:
    """The wait of a row: what the call waits for, when it was asked by the key clock, and the path that led there."""
    at = {} if asked is None else {"asked": round(asked, 2)}
    return {**stored_wait.store(wait), **at, **call.path.to_store()} if wait else None


def _rescue(live: LiveTurn, replayer: Replayer, error: Exception) -> tuple[Row, str, LiveTurn]:
    """The turn that failed as a turn of the rescue flow; its opening keeps the error and the steps that ran.

    Raises the error when the rescue flow itself failed.
    """
    last, failed = live.before, live.call
    if last is not None and last.root_flow == RESCUE:
        raise error
    before = last if replayer.replaying else None  # in a replay the call is as it was some turns ago
    facts, language = (before.facts, before.language) if before else (failed.facts, failed.language)
    call = Call(failed.sid, language, failed.slow, dict(facts))
    fresh = replace(live, call=call, transaction=None, input=None, keys=None, outside_failed=True, after_filler=False)
    failure = {
        "type": type(error).__name__,
        "at": position(error),
        "diverged": isinstance(error, Diverged),
        "releases": [last.release if last else None, live.runtime.release],
        "steps": replayer.undone(),
        "recorded": msgspec.to_builtins(live.input.recorded) if live.input else None,
    }
    opening = {"language": language, "slow": failed.slow, "facts": dict(facts), "failure": failure}
    result = Replayer(call, History(live.now), fresh, live.now).run(live.runtime.root_flows[RESCUE])
    row, reply = _finish(fresh, result, RESCUE, opening)
    return row, reply, fresh


def _wait_for_winner(runtime: Runtime, sid: str, turn: int, until: float) -> bool:
    """Wait until the turn has its reply or no live worker plays it. False when the time is over."""
    while time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        with begin_read(runtime.engine) as conn:
            is_answered = journal.reply(conn, sid, turn) is not None
            if is_answered or not claims.is_claimed(conn, runtime.worker, sid, turn):
                return True
    return False


def _try_again(runtime: Runtime, sid: str, turn: int, start: dict[str, Any]) -> str:
    """A document that says a word and requests the turn again."""
    with begin_read(runtime.engine) as conn:
        last = journal.load_state(conn, sid).last
    language = last.language if last else start.get("language", "zh")
    spoken = runtime.speaker.speak([Utterance("one-moment")], language, date.today())
    target = f"{runtime.base_url}/voice/calls/{sid}/turns/{turn}?again=1"
    return twiml.document(twiml.says(spoken) + twiml.redirect(target))
