"""The verbs of a call flow. `await` means that the caller answers or the world is touched.

A verb asks its prompt until an answer moves the flow on. Repeat, more time, slower and the other language are answered
in place; a person, back and the main menu leave the flow as signals.
"""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator, Mapping
from datetime import datetime
from typing import Any

from ivr.engine.answer_path import NO_ANSWER, AnswerPath
from ivr.engine.effects import Effect, EffectRequest, P, T
from ivr.engine.errors import RunawayFlow
from ivr.engine.prompts import Ask, Confirm, Decision, FailureCounts, Menu, Prompt, Record
from ivr.engine.signals import Back, HangUp, Main, Signal, ToAgent
from ivr.engine.utterances import PAUSE, PAUSE_AGAIN, Utterance
from ivr.engine.waits import Announcement, CallerWait, Dial, Queue, Task, Wait

REPEATS_CONTEXT = ("repeat", "slower", "language", "more-time")
"""After a failure the words before the question are left out, until the caller asks for them with one of these keys."""

MAX_UTTERANCES_PER_TURN = 60
"""More than any conversation says before it asks."""

NO_FAILURES = FailureCounts()
FIRST: Decision = ("first", None)


def is_urgent(facts: Mapping[str, Any]) -> bool:
    """Whether a call is about security: agents take it first, and it has opening hours of its own."""
    return facts.get("priority") == "high"


@types.coroutine
def _yield_to_engine(request: CallerWait | EffectRequest) -> Generator[Any, Any, Any]:
    """The only place where a flow stops; the replayer sends the answer."""
    return (yield request)


class Call:
    """One call as its flow sees it.

    `now`: the recorded time of the turn. `facts`: what holds for the whole call. `in_both`: speak both languages, while
    the caller has not chosen one.
    """

    def __init__(self, sid: str, language: str, slow: bool, facts: dict[str, Any]) -> None:
        self.sid = sid
        self.language = language
        self.slow = slow
        self.facts = facts
        self.now: datetime
        self.said: list[Utterance] = []
        self.in_both = False
        self.path = AnswerPath()
        self._went_back = False

    @property
    def at_work(self) -> bool:
        """Whether agents are at work for the matter of this call."""
        return self.at_work_for("urgent" if is_urgent(self.facts) else "other")

    def at_work_for(self, matter: str) -> bool:
        """Whether agents are at work for an "urgent" or an "other" matter, by the hours known when the call began."""
        is_open, until = self.facts.get("at_work", {}).get(matter, (True, None))
        has_changed = until is not None and self.now >= datetime.fromisoformat(until)
        return bool(is_open) != has_changed

    def say(self, message: str, **args: Any) -> None:
        """Speak a message of the catalogue before the next prompt. Not a wait. Raises RunawayFlow."""
        if len(self.said) >= MAX_UTTERANCES_PER_TURN:
            raise RunawayFlow(f"more than {MAX_UTTERANCES_PER_TURN} utterances in one turn, at {message}")
        self.said.append(Utterance(message, args))
        if self.in_both:
            self.said.append(Utterance(message, args, language="other"))

    def pause(self) -> None:
        """A pause of two seconds within long words; the first one names the key that repeats them. Not a wait."""
        if self.said:
            is_repeated = any(utterance.id == PAUSE for utterance in self.said)
            self.say(PAUSE_AGAIN if is_repeated else PAUSE)

    def menu(self, menu: Menu, **args: Any) -> Coroutine[Any, Any, str]:
        """Offer the options of a menu; the name of the chosen one."""
        return self._answer(menu, args)

    async def confirm(self, confirm: Confirm, **args: Any) -> bool:
        """Ask for yes (1) or no (2)."""
        return bool(await self._answer(confirm, args) == "yes")

    async def ask(self, ask: Ask, **args: Any) -> Any:
        """Ask for an entry, and read it back if the prompt says so; its value, a Secret or Sealed if declared so."""
        while True:
            value = await self._answer(ask, args)
            if ask.readback is None:
                return value
            try:
                if await self.confirm(ask.readback, value=value):
                    return value
            except Back:
                self._went_back = False

    def record(self, record: Record, **args: Any) -> Coroutine[Any, Any, str | None]:
        """Record the caller's own words; the id of the recording, or None when nothing was said."""
        return self._answer(record, args)

    async def do(self, effect: Effect[P, T], *args: P.args, **no: P.kwargs) -> T:
        """Run an effect; its result. Raises the errors that the effect declares, and Unavailable."""
        outcome, value = await _yield_to_engine(EffectRequest(effect, args))
        if outcome == "err":
            raise value
        result: T = value
        if effect.act:
            self.path.done.append([effect.act, getattr(result, "reference", None)])
        return result

    async def level(self, inner: Coroutine[Any, Any, Any]) -> Any:
        """Run the flow that a menu choice opens; its result. `*` anywhere inside ends it without a result."""
        position, result = self.path.enter_level(), None
        try:
            result = await inner
        except Back:
            pass
        except Signal:
            self.path.leave_level(position)
            raise
        self.path.leave_level(position)
        return result

    async def dial(self, name: str, number: str) -> str:
        """Ring one agent: accepted (after the talk), declined, busy, no-answer or failed."""
        kind, _ = await _yield_to_engine(Dial(name, number, self._take_said()))
        self._went_back = False
        return str(kind)

    async def queue(self, name: str, task: Task | None = None) -> str:
        """Wait in the queue for an agent; how the wait ended.

        `answered` (after the talk), what the caller chose instead (`callback`, `note`, `menu`), `closed`
        at closing time, or `failed`.
        """
        kind, _ = await _yield_to_engine(Queue(name, self._take_said(), task))
        self._went_back = False
        return str(kind)

    async def announce(self, message: str, **args: Any) -> None:
        """Speak a message by itself and continue in a new turn: for a touch after a write, or before something slow.

        It has no barge-in, so keep it short. What was said before is heard at the next prompt, where a key interrupts.
        """
        await _yield_to_engine(Announcement(message, (Utterance(message, args),)))

    def hang_up(self) -> None:
        """End the call after speaking what was said."""
        raise HangUp

    def _take_said(self) -> tuple[Utterance, ...]:
        utterances, self.said = tuple(self.said), []
        return utterances

    async def _answer(self, prompt: Prompt, args: dict[str, Any]) -> Any:
        """Ask a prompt until a decision has a value; the value. Raises signals."""
        if self.path.to_resume and (given := self.path.next_answer(prompt)) is not NO_ANSWER:
            self.said.clear()
            self.path.add_answer(prompt, given)
            return given
        said, failures, last = self._take_said(), NO_FAILURES, FIRST
        while True:
            context = said if failures == NO_FAILURES or last[0] in REPEATS_CONTEXT else ()
            asked = Wait(prompt, failures, context, args, last, self.slow, self.at_work, said)
            decision = await _yield_to_engine(asked)
            if decision[0] in ("value", "secret", "sealed"):
                self._went_back = False
                self.path.add_answer(prompt, decision[1])
                return decision[1]
            failures, last = failures.after(decision), decision
            self._apply(decision, prompt)

    def _apply(self, decision: Decision, prompt: Prompt) -> None:
        """Carry out a decision without a value. Raises a signal for a person, back and the main menu."""
        kind, detail = decision
        back_again, self._went_back = self._went_back and kind == "back", False
        if kind == "slower":
            self.slow = not self.slow
        elif kind == "language" and "only_language" not in self.facts:
            self.language = "en" if self.language == "zh" else "zh"
        elif kind == "agent":
            raise ToAgent("asked")
        elif kind == "gave-up":
            raise ToAgent(f"{detail} at {prompt.name}", gave_up=True)
        elif kind == "main" or back_again:
            raise Main
        elif kind == "back":
            self._went_back = True
            raise Back
