"""The pauses of what is spoken: half a second after a sentence and after an option, in whatever language goes on."""

from __future__ import annotations

from datetime import date

import pytest

from ivr.engine import twiml
from ivr.engine.speaking import PRESS, Speaker, SpokenText
from ivr.engine.utterances import Utterance
from ivr.speech.catalogue import words

BREAK = '<break time="500ms"/>'


class Labels:
    """A catalogue whose labels are the ids."""

    def render(self, lang: str, message: str, args: dict[str, object], *, today: date) -> str:
        return words().render(lang, message, args, today=today) if message.startswith(PRESS) else message


@pytest.mark.parametrize("language, said", [("zh", "账户安全，请按一"), ("en", "账户安全, press 1")])
def test_the_break_is_the_whole_pause_after_an_option(language, said):
    """No stop, at which a voice would rest once more."""
    spoken = Speaker(Labels(), unseal=str).speak([Utterance("账户安全", key="1")], language, date.min)
    assert [one.text for one in spoken] == [said]


def test_an_option_in_another_language_follows_after_the_same_break():
    """A `<Say>` of its own, and the same half second before it."""
    said = twiml.says([SpokenText("人工服务，请按零", "zh"), SpokenText("For English, press 9", "en")])
    assert said.count(BREAK) == 1 and f"人工服务，请按零{BREAK}</Say>" in said


def test_a_sentence_in_another_language_needs_no_break():
    """Its stop is one."""
    assert BREAK not in twiml.says([SpokenText("请稍等。", "zh"), SpokenText("One moment, please.", "en")])


def test_nothing_follows_the_last_option():
    """The silence after it is the caller's own time."""
    assert twiml.says([SpokenText("人工服务，请按零", "zh")]).endswith("人工服务，请按零</Say>")
