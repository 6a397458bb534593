"""One object for equal ones: hundreds of thousands of turns say and ask only some thousands of different things."""

from __future__ import annotations

from typing import Any, TypeVar

from ivr.engine.utterances import Utterance
from ivr.engine.waits import Wait

Value = TypeVar("Value")
_kept: dict[Any, Any] = {}


def shared(value: Value, by: Any = None) -> Value:
    """The first value that was equal to this one; `by` stands for what cannot be hashed."""
    return _kept.setdefault(value if by is None else by, value)


def shared_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a call; nobody changes them any more."""
    return shared(facts, repr(facts))


def shared_words(lines: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
    """What is said."""
    return shared(lines, _words(lines))


def shared_wait(wait: Wait, lines: tuple[Utterance, ...]) -> Wait:
    """What is asked, and how it is said now."""
    return shared(wait, (wait.prompt, wait.failures, wait.last, wait.slow, len(wait.context), _words(lines)))


def _words(lines: tuple[Utterance, ...]) -> tuple[Any, ...]:
    return tuple((line.id, line.key, line.language, repr(line.args) if line.args else "") for line in lines)
