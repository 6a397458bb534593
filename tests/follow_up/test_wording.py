"""How long a text is, and what carriers would refuse in it."""

from __future__ import annotations

import random

import pytest

from ivr.follow_up.wording import BASIC, EXTENDED, faults, size
from ivr.simulator.rest.messages import segments
from ivr.texts.follow_ups import SIGNATURES, TEXTS

VALUES = {"code": "008424", "minutes": 5, "reference": "261100018"}
VALUES |= {"numbers": "+864000000101, 95001", "app": "在应用内依次进入设置、帮助与客服"}
NAME = {"zh": "海云钱包", "en": "Haiyun Wallet"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", sorted(TEXTS))
def test_every_text_of_ours_may_be_sent_to_a_chinese_number(kind, language):
    """No link, no amount, no word of finance, nothing to answer; in Mandarin it is one part."""
    body = TEXTS[kind][language].format(**VALUES)
    assert list(faults(body)) == []
    body = SIGNATURES[language].format(name=NAME[language]) + body
    assert size(body).parts == 1 or language == "en" and size(body).parts <= 2


@pytest.mark.parametrize(
    "body, fault",
    [
        ("详情见 https://ivr.example.com", "a link"),
        ("see example.com", "a link"),
        ("您有八百元待确认", "an amount"),
        ("您有 800 元待确认", "an amount"),
        ("12.50 is on hold", "an amount"),
        ("￥800", "an amount"),
        ("您的充值已受理", "a word of finance"),
        ("Your payment was received", "a word of finance"),
        ("恭喜您获得奖励", "an advertisement"),
        ("退订回T", "an answer by text"),
        ("Reply Y to confirm", "an answer by text"),
        ("汉" * 600, "more than 8 parts"),
    ],
)
def test_what_a_carrier_refuses_is_seen(body, fault):
    """In both languages."""
    assert any(found.startswith(fault) for found in faults(body))


@pytest.mark.parametrize(
    "body, alphabet, units, parts",
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("汉" * 70, "UCS-2", 70, 1),
        ("汉" * 71, "UCS-2", 71, 2),
        ("汉" * 134, "UCS-2", 134, 2),
        ("汉" * 135, "UCS-2", 135, 3),
        ("“quoted”", "UCS-2", 8, 1),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
    ],
)
def test_parts_are_counted_as_twilio_counts_them(body, alphabet, units, parts):
    """160 or 153 a part, 70 or 67; € and an emoji count twice."""
    assert (size(body).alphabet, size(body).units, size(body).parts) == (alphabet, units, parts)


def test_the_simulator_counts_the_same_where_no_letter_is_cut():
    """Two implementations, one rule: all lengths of letters of one unit."""
    letters = "".join(letter for letter in BASIC if letter not in EXTENDED)
    chance = random.Random(7)
    for length in range(0, 700, 7):
        for alphabet in (letters, letters + "汉字"):
            body = "".join(chance.choices(alphabet, k=length))
            assert size(body).parts == segments(body)


def test_a_letter_of_two_units_is_not_cut_in_two():
    """It begins the next part, so a long text may need one more."""
    assert size("a" * 152 + "€" + "a" * 152).parts == 3
    assert size("汉" * 66 + "😀" + "汉" * 66).parts == 3
