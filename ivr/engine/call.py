"""The verbs a flow may use. `await` means: the caller answers, or the world is touched.

A verb keeps its prompt until there is an answer that moves the flow. Repeat, more time, slower and the
other language are answered in place; a person, back and the main menu unwind as signals.
"""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from ivr.engine.effects import Effect, P, T
from ivr.engine.prompts import Ask, Confirm, Decision, Menu, Prompt, Record, Tries
from ivr.engine.signals import Back, HangUp, Main, Signal, ToAgent
from ivr.engine.way import NOTHING, Way


class Line(msgspec.Struct, frozen=True):
    """One thing to be spoken: a catalogue id and its arguments, never words. `key`: it is offered under that key."""

    id: str
    args: dict[str, Any] = {}
    key: str | None = None
    language: str | None = None


class Wait(msgspec.Struct, frozen=True):
    """A wait for the caller: what is asked, how often it failed, the last decision, what is spoken before.

    Its words are put together only when they are wanted: a replay passes many waits and speaks one.
    """

    prompt: Prompt
    tries: Tries
    context: tuple[Line, ...]
    args: dict[str, Any]
    last: Decision
    slow: bool
    at_work: bool = True

    @property
    def name(self) -> str:
        return self.prompt.name

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is spoken: what was said before, then the prompt as the last decision makes it."""
        return self.context + _words(self)

    @property
    def timeout(self) -> int:
        """Seconds of silence before it counts: 30 in an entry after "take your time", to fetch a card or a letter."""
        silent = self.last[0] == "silence"
        if self.last[0] == "more-time" or (silent and isinstance(self.prompt, Ask) and self.tries.silences == 1):
            return 30
        return max(7, self.prompt.timeout) if silent else self.prompt.timeout


class Dial(msgspec.Struct, frozen=True):
    """A wait for an agent's leg: the number dialled, what the caller hears before."""

    name: str
    number: str
    lines: tuple[Line, ...]


class Moment(msgspec.Struct, frozen=True):
    """No question: words, then the line asks itself for the next turn. What was written is committed by then."""

    name: str
    lines: tuple[Line, ...]


FILLER = Moment("filler", (Line("one-moment"),))
"""What is said before the outside is waited for, while it is slow."""

Asking = Wait | Dial | Moment
"""What a flow waits for on the caller's leg: its answer is a turn."""


class Do(msgspec.Struct, frozen=True):
    """A request to run an effect."""

    effect: Effect[Any, Any]
    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        return self.effect.name


class Sealed(msgspec.Struct, frozen=True):
    """A keyed value that is kept encrypted; only rendering and effects open it."""

    token: str


PAUSE, PAUSE_AGAIN = "pause", "pause-again"
"""A silence within long words; before the first one it is said that `#` says all of them again."""

AGAIN = ("repeat", "slower", "language", "more-time")
"""What was said before a question is no more said after a failure, until the caller asks for it with one of these keys."""

LINES_A_TURN = 60
"""More than any conversation says before it asks."""


class Diverged(RuntimeError):
    """The flow asks for something else than the journal holds."""


class Endless(RuntimeError):
    """A flow said or did more in one turn, or a call took more turns, than any conversation needs."""


AT_NIGHT = "-closed"
"""Of a message that names what `0` does: while nobody is at work, it takes a callback."""

NO_TRIES = Tries()
FIRST: Decision = ("first", None)


@types.coroutine
def _trap(request: Wait | Dial | Moment | Do) -> Generator[Any, Any, Any]:
    """The one place where a flow stops and the driver answers."""
    return (yield request)


class Call:
    """One call, as its flow sees it."""

    def __init__(self, sid: str, language: str, slow: bool, facts: dict[str, Any]) -> None:
        self.sid = sid
        self.language = language
        self.slow = slow
        self.facts = facts
        self.now: datetime
        self.said: list[Line] = []
        self.in_both = False
        self.way = Way()
        self._went_back = False

    @property
    def at_work(self) -> bool:
        """Whether people are there for the matter of this call."""
        return self.at_work_for("urgent" if self.facts.get("priority") == "high" else "other")

    def at_work_for(self, matter: str) -> bool:
        """Whether people are there for an urgent or an `other` matter, by the hours that were known when the call began."""
        there, until = self.facts.get("at_work", {}).get(matter, (True, None))
        changed = until is not None and self.now >= datetime.fromisoformat(until)
        return bool(there) != changed

    def say(self, message: str, **args: Any) -> None:
        """Speak a catalogue message before the next prompt. Not a wait; nothing is rendered yet.

        While `in_both` is set, whoever has not chosen a language yet hears it in both. Raises Endless.
        """
        if len(self.said) >= LINES_A_TURN:
            raise Endless(f"more than {LINES_A_TURN} utterances in one turn, at {message}")
        self.said.append(Line(message, args))
        if self.in_both:
            self.said.append(Line(message, args, language="other"))

    def pause(self) -> None:
        """Between long words that a menu ends: the key that says them again, once, and two seconds for any. Not a wait."""
        if self.said:
            told = any(line.id == PAUSE for line in self.said)
            self.say(PAUSE_AGAIN if told else PAUSE)

    def menu(self, menu: Menu, **args: Any) -> Coroutine[Any, Any, str]:
        """Offer the options; the name of the chosen one."""
        return self._answer(menu, args)

    async def confirm(self, confirm: Confirm, **args: Any) -> bool:
        """Yes (1) or no (2)."""
        return bool(await self._answer(confirm, args) == "yes")

    async def ask(self, ask: Ask, **args: Any) -> Any:
        """An entry; its parsed value, a Secret when personal, Sealed when sealed. Read back first if it says so."""
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
        """The caller's own words; the id of the recording, or None when nothing was said."""
        return self._answer(record, args)

    async def do(self, effect: Effect[P, T], *args: P.args, **no: P.kwargs) -> T:
        """Run an effect; its result. Raises what the effect declares, and Unavailable."""
        outcome, given = await _trap(Do(effect, args))
        if outcome == "err":
            raise given
        result: T = given
        if effect.act:
            self.way.done.append([effect.act, getattr(result, "reference", None)])
        return result

    async def level(self, inner: Coroutine[Any, Any, Any]) -> Any:
        """What a menu choice opens: `*` anywhere inside ends it without a result."""
        mark, result = self.way.enter(), None
        try:
            result = await inner
        except Back:
            pass
        except Signal:
            self.way.leave(mark)
            raise
        self.way.leave(mark)
        return result

    async def dial(self, name: str, number: str) -> str:
        """Ring one agent: accepted, declined, busy, no-answer or failed. Accepted comes back after the talk."""
        lines = self._take_said()
        kind, _ = await _trap(Dial(name, number, lines))
        return str(kind)

    async def moment(self, message: str, **args: Any) -> None:
        """Say this alone and go on in a turn of its own: for a touch after a write, and for words while something is slow.

        No key stops it, so it is short; what was said before is heard at the next prompt, where a key does.
        """
        await _trap(Moment(message, (Line(message, args),)))

    def hang_up(self) -> None:
        """End the call after what was said."""
        raise HangUp

    def _take_said(self) -> tuple[Line, ...]:
        lines, self.said = tuple(self.said), []
        return lines

    async def _answer(self, prompt: Prompt, args: dict[str, Any]) -> Any:
        if self.way.ahead and (given := self.way.again(prompt)) is not NOTHING:
            self.said.clear()
            self.way.answered(prompt, given)
            return given
        said, tries, last = self._take_said(), NO_TRIES, FIRST
        while True:
            context = said if tries == NO_TRIES or last[0] in AGAIN else ()
            decision = await _trap(Wait(prompt, tries, context, args, last, self.slow, self.at_work))
            if decision[0] in ("value", "secret", "sealed"):
                self._went_back = False
                self.way.answered(prompt, decision[1])
                return decision[1]
            tries, last = tries.after(decision), decision
            self._apply(decision, prompt)

    def _apply(self, decision: Decision, prompt: Prompt) -> None:
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


OPTIONS_HELD = 3
"""A longer menu is not read out to whoever is silent: `#` does it, and `0` is a person within a minute."""


def _words(wait: Wait) -> tuple[Line, ...]:
    """The prompt after the last decision: a first silence is no error and asks nothing again."""
    kind, prompt, zero = wait.last[0], wait.prompt, "" if wait.at_work else AT_NIGHT
    if kind == "silence" and wait.tries.silences == 1:
        return _in_both((Line("take-your-time" + zero),), prompt) + _may_be_left_empty(prompt)
    lead: tuple[Line, ...] = ()
    if kind == "silence" and isinstance(prompt, Menu) and len(prompt.options) > OPTIONS_HELD:
        return (Line("still-silent-menu"),)
    if kind == "silence" and not prompt.bilingual:  # in both languages the question alone is long enough
        lead = (Line("still-silent"),)
    elif kind == "wrong":
        lead = (Line(f"wrong-{prompt.kind}-{wait.tries.wrongs}{zero if wait.tries.wrongs > 1 else ''}"),)
    elif kind == "slower":
        lead = (Line("slower-on" if wait.slow else "slower-off"),)
    elif kind in ("more-time", "clear"):
        lead = (Line(kind),)
    return _in_both(lead, prompt) + _question(prompt, wait.args, zero)


LANGUAGE_OF = {"chinese": "zh", "english": "en"}
"""In a bilingual menu each option is spoken, with its lead, in the language that it offers."""


def _question(prompt: Prompt, args: dict[str, Any], zero: str = "") -> tuple[Line, ...]:
    """The prompt's own words: its lead, then each option with the key of its position."""
    choices = args.get("choices", {})
    said = {name: value for name, value in args.items() if name != "choices"}
    lines = [] if prompt.bilingual else [Line(prompt.name, said)]
    if isinstance(prompt, Menu):
        labels = "yes-no" if isinstance(prompt, Confirm) else prompt.name
        for position, option in enumerate(prompt.options, 1):
            language = LANGUAGE_OF.get(option) if prompt.bilingual else None
            if prompt.bilingual:
                lines.append(Line(prompt.name, said, language=language))
            label, values = ("choice", choices[option]) if option in choices else (option, said)
            lines.append(Line(f"{labels}.{label}", values, key=str(position), language=language))
        if prompt.offer_agent:
            lines.append(Line("agent-option" + zero, key="0"))
        if prompt.offer_language:
            lines.append(Line("other-language", key="9", language="other"))
    return tuple(lines) + _may_be_left_empty(prompt)


def _may_be_left_empty(prompt: Prompt) -> tuple[Line, ...]:
    """The keys for "I do not know", the same in each entry that takes it."""
    return (Line("if-unknown"),) if isinstance(prompt, Ask) and prompt.empty_is else ()


def _in_both(lead: tuple[Line, ...], prompt: Prompt) -> tuple[Line, ...]:
    """Whoever has not chosen a language yet hears everything in both."""
    return lead + tuple(replace(line, language="other") for line in lead) if prompt.bilingual else lead
