"""A script: what is spoken, sentence by sentence, with the pauses between them.

It comes from the text of our own TwiML, where `<break>` is all that is between two sentences and
`<prosody>` makes all of it slow; or from plain text, where a line feed is the same pause.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

PAUSE = 500
"""Milliseconds between two sentences, as in our TwiML."""


@dataclass(frozen=True)
class Sentence:
    """Words, and the milliseconds of silence before them."""

    text: str
    pause: int = 0


@dataclass(frozen=True)
class Script:
    """Everything that one voice says in one go."""

    sentences: tuple[Sentence, ...]
    language: str
    slow: bool = False


def from_text(text: str, language: str, slow: bool = False) -> Script:
    """One sentence a line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Script(tuple(Sentence(line, PAUSE if at else 0) for at, line in enumerate(lines)), language, slow)


def from_say(say: ET.Element) -> Script:
    """A `<Say>` of ours; pauses that follow each other add up, and one before all words is kept."""
    sentences: list[Sentence] = []
    words, pause = "", 0
    for text, silent in [*_pieces(say), ("", 1)]:
        if silent and words.strip():
            sentences.append(Sentence(" ".join(words.split()), pause))
            words, pause = "", 0
        words, pause = words + text, pause + silent
    language = "en" if say.get("language", "en").lower().startswith("en") else "zh"
    return Script(tuple(sentences), language, slow=any(_is_slow(each) for each in say.iter("prosody")))


def _pieces(element: ET.Element) -> Iterator[tuple[str, int]]:
    """Words with no pause, or a pause with no words, in the order of hearing."""
    yield (element.get("alias", "") if element.tag == "sub" else element.text or ""), 0
    for child in element:
        if child.tag == "break":
            yield "", milliseconds(child.get("time", f"{PAUSE}ms"))
        else:
            yield from _pieces(child)
        yield child.tail or "", 0


def milliseconds(time: str) -> int:
    """`600ms` or `1.5s`, as SSML writes them."""
    if time.endswith("ms"):
        return round(float(time.removesuffix("ms")))
    return round(1000 * float(time.removesuffix("s")))


def _is_slow(prosody: ET.Element) -> bool:
    rate = prosody.get("rate", "100%")
    return rate in ("slow", "x-slow") or (rate.endswith("%") and float(rate.removesuffix("%")) < 100)
