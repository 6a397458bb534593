"""What staff never ask for is said so that the line keeps to it: it takes a phone PIN and a code itself, by keypad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.texts.follow_ups import TEXTS

ROOT = Path(__file__).parents[2]
SPOKEN = sorted((ROOT / "call_flows" / "prompts").glob("*/*.ftl"))
PAGES = [ROOT / "README.md", *(ROOT / "docs" / name for name in ("README.zh.md", "lab.md", "lab.zh.md"))]
DENIES = {
    "zh": re.compile(r"(从不|不会|绝不|不收|不用|无需).{0,12}(密码|验证码)"),
    "en": re.compile(
        r"(\b(never|not)|n't|\bno(?= (?:password|code|PIN)))\b[^.?!]{0,40}\b(passwords?|codes?|PINs?)\b", re.IGNORECASE
    ),
}
TRUE = {
    "zh": re.compile(r"说出|支付密码|登录密码|冻结一共三步|不要说密码"),
    "en": re.compile(
        r"\bsay\b|payment password|tell (?:it|anyone)|No code is needed|share it|without passwords", re.IGNORECASE
    ),
}
"""Of which secret, or how: said to a person. A freeze needs neither, and that is true."""


def sentences() -> Iterator[tuple[str, str, str]]:
    """(where, language, sentence) of everything that a caller hears or reads."""
    for path in (*SPOKEN, *PAGES):
        language = "zh" if path.parent.name == "zh" or path.name.endswith(".zh.md") else "en"
        for sentence in re.split(r"[。？！\n]|[.?!](?:\s|$)", path.read_text("utf-8")):
            yield path.name, language, sentence
    for kind, words in TEXTS.items():
        for language, text in words.items():
            yield from ((kind, language, sentence) for sentence in re.split(r"[。.]", text))


def contradictions() -> list[tuple[str, str]]:
    return [
        (where, one)
        for where, language, one in sentences()
        if DENIES[language].search(one) and not TRUE[language].search(one)
    ]


def test_no_sentence_denies_what_the_line_itself_asks_for():
    """Not "we never ask for passwords", and then: key your phone PIN."""
    assert contradictions() == []


@pytest.mark.parametrize("language, sentence", [("zh", "客服从不索要密码"), ("en", "We never ask for passwords")])
def test_such_a_sentence_is_found(language, sentence):
    """The one that stood there."""
    assert DENIES[language].search(sentence) and not TRUE[language].search(sentence)
