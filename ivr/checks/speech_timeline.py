"""The timeline of a TwiML document: how long it takes to say, and when each option's key is named.

Speech takes the time of the model in `ivr/engine/speaking.py`, a `<break>` its own. Waiting at the end does not count.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.engine.speaking import seconds
from ivr.simulator.twiml.validation import is_chinese

KEY = re.compile(r"请按[零一二三四五六七八九]|press \d")


@dataclass(frozen=True)
class TimedSentence:
    """A sentence or an option, and the seconds from the start of the document to its end."""

    text: str
    seconds: float


def timeline(document: str) -> list[TimedSentence]:
    """Everything that a document says, in order, each with the time at which it ends."""
    sentences, now = [], 0.0
    for text, chinese, pause in _pieces(ET.fromstring(document.encode())):
        now += pause
        if text:
            now += seconds(text, chinese)
            sentences.append(TimedSentence(text, now))
    return sentences


def length(document: str) -> float:
    """Seconds of the whole document."""
    return timeline(document)[-1].seconds


def option_times(document: str) -> list[float]:
    """Seconds until each key has been named."""
    return [sentence.seconds for sentence in timeline(document) if KEY.search(sentence.text)]


def _pieces(root: ET.Element) -> Iterator[tuple[str, bool, float]]:
    """Words, whether they are Chinese, and the pause before them."""
    for say in root.iter("Say"):
        chinese = is_chinese(say.get("language", ""))
        for element in say.iter():
            pause = _pause(element)
            yield (element.text or "").strip() if pause == 0 else "", chinese, pause
            if element is not say:
                yield (element.tail or "").strip(), chinese, 0.0


def _pause(element: ET.Element) -> float:
    given = element.get("time", "0s") if element.tag == "break" else "0s"
    return float(given.removesuffix("ms")) / 1000 if given.endswith("ms") else float(given.removesuffix("s"))
