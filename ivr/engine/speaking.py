"""Renders utterances (ids and values) as words, in the language that the caller has at the end of the turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Protocol

import msgspec

from ivr.engine.secrets import Sealed
from ivr.engine.utterances import PAUSE, PAUSE_AGAIN, Utterance

PRESS = "press.key-"
"""The message after an option's label: its key. The label comes first (ISO/IEC 13714), so that no caller has to
remember a number. No stop follows: the break after an option is the whole pause, half a second."""

CHARACTERS_A_SECOND, WORDS_A_SECOND = 4.5, 2.6
"""The rates of the model of speech."""


def seconds(text: str, chinese: bool) -> float:
    """How long it takes to say a text: Mandarin adds 0.3 for a comma and 0.6 for a stop, English 0.25 and 0.5."""
    commas, stops = len(re.findall("[，、,;；]", text)), len(re.findall("[。？！.?!]", text))
    if chinese:
        spoken = len(re.findall(r"\w", text))
        return spoken / CHARACTERS_A_SECOND + 0.3 * commas + 0.6 * stops
    return len(re.findall(r"[\w'’-]+", text)) / WORDS_A_SECOND + 0.25 * commas + 0.5 * stops


class Words(Protocol):
    """A catalogue of messages in both languages."""

    def render(self, lang: str, message: str, args: dict[str, Any], *, today: date) -> str: ...


class SpokenText(msgspec.Struct, frozen=True):
    """A sentence or an option as text of one language. `pause`: a pause of two seconds follows."""

    text: str
    language: str
    pause: bool = False


class Speaker(msgspec.Struct, frozen=True):
    """Renders utterances. `unseal` opens sealed values that the caller may hear."""

    words: Words
    unseal: Callable[[str], str]

    def speak(self, utterances: Iterable[Utterance], language: str, today: date) -> list[SpokenText]:
        """The texts of utterances. Raises on any fault of a catalogue."""
        other = "en" if language == "zh" else "zh"
        languages = {None: language, "other": other, "zh": "zh", "en": "en"}
        return [self._render(utterance, languages[utterance.language], today) for utterance in utterances]

    def seconds(self, utterances: Iterable[Utterance], language: str, today: date) -> float:
        """How long it takes to say utterances."""
        return sum(seconds(one.text, one.language == "zh") for one in self.speak(utterances, language, today))

    def _render(self, utterance: Utterance, language: str, today: date) -> SpokenText:
        args = {name: self._unsealed(value) for name, value in utterance.args.items()}
        text = self.words.render(language, utterance.id, args, today=today)
        if utterance.key is not None:
            text += self.words.render(language, PRESS + utterance.key, {}, today=today)
        return SpokenText(text.strip(), language, utterance.id in (PAUSE, PAUSE_AGAIN))

    def _unsealed(self, value: Any) -> Any:
        return self.unseal(value.token) if isinstance(value, Sealed) else value
