"""What a line in this process said, in the language in which it did not say it.

Words are chosen last: a turn ends with ids and values, which the speaker renders in the caller's language. Here they
are kept, and rendered once more in the other language when a test asks for its words. So each dialogue, held in one
language, proves the words of both.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ivr.engine.speaking import Speaker, SpokenText
from ivr.engine.utterances import Utterance
from ivr.simulator.twiml import speech

_said: dict[str, tuple[Speaker, Utterance, str, date]] = {}
"""By the words: what was said, and in which language of the caller, who may switch it."""
_speak = Speaker.speak


def _noting(speaker: Speaker, utterances: Iterable[Utterance], language: str, today: date) -> list[SpokenText]:
    given = list(utterances)
    spoken = _speak(speaker, given, language, today)
    for utterance, one in zip(given, spoken, strict=True):
        _said[speech.plain(one.text)] = (speaker, utterance, "en" if language == "zh" else "zh", today)
    return spoken


Speaker.speak = _noting


def forget() -> None:
    """Another line begins."""
    _said.clear()


def expect(heard: str, words: str) -> None:
    """A caller of the other language would have heard these words, where this one heard that."""
    others = _in_the_other(speech.plain(heard))
    assert speech.plain(words) in speech.plain(others), f"{words!r} is not what the other language says:\n{others}"


def _in_the_other(heard: str) -> str:
    """Each utterance that was heard, in the order in which it was heard."""
    found = [(heard.find(text), given) for text, given in _said.items() if text]
    there = sorted((place, number) for number, (place, _) in enumerate(found) if place >= 0)
    given = [found[number][1] for _, number in there]
    return " ".join(_speak(speaker, [one], other, today)[0].text for speaker, one, other, today in given)
