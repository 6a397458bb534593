"""From lines (ids and values) to words, in the language that the caller has at the end of the turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Protocol

import msgspec

from ivr.engine.secrets import Sealed
from ivr.engine.utterances import PAUSE, PAUSE_AGAIN, Utterance

PRESS = "press.key-"
"""The message that is said after an option's label, with the key. The label comes first (ISO/IEC 13714), so that nobody has to
hold a number in mind. No stop follows: the break after an option is the whole pause, half a second."""

CHARACTERS_A_SECOND, WORDS_A_SECOND = 4.5, 2.6
"""The model of speech."""


def seconds(text: str, chinese: bool) -> float:
    """How long words take to say: Mandarin 0.3 more a comma and 0.6 a stop, English 0.25 and 0.5."""
    commas, stops = len(re.findall("[，、,;；]", text)), len(re.findall("[。？！.?!]", text))
    if chinese:
        spoken = len(re.findall(r"\w", text))
        return spoken / CHARACTERS_A_SECOND + 0.3 * commas + 0.6 * stops
    return len(re.findall(r"[\w'’-]+", text)) / WORDS_A_SECOND + 0.25 * commas + 0.5 * stops


class Words(Protocol):
    """A catalogue of messages in both languages."""

    def render(self, lang: str, message: str, args: dict[str, Any], *, today: date) -> str: ...


class Spoken(msgspec.Struct, frozen=True):
    """A sentence or an option as words of one language, and whether the line is quiet for a while after it."""

    text: str
    language: str
    pause: bool = False


class Speaker(msgspec.Struct, frozen=True):
    """Renders lines; `unseal` opens what the caller keyed and may hear back."""

    words: Words
    unseal: Callable[[str], str]

    def speak(self, lines: Iterable[Utterance], language: str, today: date) -> list[Spoken]:
        """Lines → words. Any fault of a catalogue raises; the turn's guard answers it."""
        other = "en" if language == "zh" else "zh"
        placed = {None: language, "other": other, "zh": "zh", "en": "en"}
        return [self._spoken(line, placed[line.language], today) for line in lines]

    def seconds(self, lines: Iterable[Utterance], language: str, today: date) -> float:
        """How long these lines take to say."""
        return sum(seconds(one.text, one.language == "zh") for one in self.speak(lines, language, today))

    def _spoken(self, line: Utterance, language: str, today: date) -> Spoken:
        args = {name: self._opened(value) for name, value in line.args.items()} if line.args else line.args
        text = self.words.render(language, line.id, args, today=today)
        if line.key is not None:
            text += self.words.render(language, PRESS + line.key, {}, today=today)
        return Spoken(text.strip(), language, line.id in (PAUSE, PAUSE_AGAIN))

    def _opened(self, value: Any) -> Any:
        return self.unseal(value.token) if isinstance(value, Sealed) else value
