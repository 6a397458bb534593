"""The live part of a turn: it answers waits from what was keyed, runs effects, and holds the transaction."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from ivr.engine import claims, early_keys, journal
from ivr.engine.call import Call
from ivr.engine.effects import EffectRequest, World
from ivr.engine.errors import Unavailable
from ivr.engine.journal import LastTurn, Row
from ivr.engine.prompts import Decision, Record, Recorded
from ivr.engine.runtime import Runtime
from ivr.engine.secrets import Sealed, Secret
from ivr.engine.waits import Announcement, CallerWait, Dial, Queue, Wait
from ivr.storage.database import LazyConnection, reading, writing

TURN_SECONDS = 8.0
"""Seconds from a webhook to its reply. Twilio gives up after 15, and a failed turn is answered in the rest."""
TOUCH_SECONDS = 4.0
"""Seconds that one request to a wallet's API may take, within those of the turn; the caller waits for it."""
MIN_TOUCH_SECONDS = 0.5
"""With less time the outside is not asked: the request would be cut off, and its outcome would be unknown."""


class Input(msgspec.Struct, frozen=True):
    """What the caller did.

    `keys`: None is silence. `dialled`: how an agent's leg ended. `queued`: how a wait in the queue ended.
    `again`: ask the question once more. `at`: when it came, by `Runtime.key_clock`.
    """

    keys: str | None = None
    dialled: str | None = None
    queued: str | None = None
    again: bool = False
    recorded: Recorded | None = None
    at: float | None = None


@dataclass
class LiveTurn:
    """The live part of one turn: consumes the input, runs effects, holds the transaction.

    `until`: when the turn must have its reply, in seconds of `time.monotonic`. `own`: the turn's connection;
    `transaction` is open on it from the first write on. `before`: how the last turn left the call. `after_filler`: the
    last turn stopped for the filler. `claimed`: the turn has a claim. `outside_failed`: the outside did not answer in
    this turn. `heard_filler`: the caller heard the filler in this turn. `keys`: what was typed ahead and is left.
    `is_input_due`: no wait has consumed the input yet.
    """

    runtime: Runtime
    call: Call
    turn: int
    input: Input | None
    now: datetime
    until: float
    own: LazyConnection
    before: LastTurn | None = None
    after_filler: bool = False
    transaction: Any = None
    claimed: bool = False
    outside_failed: bool = False
    heard_filler: bool = False
    keys: str | None = None
    is_input_due: bool = True
    ordinals: dict[str, int] = field(default_factory=dict)

    def answer(self, wait: CallerWait) -> tuple[str, Any] | None:
        """The decision for a wait: from the input, then from the keys that were typed ahead; None without either."""
        if isinstance(wait, Announcement):
            return self._passed()
        if isinstance(wait, Dial):
            return self._dialled()
        if isinstance(wait, Queue):
            return self._queued()
        if self.is_input_due and self.input is not None:
            self.is_input_due = False
            if self.input.again:
                return ("repeat", None)
            if self.input.recorded and isinstance(wait.prompt, Record):
                return wait.prompt.decide_recorded(self.input.recorded)
            return self._protect(self._decide_input(wait, self.input.keys))
        if self._takes_type_ahead(wait):
            return self._protect(self._decide(wait, self.keys))
        return None

    def resumes_after_filler(self) -> bool:
        """Whether this turn goes on after the filler that the last turn spoke. True once."""
        resumes, self.after_filler = self.after_filler, False
        if resumes:
            self.is_input_due, self.heard_filler = False, True
        return resumes

    def wants_filler(self) -> bool:
        """Whether to speak the filler before the outside is asked: once, while the outside is slow."""
        if self.heard_filler or self.claimed or self.outside_failed:
            return False
        return self.runtime.outside_latency.is_slow()

    def run_effect(self, request: EffectRequest) -> tuple[str, Any]:
        """Run an effect by its kind: ("ok", plain result), or ("err", name of an expected error)."""
        effect = request.effect
        expected: tuple[type[Exception], ...] = (*effect.errors, Unavailable)
        try:
            value = self._run_touch(request) if effect.kind == "touch" else self._run_in_database(request)
        except expected as error:
            return "err", next(kind.__name__ for kind in expected if isinstance(error, kind))
        return "ok", effect.encode(value)

    def commit(self, row: Row, reply: str) -> bool:
        """Store the turn with its document. False: another worker's row is there already."""
        sealed = self.runtime.sealer.seal(reply)
        if self.transaction is None:
            if not self.claimed and self.runtime.group_commit.append(journal.columns(row, self.before), sealed):
                return True
            self._begin()
        try:
            is_stored = journal.append(self.own.conn, row, sealed, self.before)
            if is_stored and self.claimed:
                claims.release(self.own.conn, row.call, row.turn)
        except Exception:
            self.roll_back()
            raise
        if not is_stored:
            self.roll_back()
            return False
        transaction, self.transaction = self.transaction, None
        transaction.__exit__(None, None, None)
        return True

    def roll_back(self) -> None:
        """Undo this turn's own writes."""
        if self.transaction is not None:
            transaction, self.transaction = self.transaction, None
            transaction.__exit__(Exception, Exception("rolled back"), None)

    def _run_in_database(self, request: EffectRequest) -> Any:
        """Run a write in the turn's transaction, and a read there or, before the first write, in one of its own."""
        if request.effect.kind == "write" and self.transaction is None:
            self._begin_writing()
        if self.transaction is not None:
            return request.effect.run(self._world(request, self.own.conn), *request.args)
        with reading(self.own.conn):
            return request.effect.run(self._world(request, self.own.conn), *request.args)

    def _run_touch(self, request: EffectRequest) -> Any:
        """Run a touch under the turn's claim, with no transaction open. Raises Unavailable, TurnTaken."""
        if self.transaction is not None:
            raise RuntimeError(
                f"{request.name} reaches outside after a write in the same turn; put it before the write"
            )
        if self.outside_failed:
            raise Unavailable("the outside did not answer earlier in this turn; it is not waited for twice")
        if self.until - time.monotonic() < MIN_TOUCH_SECONDS:
            raise Unavailable("the turn has no time left to wait for the outside")
        if not self.claimed:
            self._claim()
        self.keys = None
        began = time.monotonic()
        try:
            with self.runtime.touch_slot():
                return request.effect.run(self._world(request, None), *request.args)
        except Unavailable:
            self.outside_failed = True
            raise
        finally:
            self.runtime.outside_latency.record(time.monotonic() - began)

    def _claim(self) -> None:
        """Claim the turn. It is answered already if its row is there; that is certain only under the claim's lock."""
        with writing(self.own.conn):
            claims.take(self.own.conn, self.runtime.worker, self.call.sid, self.turn)
            self._check_unanswered()
        self.claimed = True

    def _begin_writing(self) -> None:
        """Begin the turn's transaction for its first write. A turn that is answered already writes nothing."""
        self._begin()
        self._check_unanswered()

    def _check_unanswered(self) -> None:
        if journal.reply(self.own.conn, self.call.sid, self.turn) is not None:
            raise claims.TurnTaken("the turn is already answered")

    def _begin(self) -> None:
        with ExitStack() as opened:
            opened.enter_context(writing(self.own.conn))
            claims.check(self.own.conn, self.runtime.worker, self.call.sid, self.turn, self.claimed)
            self.transaction = opened.pop_all()

    def _world(self, request: EffectRequest, conn: sa.Connection | None) -> World:
        ordinal = self.ordinals[request.name] = self.ordinals.get(request.name, 0) + 1
        key = f"{self.call.sid}:{self.turn}:{request.name}:{ordinal}"
        deadline = min(time.monotonic() + TOUCH_SECONDS, self.until)
        return World(self.call.sid, key, self.now, deadline, conn, self.runtime)

    def _decide_input(self, wait: Wait, keys: str | None) -> Decision:
        """The decision for what was just keyed; "repeat" where the caller cannot have heard the question yet."""
        elapsed = self._elapsed()
        keys = "#" if early_keys.is_lone_pound(wait, keys, elapsed) else keys
        decision = self._decide(wait, keys)
        if not early_keys.is_early(wait, decision, keys, elapsed, self._context_seconds):
            return decision
        self.keys = None
        return ("repeat", None)

    def _decide(self, wait: Wait, keys: str | None) -> Decision:
        decision, rest = wait.prompt.decide(keys, wait.failures, self.now)
        self.keys = rest.lstrip("#") or None
        return decision

    def _elapsed(self) -> float | None:
        """Seconds from the document that asked to the input, or None where nobody knows."""
        asked = (self.before.wait or {}).get("asked") if self.before else None
        at = self.input.at if self.input else None
        return None if asked is None or at is None else at - asked

    def _context_seconds(self, wait: Wait) -> float:
        """How long the words before the question take."""
        return self.runtime.speaker.seconds(wait.context, self.call.language, self.now.date())

    def _takes_type_ahead(self, wait: Wait) -> bool:
        return bool(self.keys) and wait.prompt.type_ahead and wait.failures.no_matches == 0

    def _passed(self) -> tuple[str, Any] | None:
        if self.is_input_due and self.input is not None:
            self.is_input_due = False
            return ("passed", None)
        return None

    def _dialled(self) -> tuple[str, Any] | None:
        if self.is_input_due and self.input is not None and (self.input.dialled or self.input.again):
            self.is_input_due = False
            return (self.input.dialled or "failed", None)
        return None

    def _queued(self) -> tuple[str, Any] | None:
        if self.is_input_due and self.input is not None and (self.input.queued or self.input.again):
            self.is_input_due = False
            return (self.input.queued or "failed", None)
        return None

    def _protect(self, decision: tuple[str, Any]) -> tuple[str, Any]:
        """The decision with a personal value as a Secret, and one to be sealed as Sealed."""
        kind, value = decision
        if kind == "secret":
            return kind, Secret(value)
        return (kind, Sealed(self.runtime.sealer.seal(value))) if kind == "sealed" else decision
