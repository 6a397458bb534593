"""What our TwiML says, as sentences and pauses."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from audio.script import Script, Sentence, from_say, from_text
from ivr.engine.speaking import SpokenText
from ivr.engine.twiml import says

SPOKEN = [
    SpokenText("请选择。", "zh"),
    SpokenText("账户安全，请按一。", "zh"),
    SpokenText("For English, press 9.", "en"),
]


def scripts(slow: bool = False) -> list[Script]:
    """Our own document, read back."""
    return [from_say(say) for say in ET.fromstring(f"<Response>{says(SPOKEN, slow)}</Response>").iter("Say")]


def test_a_document_of_ours_becomes_a_script_a_language():
    """With its pause of 500 ms, and none at the start."""
    assert scripts() == [
        Script((Sentence("请选择。"), Sentence("账户安全，请按一。", 500)), "zh"),
        Script((Sentence("For English, press 9."),), "en"),
    ]


def test_prosody_is_slow_speech():
    """And not a word of it is lost."""
    assert [script.slow for script in scripts(slow=True)] == [True, True]
    assert [script.sentences for script in scripts(slow=True)] == [script.sentences for script in scripts()]


def test_plain_text_pauses_at_line_feeds():
    """The same script as the document's, blank lines ignored."""
    assert from_text("请选择。\n\n 账户安全，请按一。\n", "zh") == scripts()[0]


def test_pauses_add_up_and_aliases_are_spoken():
    """`1s` and `250ms`; white space is not speech; what stands in `<sub>` is heard as its alias."""
    say = ET.fromstring(
        '<Say language="cmn-CN">一<break time="1s"/> <break time="250ms"/><sub alias="二">2</sub>三</Say>'
    )
    assert from_say(say) == Script((Sentence("一"), Sentence("二三", 1250)), "zh")
