"""What a person hears: the speech of a `<Say>`, and the menu options in it (label before key)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass

from ivr.simulator.account.recordings import is_written_in_chinese
from ivr.simulator.twiml.validation import is_chinese

_KEYS = {word: str(key) for key, word in enumerate("零一二三四五六七八九")}
_KEYS |= {
    word: str(key)
    for key, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
}
_KEYS |= {"〇": "0", "幺": "1", "井号": "#", "井": "#", "星号": "*", "星": "*", "米字": "*"}
_KEYS |= {"pound": "#", "hash": "#", "the pound key": "#", "the hash key": "#", "star": "*", "the star key": "*"}
_KEY = "|".join(sorted(map(re.escape, _KEYS), key=len, reverse=True)) + r"|[0-9#*]"
_OPTION = re.compile(
    rf"(?P<label>[^。！？；\n]*?)[，,、]?\s*(?:请按|(?<!\bthen )\bpress)\s*(?P<key>{_KEY})(?![a-z0-9次下位]|,? "
    r"then |，?再按)",
    re.IGNORECASE,
)
PERSON = "person"
"""The voice of words that a person says."""


@dataclass(frozen=True)
class Speech:
    """One `<Say>` (or `<Play>`) as heard, or words of a person: text, language, voice."""

    text: str
    language: str = ""
    voice: str = ""


@dataclass(frozen=True)
class Option:
    """A menu option: its label and the key for it."""

    label: str
    key: str


def from_say(say: ET.Element) -> Speech:
    """The speech of a `<Say>` without SSML; a break ends a sentence, a substitution is heard as its alias."""
    text = re.sub(r"[ \t]+", " ", _flat(say))
    return Speech(text.strip(), say.get("language", "en-US"), say.get("voice", "man"))


def from_person(words: str) -> Speech:
    """What a person says on another leg, as text."""
    return Speech(words, "cmn-CN" if is_written_in_chinese(words) else "en-US", PERSON)


def _flat(element: ET.Element) -> str:
    words = element.get("alias", "") if element.tag == "sub" else element.text or ""
    for child in element:
        words += ("\n" if child.tag in ("break", "p", "s") else "") + _flat(child) + (child.tail or "")
    return words


def seconds(text: str, chinese: bool) -> float:
    """The seconds that it takes to say this."""
    return max(1, len(text) / (4 if chinese else 14))


def joined(heard: Iterable[Speech]) -> str:
    """The text of everything heard, one line for each sentence or `<Say>`."""
    return "\n".join(piece.text for piece in heard)


def options(heard: Iterable[Speech]) -> list[Option]:
    """The menu options, in the order in which they were spoken."""
    sentences = [sentence for piece in heard for sentence in re.split(r"\n|(?<=[.!?;])\s+", piece.text)]
    found = [match for sentence in sentences for match in _OPTION.finditer(sentence)]
    return [Option(match["label"].strip(" ,，"), _KEYS.get(match["key"].lower(), match["key"])) for match in found]


def language(heard: Iterable[Speech]) -> str:
    """`zh` or `en`: the language of most of the speech; empty after silence."""
    weight = {"zh": 0, "en": 0}
    for piece in heard:
        # A Chinese character takes about as long to say as three English letters.
        chinese = is_chinese(piece.language)
        weight["zh" if chinese else "en"] += len(piece.text) * (3 if chinese else 1)
    return max(weight, key=lambda name: weight[name]) if any(weight.values()) else ""


def plain(text: str) -> str:
    """Text normalized for comparison: case, white space and the width of punctuation."""
    return re.sub(r"\s+", " ", text.translate(str.maketrans("，。！？：；", ",.!?:;"))).strip().casefold()
