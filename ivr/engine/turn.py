"""A turn: one webhook, one row of the journal, one transaction.

Read the journal; replay; play on with what was keyed; render; commit. An older turn gets its stored
reply, one too early the last one. Bugs, divergence and a lost database end in words, never in a 5xx:
a failed turn keeps the steps that ran, its own writes are rolled back, and the rescue story (apology,
then a person) is played in the same row.
"""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.engine import claims, journal, twiml
from ivr.engine.call import Call, Dial, Do, Line, Moment, Sealed, Wait
from ivr.engine.effects import Unavailable, World
from ivr.engine.journal import Row
from ivr.engine.replay import Asking, Diverged, Played, Player, Recorded
from ivr.engine.runtime import Runtime
from ivr.engine.secrets import Secret
from ivr.storage import begin_read, begin_write

TOUCH_SECONDS = 4.0
LOSER_SECONDS = 8.0
TURNS_A_CALL = 200


@dataclass(frozen=True)
class Input:
    """What the caller did. `keys` None is silence; `dialled` is how an agent's leg ended; `again`: ask once more."""

    keys: str | None = None
    dialled: str | None = None
    again: bool = False


@dataclass
class Playing:
    """The live part of one turn: consumes the input, runs effects, holds the transaction."""

    runtime: Runtime
    call: Call
    turn: int
    input: Input | None
    now: datetime
    conn: sa.Connection | None = None
    transaction: Any = None
    claimed: bool = False
    bank_is_dead: bool = False
    touched: bool = False
    keys: str | None = None
    fresh: bool = True
    ordinals: dict[str, int] = field(default_factory=dict)

    def answer(self, wait: Asking) -> tuple[str, Any] | None:
        """The decision for this wait: from what was keyed, then from what was typed ahead."""
        if isinstance(wait, Moment):
            return self._passed()
        if isinstance(wait, Dial):
            return self._dialled()
        if self.fresh and self.input is not None:
            self.fresh = False
            if self.input.again:
                return ("repeat", None)
            keys: str | None = self.input.keys
        elif self._may_run_ahead(wait):
            keys = self.keys
        else:
            return None
        decision, rest = wait.prompt.decide(keys, wait.tries, self.now)
        self.keys = rest.lstrip("#") or None
        return self._keep(decision)

    def perform(self, do: Do) -> tuple[str, Any]:
        """Run an effect by its kind; expected failures are results."""
        effect = do.effect
        expected: tuple[type[Exception], ...] = (Unavailable, *effect.errors)
        try:
            if effect.kind == "touch":
                value = self._touch(do)
            elif effect.kind == "write":
                value = effect.run(self._world(do, self._open()), *do.args)
            elif self.conn is not None:
                value = effect.run(self._world(do, self.conn), *do.args)
            else:
                with begin_read(self.runtime.engine) as conn:
                    value = effect.run(self._world(do, conn), *do.args)
        except expected as error:
            return "err", type(error).__name__
        return "ok", effect.encode(value)

    def commit(self, row: Row, reply: str) -> bool:
        """Store the turn with its document; False when another worker's row is there already."""
        conn = self._open()
        try:
            mine = journal.append(conn, row, self.runtime.sealer.seal(reply))
            if mine and self.claimed:
                claims.drop(conn, row.call, row.turn)
        except Exception:
            self.roll_back()
            raise
        if not mine:
            self.roll_back()
            return False
        transaction, self.conn, self.transaction = self.transaction, None, None
        transaction.__exit__(None, None, None)
        return True

    def roll_back(self) -> None:
        """Undo this turn's own writes."""
        if self.transaction is not None:
            transaction, self.conn, self.transaction = self.transaction, None, None
            transaction.__exit__(Exception, Exception("rolled back"), None)

    def _touch(self, do: Do) -> Any:
        if self.conn is not None:
            raise RuntimeError(f"{do.name} reaches outside after a write in the same turn; put it before the write")
        if self.bank_is_dead:
            raise Unavailable("the outside did not answer earlier in this turn; it is not waited for twice")
        if not self.claimed:
            with begin_write(self.runtime.engine) as conn:
                if journal.reply(conn, self.call.sid, self.turn) is not None:
                    raise claims.Lost("the turn is already answered")
                claims.take(conn, self.runtime.worker, self.call.sid, self.turn)
            self.claimed = True
        self.keys = None
        try:
            with self.runtime.touch_slot():
                return do.effect.run(self._world(do, None), *do.args)
        except Unavailable:
            self.bank_is_dead = True
            raise

    def _open(self) -> sa.Connection:
        if self.conn is None:
            self.transaction = begin_write(self.runtime.engine)
            self.conn = self.transaction.__enter__()
            claims.check(self.conn, self.runtime.worker, self.call.sid, self.turn, self.claimed)
            if journal.reply(self.conn, self.call.sid, self.turn) is not None:
                raise claims.Lost("the turn is already answered")
        return self.conn

    def _world(self, do: Do, conn: sa.Connection | None) -> World:
        ordinal = self.ordinals[do.name] = self.ordinals.get(do.name, 0) + 1
        key = f"{self.call.sid}:{self.turn}:{do.name}:{ordinal}"
        return World(self.call.sid, key, self.now, time.monotonic() + TOUCH_SECONDS, conn, self.runtime)

    def _may_run_ahead(self, wait: Wait) -> bool:
        return bool(self.keys) and wait.prompt.type_ahead and wait.tries.wrongs == 0

    def _passed(self) -> tuple[str, Any] | None:
        if self.fresh and self.input is not None:
            self.fresh = False
            return ("passed", None)
        return None

    def _dialled(self) -> tuple[str, Any] | None:
        if self.fresh and self.input is not None and (self.input.dialled or self.input.again):
            self.fresh = False
            return (self.input.dialled or "failed", None)
        return None

    def _keep(self, decision: tuple[str, Any]) -> tuple[str, Any]:
        kind, value = decision
        if kind == "secret":
            return kind, Secret(value)
        return (kind, Sealed(self.runtime.sealer.seal(value))) if kind == "sealed" else decision


def take_turn(runtime: Runtime, sid: str, turn: int, keyed: Input | None, start: dict[str, Any] | None = None) -> str:
    """Answer turn `turn` of call `sid`; the TwiML document.

    `start` holds the language and the facts that the call began with; without it, they are those that were kept.
    """
    with begin_read(runtime.engine) as conn:
        rows = journal.rows(conn, sid)
        if rows and (turn != len(rows) or rows[-1].wait is None):
            return runtime.sealer.open(str(journal.reply(conn, sid, min(turn, len(rows) - 1))))
        start = (journal.noted(conn, sid, "start", "0") or {}) if start is None else start
        now = runtime.clock(conn)
    if turn > len(rows):
        return document_of_goodbye(runtime)
    try:
        return _play(runtime, sid, turn, keyed, rows, start, now)
    except claims.Lost:
        language = rows[-1].language if rows else start.get("language", "zh")
        return _winners_reply(runtime, sid, turn, language)


def _play(
    runtime: Runtime,
    sid: str,
    turn: int,
    keyed: Input | None,
    rows: list[Row],
    start: dict[str, Any],
    now: datetime,
) -> str:
    story = rows[-1].story if rows else "main"
    since = _since_last_failure(rows)
    opening = {"language": "zh", "slow": False, "facts": {}, **start, **(since[0].failed or {} if since else {})}
    call = Call(sid, opening["language"], opening["slow"], dict(opening["facts"]))
    now = now.astimezone(ZoneInfo(call.facts["timezone"])) if "timezone" in call.facts else now
    playing = Playing(runtime, call, turn, keyed, now)
    player = Player(call, Recorded.of(since), playing, now)
    try:
        if turn >= TURNS_A_CALL:
            raise RuntimeError(f"{TURNS_A_CALL} turns in one call")
        played = player.play(runtime.stories[story])
        row, reply = _finish(runtime, playing, played, story, None)
    except claims.Lost:
        playing.roll_back()
        raise
    except Exception as error:
        playing.roll_back()
        runtime.log_failure(sid, turn, error)
        last = rows[-1] if rows else None
        facts = call.facts if not player.replaying or last is None else last.facts
        row, reply, playing = _rescue(runtime, playing, player, facts, error, last)
    if not playing.commit(row, reply):
        raise claims.Lost("another worker stored this turn first")
    return reply


def _since_last_failure(rows: list[Row]) -> list[Row]:
    """The rows of the story that runs now: a failed turn starts another one."""
    failures = [place for place, row in enumerate(rows) if row.failed]
    return rows[failures[-1] :] if failures else rows


def _finish(
    runtime: Runtime, playing: Playing, played: Played, story: str, failed: dict[str, Any] | None
) -> tuple[Row, str]:
    call = playing.call
    reply = render(runtime, call, playing.turn, played, playing.now)
    wait = {"name": played.wait.name, "kind": type(played.wait).__name__} if played.wait else None
    row = Row(call.sid, playing.turn, playing.now, story, played.steps, wait, call.facts, call.language, call.slow, failed)  # fmt: skip
    return row, reply


def _rescue(
    runtime: Runtime, playing: Playing, player: Player, facts: dict[str, Any], error: Exception, last: Row | None
) -> tuple[Row, str, Playing]:
    """Apology and a person, in the row of the turn that failed; what had run is kept in it."""
    if last is not None and last.story == "rescue":
        raise error
    old = playing.call
    language = last.language if player.replaying and last else old.language
    call = Call(old.sid, language, old.slow, dict(facts))
    fresh = replace(playing, call=call, conn=None, transaction=None, input=None, keys=None, bank_is_dead=True)
    failed = {
        "type": type(error).__name__,
        "at": position(error),
        "diverged": isinstance(error, Diverged),
        "steps": player.steps,
        "facts": dict(facts),
        "language": language,
        "slow": old.slow,
    }
    played = Player(call, Recorded([]), fresh, playing.now).play(runtime.stories["rescue"])
    row, reply = _finish(runtime, fresh, played, "rescue", failed)
    return row, reply, fresh


def position(error: BaseException) -> str:
    """`file:line` of the innermost frame; no text of the error, which may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"


def render(runtime: Runtime, call: Call, turn: int, played: Played, now: datetime) -> str:
    """Where the turn stopped → its document."""
    spoken = runtime.speaker.speak(played.lines, call.language, now.date())
    base = f"{runtime.base_url}/voice/calls/{call.sid}"
    action = f"{base}/turns/{turn + 1}"
    if played.wait is None:
        return twiml.document(twiml.says(spoken, call.slow) + "<Hangup/>")
    if isinstance(played.wait, Moment):
        return twiml.document(twiml.says(spoken, call.slow) + twiml.redirect(action))
    if isinstance(played.wait, Dial):
        whisper = f"{base}/whisper/{turn + 1}"
        return twiml.document(twiml.dial(played.wait, spoken, call.slow, action, whisper, call.facts.get("line")))
    return twiml.document(twiml.gather(played.wait, spoken, call.slow, action))


def document_of_goodbye(runtime: Runtime) -> str:
    """For a turn of a call that we never answered."""
    lines = [Line("line-unknown", language="zh"), Line("line-unknown", language="en")]
    return twiml.document(twiml.says(runtime.speaker.speak(lines, "zh", date.today())) + "<Hangup/>")


def _winners_reply(runtime: Runtime, sid: str, turn: int, language: str) -> str:
    """Whoever lost waits for the winner's reply; after 8 s the caller hears a word and asks again."""
    until = time.monotonic() + LOSER_SECONDS
    while time.monotonic() < until:
        with begin_read(runtime.engine) as conn:
            stored = journal.reply(conn, sid, turn)
        if stored is not None:
            return runtime.sealer.open(stored)
        time.sleep(0.05)
    spoken = runtime.speaker.speak([Line("one-moment")], language, date.today())
    return twiml.document(
        twiml.says(spoken) + twiml.redirect(f"{runtime.base_url}/voice/calls/{sid}/turns/{turn}?again=1")
    )
