"""Replay: how a flow that is an ordinary coroutine survives every webhook.

Theory of operation. A flow is run again from its first line at each turn. Answers and effects that
the journal holds are handed to it as they were; the new answer is fed in; it runs to its next wait.

1.  `say` is not a wait and is not journaled; its arguments are values, never words.
2.  Only the answer to a wait on the caller's own leg is a turn.
3.  Decisions are journaled, not keys: see `prompts`.
4.  Effects are journaled by name with a JSON result: see `effects`. In one turn reads and touches
    come before the first write; a touch after a write is refused, for a transaction must never be
    open while the outside is waited for.
5.  Replay compares the names of waits and effects in order, and then the question that the flow stops at
    with the one that was heard: see `pending`. A mismatch is `Diverged`, and so is any error of a
    replay, for what was played once can only fail when the code is another one.
6.  A Secret exists only in the turn in which it was keyed. Replayed, it is empty and raises on use.
7.  The driver accepts only its own requests, never throws into a flow, and closes the coroutine
    after each turn, so `finally` around an await would run at every key press: flows have none.
8.  Time is the recorded time of the turn that is being replayed; before the first step, of the one that
    opened the story.
9.  While the outside is slow, a word is spoken before it is waited for, in a turn of its own: the
    driver does it, no flow knows of it. Not once something secret was keyed: it lives for one turn.
10. An endless flow ends as a hand-off: effects and utterances of a turn are capped.
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
from ivr.engine.waits import FILLER, Announcement, CallerWait, Dial, Wait

VERBS: dict[type, str] = {Wait: "answer", Dial: "answer", Announcement: "answer", EffectRequest: "did"}
"""What a flow may await, and how its answer is journaled."""

MAX_STEPS_PER_TURN = 40


class LiveSource(Protocol):
    """The part of a turn that meets the world: answers waits from what was keyed, runs effects."""

    def answer(self, wait: CallerWait) -> tuple[str, Any] | None:
        """The decision, or None when the caller has not answered this yet."""

    def run_effect(self, do: EffectRequest) -> tuple[str, Any]:
        """Run the effect: ("ok", plain result) or ("err", error name)."""

    def wants_filler(self) -> bool:
        """Whether the outside is slow, and the caller has heard no word for that in this turn."""

    def resumes_after_filler(self) -> bool:
        """Whether the turn before stopped for such a word, and this one goes on from there."""


class TurnResult(msgspec.Struct, frozen=True):
    """Where a turn ended: the wait it stopped at (None: the conversation is over) and what it did."""

    wait: CallerWait | None
    utterances: tuple[Utterance, ...]
    steps: list[list[Any]] = []


Step = tuple[datetime, list[Any]]
"""A journaled step with the time of its turn."""


class History(msgspec.Struct, frozen=True):
    """What was played of a story: when it was opened, its steps, and the question that the call waits at (None: it begins)."""

    opened: datetime
    steps: list[Step] = []
    waits_at: stored_wait.StoredWait | None = None


class Replayer:
    """Drives one story through its recorded steps and then through the live turn."""

    def __init__(self, call: Call, past: History, live: LiveSource, now: datetime) -> None:
        self.call, self.past, self.live, self.now = call, past, live, now
        self.steps: list[list[Any]] = []
        self.writes: list[list[Any]] = []
        self.replaying = True

    def run(self, story: RootFlow) -> TurnResult:
        """Run the story to its next unanswered wait, or to its end.

        Raises Diverged, UncaughtSignal, ForeignAwait, RunawayFlow, and what the story raises.
        """
        self.call.now = self.past.opened
        flow = story(self.call)
        try:
            return self._drive(flow)
        except (StopIteration, HangUp):
            return TurnResult(None, self.call._take_said(), self.steps)
        except Signal as signal:
            raise UncaughtSignal(f"the story let {type(signal).__name__} pass") from signal
        finally:
            flow.close()

    def undone(self) -> list[list[Any]]:
        """The steps of a turn whose writes were rolled back: what was written is "undone" in them."""
        return [["did", step[1], "undone", step[3]] if step in self.writes else step for step in self.steps]

    def _drive(self, flow: Coroutine[Any, Any, Any]) -> TurnResult:
        asked, heard = self._replayed(flow)
        self.replaying, self.call.now = False, self.now
        while True:
            self._guard(asked)
            if type(asked) is EffectRequest and self._is_held(asked):
                return TurnResult(FILLER, FILLER.utterances, self.steps)
            answer = self._live_answer(heard)
            if answer is None:
                return TurnResult(asked, asked.utterances, self.steps)
            if heard is not asked:
                stored_wait.check_option(asked, answer)
            asked = heard = flow.send(answer)

    def _replayed(self, flow: Coroutine[Any, Any, Any]) -> tuple[Any, Any]:
        """The first live request: as the flow asks it now, and as the caller heard it."""
        if self.past.waits_at is None:
            asked = self._replay(flow)
            return asked, asked
        try:
            asked = self._replay(flow)
            return asked, stored_wait.match(self.past.waits_at, asked)
        except Diverged:
            raise
        except (Exception, Signal) as error:
            end = "ends" if isinstance(error, (StopIteration, Signal)) else f"raises {type(error).__name__}"
            raise Diverged(
                f"the call waited at {self.past.waits_at['name']!r}, the flow now {end} before it"
            ) from error

    def _replay(self, flow: Coroutine[Any, Any, Any]) -> Any:
        """Hand the flow what the journal holds; its first request that the journal has no answer to."""
        call, request = self.call, flow.send(None)
        for now, (kind, name, verdict, kept) in self.past.steps:
            verb = VERBS.get(type(request))
            if name == FILLER.name and verb == "did":
                continue
            if kind != verb or name != request.name:
                raise _diverged(kind, name, request)
            call.now = now
            if verb == "did":
                request = flow.send(_result(request, verdict, kept))
            else:
                request = flow.send((verdict, kept) if verdict == "value" else _decision(verdict, kept))
        return request

    def _guard(self, request: Any) -> None:
        if type(request) not in VERBS:
            raise _foreign(request)
        if len(self.steps) > MAX_STEPS_PER_TURN:
            raise RunawayFlow(f"more than {MAX_STEPS_PER_TURN} steps in one turn, at {request.name}")

    def _is_held(self, do: EffectRequest) -> bool:
        """Whether the caller hears a word first. What was said before stays unsaid until the flow's next wait."""
        if self.live.resumes_after_filler():
            self.steps.append(["answer", FILLER.name, "passed", None])
            return False
        keyed = any(step[2] == "secret" for step in self.steps)
        return do.effect.kind == "touch" and not keyed and self.live.wants_filler()

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
        kept = value.token if isinstance(value, Sealed) else None if isinstance(value, Secret) else value
        self.steps.append(["answer", request.name, kind, kept])
        return decision


def _result(request: EffectRequest, outcome: str, plain: Any) -> tuple[str, Any]:
    """An effect's outcome as the flow gets it: the decoded result, or the error to raise. Raises Diverged."""
    if outcome == "ok":
        return outcome, request.effect.decode(plain)
    error = request.effect.error(plain)
    if error is None:
        raise Diverged(f"the journal holds {plain} for {request.name}, which does not declare it")
    return outcome, error


def _decision(kind: str, kept: Any) -> tuple[str, Any]:
    if kind == "secret":
        return kind, Secret(None)
    return kind, Sealed(kept) if kind == "sealed" else kept


def _diverged(kind: str, name: str, request: Any) -> RuntimeError:
    if type(request) not in VERBS:
        return _foreign(request)
    return Diverged(
        f"the journal holds {kind} {name!r}, the flow now asks for {VERBS[type(request)]} {request.name!r}; "
        "was the flow changed while this call was running?"
    )


def _foreign(request: Any) -> ForeignAwait:
    return ForeignAwait(f"a flow awaited {type(request).__name__}; only the call's verbs may be awaited")
