"""The offline voice: right syllables, right tones, the length that prompts are planned by.

Nobody listens in a test. Phonemes show what the voice was about to say, not that a caller understands.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audio import espeak
from audio.espeak import Espeak, by_language
from audio.measure import faults, measure
from audio.pinyin import LEXICON, doubtful, respelt
from audio.recorder import Recorder
from audio.script import from_text
from audio.voice import VoiceMissing
from ivr.checks.speech_timeline import seconds

PROMPTS = Path(__file__).parents[2] / "call_flows" / "prompts"
HOMOPHONES = {
    "银行": "银航",
    "行业": "航业",
    "行长": "航掌",
    "分行": "分航",
    "行为": "行围",
    "重新": "虫新",
    "重听": "虫听",
    "双重": "双虫",
    "更换": "耕换",
    "更新": "耕新",
    "变更": "变耕",
    "还款": "环款",
    "退还": "退环",
    "处理": "储理",
    "地址": "弟止",
    "当地": "当弟",
    "调整": "条整",
    "尽快": "紧快",
    "应用": "映用",
    "当天": "荡天",
    "了解": "燎解",
    "要求": "腰求",
    "认为": "认围",
    "中奖": "众奖",
    "参与": "参遇",
    "累计": "磊记",
    "会计": "快计",
    "增长": "增掌",
    "泄露": "泄漏",
    "一定": "移定",
    "一元": "意元",
    "一步": "移步",
    "第一步": "第衣步",
    "请按一": "请按衣",
    "二十一元": "二十衣元",
    "一千元": "意千元",
}
"""A word and other characters that sound the same and have one reading only."""


def messages(language: str) -> list[str]:
    """The prompts that have no variables, as they stand in the catalogue."""
    lines = [
        line for path in sorted((PROMPTS / language).glob("*.ftl")) for line in path.read_text("utf-8").splitlines()
    ]
    return [line.split(" = ", 1)[1] for line in lines if " = " in line and "{" not in line]


def expected(text: str, language: str) -> float:
    """Seconds as planned, without the silence after the last stop."""
    return seconds(text.rstrip("。？！.?! "), language == "zh")


def test_mandarin_is_not_read_as_english(voice):
    """The voice that espeak-ng calls `cmn` does that, in English syllables without tones."""
    contours = [re.sub("[^0-9]", "", syllable) for syllable in voice.phonemes("妈。麻。马。骂。", "zh")]
    assert contours == ["55", "35", "214", "51"]


@pytest.mark.parametrize("word", HOMOPHONES)
def test_words_with_several_readings_are_read_right(voice, word):
    """Whole words are compared, for a tone depends on its neighbours."""
    assert voice.phonemes(word, "zh") == voice.phonemes(HOMOPHONES[word], "zh")


def test_the_lexicon_gives_a_syllable_a_character(voice):
    """A typing error in the pinyin would be spelt out letter by letter."""
    assert {word: said for word in LEXICON if len(said := voice.phonemes(word, "zh")) != len(word)} == {}


@pytest.mark.parametrize("text, first", [("不是", "pu35"), ("不要", "pu35"), ("不能", "pu51"), ("不同", "pu51")])
def test_not_changes_its_tone_before_a_fourth(voice, text, first):
    """bú shì, but bù néng."""
    assert voice.phonemes(text, "zh")[0] == first


def test_every_prompt_decides_its_doubtful_characters():
    """On a failure add the word to LEXICON or to PLAIN in audio/pinyin.py, and listen to it."""
    catalogue = "".join(path.read_text("utf-8") for path in sorted((PROMPTS / "zh").glob("*.ftl")))
    assert doubtful(catalogue) == []


def test_doubt_is_noticed():
    """And is not, where a word is known."""
    assert doubtful("请在柜台行使权利，银行、进行都可以") == ["柜台行使权"]
    assert respelt("银行卡") == "yin2 hang2 卡"


def test_english_inside_mandarin_is_read_as_english(voice):
    """As if it stood alone."""
    assert by_language("请用 Apple Pay 付款。", "zh") == [("请用 ", "zh"), ("Apple Pay ", "en"), (" 付款。"[1:], "zh")]
    assert voice.phonemes("用Apple Pay付", "zh")[1:3] == voice.phonemes("Apple Pay", "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_slow_speech_takes_a_third_longer(voice, language):
    """75 % of the speed, as our TwiML asks Twilio for."""
    text = {"zh": "请输入注册手机号，按井号键结束。", "en": "Please enter your registered number, then the pound key."}[
        language
    ]
    normal, slow = (Recorder(voice).record(from_text(text, language, slow)).duration_seconds for slow in (False, True))
    assert 1.2 < slow / normal < 1.45


@pytest.mark.parametrize("language", ["zh", "en"])
def test_real_prompts_are_fit_and_as_long_as_planned(voice, language):
    """Every fourth one; each within half and twice its plan, all together within a sixth."""
    chosen = [text for text in messages(language) if expected(text, language) > 1][::4]
    found = {text: measure(Recorder(voice).record(from_text(text, language))) for text in chosen}
    assert {text: faults(each) for text, each in found.items() if faults(each)} == {}
    ratios = {text: (each.seconds - 0.2) / expected(text, language) for text, each in found.items()}
    assert {text: ratio for text, ratio in ratios.items() if not 0.5 < ratio < 2} == {}
    assert (
        5 / 6 < sum(each.seconds - 0.2 for each in found.values()) / sum(expected(t, language) for t in found) < 7 / 6
    )


def test_speech_stays_in_the_telephone_band(voice):
    """Less than a thousandth of its energy is above 3400 Hz."""
    assert measure(Recorder(voice).record(from_text("十四是十四，四十是四十。", "zh"))).leakage < -50


def test_options_of_the_program_are_only_words(voice):
    """What comes from data cannot write a file."""
    assert voice.phonemes("-w /tmp/x", "en") == voice.phonemes("- w /tmp/x", "en")


def test_a_missing_program_says_how_to_get_it(monkeypatch):
    """And who needs it."""
    monkeypatch.setattr(espeak, "PROGRAM", "espeak-ng-that-is-not-there")
    with pytest.raises(VoiceMissing, match="apt install"):
        Espeak().speak("好", "zh")
