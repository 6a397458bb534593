"""Replay: how a flow that is an ordinary coroutine survives every webhook.

Theory of operation. A flow is run again from its first line at each turn. Answers and effects that
the journal holds are handed to it as they were; the new answer is fed in; it runs to its next wait.

1.  `say` is not a wait and is not journaled; its arguments are values, never words.
2.  Only the answer to a wait on the caller's own leg is a turn.
3.  Decisions are journaled, not keys: see `prompts`.
4.  Effects are journaled by name with a JSON result: see `effects`. In one turn reads and touches
    come before the first write; a touch after a write is refused, for a transaction must never be
    open while the outside is waited for.
5.  Replay compares the names of waits and effects in order; a mismatch is `Diverged`.
6.  A Secret exists only in the turn in which it was keyed. Replayed, it is empty and raises on use.
7.  The driver accepts only its own requests, never throws into a flow, and closes the coroutine
    after each turn, so `finally` around an await would run at every key press: flows have none.
8.  Time is the recorded time of the turn that is being replayed.
9.  While the outside is slow, a word is spoken before it is waited for, in a turn of its own: the
    driver does it, no flow knows of it. Not once something secret was keyed: it lives for one turn.
10. An endless flow ends as a hand-off: effects and utterances of a turn are capped.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ivr.engine.call import Call, Dial, Do, Line, Moment, Sealed, Wait
from ivr.engine.secrets import Secret
from ivr.engine.signals import HangUp

FILLER = Moment("filler", (Line("one-moment"),))
Asking = Wait | Dial | Moment
VERBS = frozenset({Wait, Dial, Moment, Do})
Story = Callable[[Call], Coroutine[Any, Any, Any]]

EFFECTS_A_TURN = 40
LINES_A_TURN = 60


class Diverged(RuntimeError):
    """The flow asks for something else than the journal holds."""


class ForeignAwait(RuntimeError):
    """A flow awaited something that is not a verb of the call."""


class Endless(RuntimeError):
    """A flow did more in one turn than any conversation needs."""


class Live(Protocol):
    """The part of a turn that meets the world: answers waits from what was keyed, runs effects."""

    def answer(self, wait: Asking) -> tuple[str, Any] | None:
        """The decision, or None when the caller has not answered this yet."""

    def perform(self, do: Do) -> tuple[str, Any]:
        """Run the effect: ("ok", plain result) or ("err", error name)."""

    def wants_filler(self) -> bool:
        """Whether the outside is slow, and the caller has heard no word for that in this turn."""

    def heard_filler(self) -> bool:
        """Whether the turn before stopped for such a word, and this one goes on from there."""


@dataclass
class Played:
    """Where a turn ended: the wait it stopped at (None: the conversation is over) and what it did."""

    wait: Asking | None
    lines: tuple[Line, ...]
    steps: list[list[Any]] = field(default_factory=list)


Step = tuple[datetime, list[Any]]
"""A journaled step with the time of its turn."""


class Player:
    """Drives one story through its recorded steps and then through the live turn."""

    def __init__(self, call: Call, recorded: list[Step], live: Live, now: datetime) -> None:
        self.call, self.recorded, self.live, self.now = call, recorded, live, now
        self.steps: list[list[Any]] = []
        self.replaying = True

    def play(self, story: Story) -> Played:
        """Run the story to its next unanswered wait, or to its end."""
        self.call.now = self.recorded[0][0] if self.recorded else self.now
        flow = story(self.call)
        try:
            return self._drive(flow)
        except HangUp:
            return Played(None, self.call._take_said(), self.steps)
        finally:
            flow.close()

    def _drive(self, flow: Coroutine[Any, Any, Any]) -> Played:
        answer, recorded = None, iter(self.recorded)
        while True:
            try:
                request = flow.send(answer)
            except StopIteration:
                return Played(None, self.call._take_said(), self.steps)
            self._guard(request)
            step = next(recorded, None)
            if step is not None and type(request) is Do and step[1][:2] == ["answer", FILLER.name]:
                step = next(recorded, None)
            if step is not None:
                answer = self._recorded_answer(request, step)
                continue
            self.replaying, self.call.now = False, self.now
            if type(request) is Do and self._is_held(request):
                return Played(FILLER, FILLER.lines, self.steps)
            answer = self._live_answer(request)
            if answer is None:
                return Played(request, request.lines, self.steps)

    def _guard(self, request: Any) -> None:
        if type(request) not in VERBS:
            raise ForeignAwait(f"a flow awaited {type(request).__name__}; only the call's verbs may be awaited")
        if len(self.call.said) > LINES_A_TURN or len(self.steps) > EFFECTS_A_TURN:
            raise Endless(
                f"more than {EFFECTS_A_TURN} steps or {LINES_A_TURN} utterances in one turn, at {request.name}"
            )

    def _recorded_answer(self, request: Asking | Do, at_step: Step) -> Any:
        self.call.now, step = at_step
        kind, name, verdict, kept = step
        wanted = "did" if type(request) is Do else "answer"
        if kind != wanted or name != request.name:
            raise Diverged(
                f"the journal holds {kind} {name!r}, the flow now asks for {wanted} {request.name!r}; "
                "was the flow changed while this call was running?"
            )
        return self._effect_result(request, verdict, kept) if type(request) is Do else _decision(verdict, kept)

    def _is_held(self, do: Do) -> bool:
        """Whether the caller hears a word first. What was said before stays unsaid until the flow's next wait."""
        if self.live.heard_filler():
            self.steps.append(["answer", FILLER.name, "passed", None])
            return False
        keyed = any(step[2] == "secret" for step in self.steps)
        return do.effect.kind == "touch" and not keyed and self.live.wants_filler()

    def _live_answer(self, request: Asking | Do) -> Any:
        if isinstance(request, Do):
            outcome, plain = self.live.perform(request)
            self.steps.append(["did", request.name, outcome, plain])
            return self._effect_result(request, outcome, plain)
        decision = self.live.answer(request)
        if decision is None:
            return None
        kind, value = decision
        kept = value.token if isinstance(value, Sealed) else None if isinstance(value, Secret) else value
        self.steps.append(["answer", request.name, kind, kept])
        return decision

    @staticmethod
    def _effect_result(request: Do, outcome: str, plain: Any) -> tuple[str, Any]:
        return (outcome, request.effect.decode(plain) if outcome == "ok" else plain)


def _decision(kind: str, kept: Any) -> tuple[str, Any]:
    if kind == "secret":
        return kind, Secret(None)
    return kind, Sealed(kept) if kind == "sealed" else kept
