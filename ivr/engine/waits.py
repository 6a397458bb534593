"""Waits: the points at which a flow stops until the caller's leg answers, and the words that ask there.

A wait's utterances are put together only when they are spoken: a replay passes many waits and speaks one.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from ivr.engine.prompts import Ask, Confirm, Decision, FailureCounts, Menu, Prompt
from ivr.engine.utterances import Utterance


class Wait(msgspec.Struct, frozen=True):
    """A wait for the caller's answer to a prompt.

    `failures`: its failed answers so far; `last`: the last decision; `context`: what the flow said before the prompt,
    as far as it is said in this turn; `said`: all of it, also once a failed answer has shortened the repetition.
    """

    prompt: Prompt
    failures: FailureCounts
    context: tuple[Utterance, ...]
    args: dict[str, Any]
    last: Decision
    slow: bool
    at_work: bool = True
    said: tuple[Utterance, ...] = ()
    stored_kind: ClassVar[str] = "Wait"

    @property
    def name(self) -> str:
        return self.prompt.name

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The context, then the prompt as the last decision makes it."""
        return self.context + _prompt_utterances(self)

    @property
    def timeout(self) -> int:
        """Seconds of silence for a no-input: 30 in an entry after "take your time", to fetch a card or a letter."""
        silent = self.last[0] == "silence"
        if self.last[0] == "more-time" or (silent and isinstance(self.prompt, Ask) and self.failures.no_inputs == 1):
            return 30
        return max(7, self.prompt.timeout) if silent else self.prompt.timeout


class Dial(msgspec.Struct, frozen=True):
    """A wait for an agent's leg: the number to dial, and what the caller hears before."""

    name: str
    number: str
    utterances: tuple[Utterance, ...]
    stored_kind: ClassVar[str] = "Dial"


class Task(msgspec.Struct, frozen=True):
    """What TaskRouter is told of a caller who waits: nothing personal, and the higher priority is first. `wanted` is
    the agent who is rung before anybody else, for `wanted_seconds`."""

    entry: str
    wallet: str
    language: str
    topic: str
    priority: int
    wanted: str = ""
    wanted_seconds: int = 0


class Queue(msgspec.Struct, frozen=True):
    """A wait in the queue for an agent: its name, what the caller hears before joining it, and what TaskRouter is told
    where it chooses the agent."""

    name: str
    utterances: tuple[Utterance, ...]
    task: Task | None = None
    stored_kind: ClassVar[str] = "Queue"


class Announcement(msgspec.Struct, frozen=True):
    """Words without a question: after them the line requests the next turn. Earlier writes are committed by then."""

    name: str
    utterances: tuple[Utterance, ...]
    stored_kind: ClassVar[str] = "Moment"


CallerWait = Wait | Dial | Queue | Announcement
"""Any wait on the caller's leg: its answer is a turn. `stored_kind` is its kind in the journal; it never changes."""

FILLER = Announcement("filler", (Utterance("one-moment"),))
"""Spoken before the outside is asked, while the outside is slow."""

CLOSED_SUFFIX = "-closed"
"""Suffix of a message that says what `0` does: while nobody is at work, `0` arranges a callback."""

MAX_OPTIONS_REPEATED = 3
"""A longer menu is not read again after a no-input: `#` repeats it, and `0` reaches a person within a minute."""

LANGUAGE_OF_OPTION = {"chinese": "zh", "english": "en"}
"""A bilingual menu speaks each option, with its lead, in the language that the option chooses."""


def _prompt_utterances(wait: Wait) -> tuple[Utterance, ...]:
    """The prompt after the last decision. The first no-input is no error and does not repeat the question."""
    kind, prompt, closed = wait.last[0], wait.prompt, "" if wait.at_work else CLOSED_SUFFIX
    if kind == "silence" and wait.failures.no_inputs == 1:
        return _in_both((Utterance("take-your-time" + closed),), prompt) + _hint(prompt, wait.args)
    if kind == "silence" and isinstance(prompt, Menu) and len(prompt.options) > MAX_OPTIONS_REPEATED:
        return (Utterance("still-silent-menu"),)
    return _in_both(_lead(wait, closed), prompt) + _question(prompt, wait.args, closed)


def _lead(wait: Wait, closed: str) -> tuple[Utterance, ...]:
    """What is said before the question is asked again."""
    kind, prompt = wait.last[0], wait.prompt
    if kind == "silence" and not prompt.bilingual:  # in both languages the question alone is long enough
        return (Utterance("still-silent"),)
    if kind == "wrong":
        return (
            Utterance(
                f"wrong-{prompt.kind}-{wait.failures.no_matches}{closed if wait.failures.no_matches > 1 else ''}"
            ),
        )
    if kind == "slower":
        return (Utterance("slower-on" if wait.slow else "slower-off"),)
    return (Utterance(kind),) if kind in ("more-time", "clear") else ()


def _question(prompt: Prompt, args: dict[str, Any], closed: str = "") -> tuple[Utterance, ...]:
    """The prompt's own words: its lead, then its options."""
    said = {name: value for name, value in args.items() if name != "choices"}
    utterances = [] if prompt.bilingual else [Utterance(prompt.name, said)]
    if isinstance(prompt, Menu):
        utterances += _options(prompt, said, args.get("choices", {}))
        if prompt.offer_agent:
            utterances.append(Utterance("agent-option" + closed, key="0"))
        if prompt.offer_language:
            utterances.append(Utterance("other-language", key="9", language="other"))
    return tuple(utterances) + _hint(prompt, said)


def _options(menu: Menu, said: dict[str, Any], choices: dict[str, dict[str, Any]]) -> list[Utterance]:
    """Each option with the key of its position. `choices`: the values of options that were found for this caller."""
    utterances = []
    labels = "yes-no" if isinstance(menu, Confirm) else menu.name
    for position, option in enumerate(menu.options, 1):
        language = LANGUAGE_OF_OPTION.get(option) if menu.bilingual else None
        if menu.bilingual:
            utterances.append(Utterance(menu.name, said, language=language))
        label, values = ("choice", choices[option]) if option in choices else (option, said)
        utterances.append(Utterance(f"{labels}.{label}", values, key=str(position), language=language))
    return utterances


def _hint(prompt: Prompt, said: dict[str, Any]) -> tuple[Utterance, ...]:
    """The keys of another answer to an entry: "I do not know", or the number that rings."""
    return (Utterance(prompt.hint, said),) if isinstance(prompt, Ask) and prompt.hint else ()


def _in_both(lead: tuple[Utterance, ...], prompt: Prompt) -> tuple[Utterance, ...]:
    """The lead in both languages, for a caller who has not chosen one yet."""
    return lead + tuple(replace(one, language="other") for one in lead) if prompt.bilingual else lead
