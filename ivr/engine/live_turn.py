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
from ivr.engine.waits import Announcement, CallerWait, Dial, Wait
from ivr.storage.database import LazyConnection, reading, writing

TURN_SECONDS = 8.0
TOUCH_SECONDS = 4.0
MIN_TOUCH_SECONDS = 0.5
"""With less time than this the outside is not asked: it would be cut off, and nobody would know what it did."""


class Input(msgspec.Struct, frozen=True):
    """What the caller did. `keys` None is silence; `dialled` is how an agent's leg ended; `again`: ask once more.

    `at`: when it came, by `Runtime.watch`.
    """

    keys: str | None = None
    dialled: str | None = None
    again: bool = False
    recorded: Recorded | None = None
    at: float | None = None


@dataclass
class LiveTurn:
    """The live part of one turn: consumes the input, runs effects, holds the transaction.

    `until`: when the turn must have its reply, in seconds of `time.monotonic`. `own` is the turn's connection, taken when it is wanted; `transaction` is open from the first write on. `before` is
    how the last turn left the call; `after_filler`: it stopped for a word before it waited for the outside.
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
    patient: bool = False
    keys: str | None = None
    fresh: bool = True
    ordinals: dict[str, int] = field(default_factory=dict)

    def answer(self, wait: CallerWait) -> tuple[str, Any] | None:
        """The decision for this wait: from what was keyed, then from what was typed ahead."""
        if isinstance(wait, Announcement):
            return self._passed()
        if isinstance(wait, Dial):
            return self._dialled()
        if self.fresh and self.input is not None:
            self.fresh = False
            if self.input.again:
                return ("repeat", None)
            if self.input.recorded and isinstance(wait.prompt, Record):
                return wait.prompt.decide_recorded(self.input.recorded)
            return self._keep(self._keyed(wait, self.input.keys))
        if self._may_run_ahead(wait):
            return self._keep(self._decide(wait, self.keys))
        return None

    def resumes_after_filler(self) -> bool:
        """Whether this turn goes on where that word was spoken; true once."""
        heard, self.after_filler = self.after_filler, False
        if heard:
            self.fresh, self.patient = False, True
        return heard

    def wants_filler(self) -> bool:
        """Whether the caller should hear a word before the outside is waited for: once, while it is slow."""
        return not (self.patient or self.claimed or self.outside_failed) and self.runtime.outside_latency.is_slow()

    def run_effect(self, do: EffectRequest) -> tuple[str, Any]:
        """Run an effect by its kind; expected failures are results."""
        effect = do.effect
        expected: tuple[type[Exception], ...] = (*effect.errors, Unavailable)
        try:
            if effect.kind == "touch":
                value = self._touch(do)
            elif effect.kind == "write":
                self._open()
                value = effect.run(self._world(do, self.own.conn), *do.args)
            elif self.transaction is not None:
                value = effect.run(self._world(do, self.own.conn), *do.args)
            else:
                with reading(self.own.conn):
                    value = effect.run(self._world(do, self.own.conn), *do.args)
        except expected as error:
            return "err", next(kind.__name__ for kind in expected if isinstance(error, kind))
        return "ok", effect.encode(value)

    def commit(self, row: Row, reply: str) -> bool:
        """Store the turn with its document; False when another worker's row is there already."""
        sealed = self.runtime.sealer.seal(reply)
        if self.transaction is None:
            if not self.claimed and self.runtime.group_commit.append(journal.columns(row, self.before), sealed):
                return True
            self._begin()
        try:
            mine = journal.append(self.own.conn, row, sealed, self.before)
            if mine and self.claimed:
                claims.release(self.own.conn, row.call, row.turn)
        except Exception:
            self.roll_back()
            raise
        if not mine:
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

    def _touch(self, do: EffectRequest) -> Any:
        if self.transaction is not None:
            raise RuntimeError(f"{do.name} reaches outside after a write in the same turn; put it before the write")
        if self.outside_failed:
            raise Unavailable("the outside did not answer earlier in this turn; it is not waited for twice")
        if self.until - time.monotonic() < MIN_TOUCH_SECONDS:
            raise Unavailable("the turn has no time left to wait for the outside")
        if not self.claimed:
            with writing(self.own.conn):
                claims.take(self.own.conn, self.runtime.worker, self.call.sid, self.turn)
                if (
                    journal.reply(self.own.conn, self.call.sid, self.turn) is not None
                ):  # asked only under the claim's lock
                    raise claims.TurnTaken("the turn is already answered")
            self.claimed = True
        self.keys = None
        began = time.monotonic()
        try:
            with self.runtime.touch_slot():
                return do.effect.run(self._world(do, None), *do.args)
        except Unavailable:
            self.outside_failed = True
            raise
        finally:
            self.runtime.outside_latency.record(time.monotonic() - began)

    def _open(self) -> None:
        """The turn's transaction for its first write: a turn that is answered already writes nothing."""
        if self.transaction is None:
            self._begin()
            if journal.reply(self.own.conn, self.call.sid, self.turn) is not None:
                raise claims.TurnTaken("the turn is already answered")

    def _begin(self) -> None:
        with ExitStack() as opened:
            opened.enter_context(writing(self.own.conn))
            claims.check(self.own.conn, self.runtime.worker, self.call.sid, self.turn, self.claimed)
            self.transaction = opened.pop_all()

    def _world(self, do: EffectRequest, conn: sa.Connection | None) -> World:
        ordinal = self.ordinals[do.name] = self.ordinals.get(do.name, 0) + 1
        key = f"{self.call.sid}:{self.turn}:{do.name}:{ordinal}"
        deadline = min(time.monotonic() + TOUCH_SECONDS, self.until)
        return World(self.call.sid, key, self.now, deadline, conn, self.runtime)

    def _keyed(self, wait: Wait, keys: str | None) -> Decision:
        """What was keyed just now; where the question cannot have been heard yet, it is asked again."""
        elapsed = self._elapsed()
        keys = "#" if early_keys.is_lone_pound(wait, keys, elapsed) else keys
        decision = self._decide(wait, keys)
        if not early_keys.is_early(wait, decision, keys, elapsed, self._seconds_before):
            return decision
        self.keys = None
        return ("repeat", None)

    def _decide(self, wait: Wait, keys: str | None) -> Decision:
        decision, rest = wait.prompt.decide(keys, wait.failures, self.now)
        self.keys = rest.lstrip("#") or None
        return decision

    def _elapsed(self) -> float | None:
        """Seconds from the document that asked to what was keyed, if there is a watch for them."""
        asked = (self.before.wait or {}).get("asked") if self.before else None
        at = self.input.at if self.input else None
        return None if asked is None or at is None else at - asked

    def _seconds_before(self, wait: Wait) -> float:
        """How long it takes to say what comes before this question."""
        return self.runtime.speaker.seconds(wait.context, self.call.language, self.now.date())

    def _may_run_ahead(self, wait: Wait) -> bool:
        return bool(self.keys) and wait.prompt.type_ahead and wait.failures.no_matches == 0

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
