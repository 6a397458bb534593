"""Replay: how a flow, an ordinary coroutine, continues from one webhook to the next.

At each turn the flow runs again from its first line. It gets the answers and effect results of the journal; then it
gets the new answer, and runs to its next wait.

1.  `say` is not a wait and is not journaled. Its arguments are values, never words.
2.  Only the answer to a wait on the caller's own leg is a turn.
3.  The journal holds decisions, not keys: see `prompts`.
4.  The journal holds effects by name, with a JSON result: see `effects`. In one turn, reads and touches come before the
    first write. A touch after a write is refused: a transaction must never be open during a request to the outside.
5.  Replay compares the names of waits and effects in order, and then the wait that the flow stops at with the one that
    the caller heard: see `stored_wait`. A mismatch raises `Diverged`. So does any error during a replay: steps that
    succeeded once can only fail if the code has changed.
6.  A Secret exists only in the turn in which it was keyed. In a replay it is empty, and raises if it is used.
7.  The replayer accepts only its own requests, never throws into a flow, and closes the coroutine after each turn. A
    `finally` around an await would run at every key press, so flows have none.
8.  `call.now` is the recorded time of the turn that is replayed; before the first step, of the turn that opened the
    root flow.
9.  While the outside is slow, a filler is spoken before it is asked, in a turn of its own. The replayer does that; no
    flow knows of it. It does not happen once a secret was keyed, because a secret lasts for one turn.
10. A flow that never ends becomes a hand-over: the effects and the utterances of a turn are limited.
"""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Protocol

import msgspec

from ivr.engine import stored_wait
from ivr.engine.call import Call
from ivr.engine.effects import EffectRequest
from ivr.engine.errors import Diverged, ForeignAwait, RunawayFlow, UncaughtSignal
from ivr.engine.runtime import RootFlow
from ivr.engine.secrets import Sealed, Secret
from ivr.engine.signals import HangUp, Signal
from ivr.engine.utterances import Utterance
from ivr.engine.waits import FILLER, Announcement, CallerWait, Dial, Queue, Wait

VERBS: dict[type, str] = {
    Wait: "answer",
    Dial: "answer",
    Queue: "answer",
    Announcement: "answer",
    EffectRequest: "did",
}
"""The requests that a flow may await, and how the journal names their answers."""

MAX_STEPS_PER_TURN = 40
"""Effects and waits that one turn may add; more of them are a loop in a flow."""


class LiveSource(Protocol):
    """The source of live answers and effect results: `LiveTurn`, or a test's own."""

    def answer(self, wait: CallerWait) -> tuple[str, Any] | None:
        """The decision, or None when the caller has not answered yet."""

    def run_effect(self, request: EffectRequest) -> tuple[str, Any]:
        """Run the effect: ("ok", plain result) or ("err", error name)."""

    def wants_filler(self) -> bool:
        """Whether to speak the filler before the outside is asked."""

    def resumes_after_filler(self) -> bool:
        """Whether this turn goes on after the filler that the last turn spoke."""


class TurnResult(msgspec.Struct, frozen=True):
    """Where a turn ended: the wait that it stopped at (None: the conversation is over), what it said and did."""

    wait: CallerWait | None
    utterances: tuple[Utterance, ...]
    steps: list[list[Any]] = []


Step = tuple[datetime, list[Any]]
"""A journaled step with the time of its turn."""


class History(msgspec.Struct, frozen=True):
    """The recorded part of a root flow: when it was opened, its steps, and the wait that the call stands at, if any."""

    opened: datetime
    steps: list[Step] = []
    waits_at: stored_wait.StoredWait | None = None


class Replayer:
    """Runs one root flow through its recorded steps and then through the live turn."""

    def __init__(self, call: Call, history: History, live: LiveSource, now: datetime) -> None:
        self.call, self.history, self.live, self.now = call, history, live, now
        self.steps: list[list[Any]] = []
        self.writes: list[list[Any]] = []
        self.replaying = True

    def run(self, root_flow: RootFlow) -> TurnResult:
        """Run the root flow to its next unanswered wait, or to its end.

        Raises Diverged, UncaughtSignal, ForeignAwait, RunawayFlow, and what the flow raises.
        """
        self.call.now = self.history.opened
        flow = root_flow(self.call)
        try:
            return self._drive(flow)
        except (StopIteration, HangUp):
            return TurnResult(None, self.call._take_said(), self.steps)
        except Signal as signal:
            raise UncaughtSignal(f"the root flow let {type(signal).__name__} pass") from signal
        finally:
            flow.close()

    def undone(self) -> list[list[Any]]:
        """The steps of a turn whose writes were rolled back: each write is marked "undone"."""
        return [["did", step[1], "undone", step[3]] if step in self.writes else step for step in self.steps]

    def _drive(self, flow: Coroutine[Any, Any, Any]) -> TurnResult:
        asked, heard = self._first_live_request(flow)
        self.replaying, self.call.now = False, self.now
        while True:
            self._guard(asked)
            if type(asked) is EffectRequest and self._needs_filler(asked):
                return TurnResult(FILLER, FILLER.utterances, self.steps)
            answer = self._live_answer(heard)
            if answer is None:
                return TurnResult(asked, asked.utterances, self.steps)
            if heard is not asked:
                stored_wait.check_option(asked, answer)
            asked = heard = flow.send(answer)

    def _first_live_request(self, flow: Coroutine[Any, Any, Any]) -> tuple[Any, Any]:
        """The first request that the journal does not answer: as the flow asks it now, and as the caller heard it."""
        if self.history.waits_at is None:
            asked = self._replay(flow)
            return asked, asked
        try:
            asked = self._replay(flow)
            return asked, stored_wait.match(self.history.waits_at, asked)
        except Diverged:
            raise
        except (Exception, Signal) as error:
            end = "ends" if isinstance(error, (StopIteration, Signal)) else f"raises {type(error).__name__}"
            raise Diverged(
                f"the call waited at {self.history.waits_at['name']!r}, the flow now {end} before it"
            ) from error

    def _replay(self, flow: Coroutine[Any, Any, Any]) -> Any:
        """Give the flow the recorded answers and results; its first request without one."""
        call, request = self.call, flow.send(None)
        for now, (kind, name, outcome, stored) in self.history.steps:
            verb = VERBS.get(type(request))
            if name == FILLER.name and verb == "did":
                continue
            if kind != verb or name != request.name:
                raise _diverged(kind, name, request)
            call.now = now
            if verb == "did":
                request = flow.send(_result(request, outcome, stored))
            else:
                request = flow.send(_decision(outcome, stored))
        return request

    def _guard(self, request: Any) -> None:
        if type(request) not in VERBS:
            raise _foreign(request)
        if len(self.steps) > MAX_STEPS_PER_TURN:
            raise RunawayFlow(f"more than {MAX_STEPS_PER_TURN} steps in one turn, at {request.name}")

    def _needs_filler(self, request: EffectRequest) -> bool:
        """Whether to stop for the filler before this effect. What was said before waits for the flow's next wait."""
        if self.live.resumes_after_filler():
            self.steps.append(["answer", FILLER.name, "passed", None])
            return False
        has_secret = any(step[2] == "secret" for step in self.steps)
        return request.effect.kind == "touch" and not has_secret and self.live.wants_filler()

    def _live_answer(self, request: CallerWait | EffectRequest) -> Any:
        if isinstance(request, EffectRequest):
            outcome, plain = self.live.run_effect(request)
            self.steps.append(["did", request.name, outcome, plain])
            if request.effect.kind == "write":
                self.writes.append(self.steps[-1])
            return _result(request, outcome, plain)
        decision = self.live.answer(request)
        if decision is None:
            return None
        kind, value = decision
        self.steps.append(["answer", request.name, kind, _to_store(value)])
        return decision


def _result(request: EffectRequest, outcome: str, plain: Any) -> tuple[str, Any]:
    """An effect's outcome as the flow gets it: its decoded result, or the error to raise. Raises Diverged."""
    if outcome == "ok":
        return outcome, request.effect.decode(plain)
    error = request.effect.error(plain)
    if error is None:
        raise Diverged(f"the journal holds {plain} for {request.name}, which does not declare it")
    return outcome, error


def _to_store(value: Any) -> Any:
    """A decision's value as the journal stores it."""
    if isinstance(value, Secret):
        return None
    return value.token if isinstance(value, Sealed) else value


def _decision(kind: str, stored: Any) -> tuple[str, Any]:
    """A decision from the journal."""
    if kind == "secret":
        return kind, Secret(None)
    return kind, Sealed(stored) if kind == "sealed" else stored


def _diverged(kind: str, name: str, request: Any) -> RuntimeError:
    if type(request) not in VERBS:
        return _foreign(request)
    return Diverged(
        f"the journal holds {kind} {name!r}, the flow now asks for {VERBS[type(request)]} {request.name!r}; "
        "was the flow changed while this call was running?"
    )


def _foreign(request: Any) -> ForeignAwait:
    return ForeignAwait(f"a flow awaited {type(request).__name__}; only the call's verbs may be awaited")
