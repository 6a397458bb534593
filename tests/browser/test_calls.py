"""Calls from the page: caller, line, answer, and end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ivr.simulator.calls.phone import ANONYMOUS

EXPLAINED = {
    "zh": ("充值八百元", "银行还没有确认", "请先不要再充", "一到三个工作日内", "十一月二十四日之前"),
    "en": (
        "Your top-up of eight hundred yuan",
        "hasn't confirmed this yet",
        "Please don't top up again",
        "one to three business days",
        "by November twenty-fourth",
    ),
}


def test_a_sample_customer_calls_and_reads_the_menu(window):
    """The greeting is shown in both languages, with its options as buttons."""
    window.rings("Dana", line="Haiyun").is_told("Haiyun Wallet official support line", "海云钱包官方客服热线")
    expect(window.page.locator("button.option")).to_have_text(["1普通话，请按一", "2For English, press 2"])
    assert window.picture()["caller"] == "+12025550151"


def test_another_line_belongs_to_another_wallet(window):
    """The called number selects the wallet."""
    window.rings(line="Linfu").is_told("邻付", "Linfu")
    expect(window.page.locator("#display-name")).to_have_text("Linfu")


def test_any_number_may_call(window):
    """As people write it, with spaces."""
    window.page.locator("#who").select_option("other")
    window.page.locator("#number").fill("+86 139 0000-0007")
    window.clicks(".call").hears_a_question()
    assert window.picture()["caller"] == "+8613900000007"


def test_the_number_may_be_withheld(window):
    """The app gets the number that Twilio sends for anonymous callers."""
    window.rings("Number withheld")
    assert window.picture()["caller"] == ANONYMOUS


def test_what_is_no_number_is_refused_with_an_example(window):
    """No call is placed."""
    window.page.locator("#who").select_option("other")
    window.page.locator("#number").fill("12345")
    window.clicks(".call").warned("begins with +", "+8613900000001")
    window.speaks("zh").warned("以 + 和国家代码开头", "+8613900000001")
    expect(window.page.locator("body")).to_have_attribute("data-state", "idle")


def test_keys_are_pressed_on_the_page_on_the_keyboard_and_in_the_transcript(window):
    """Three ways to press keys, one call."""
    window.rings().clicks(".key[data-key='2']").hears_a_question().is_told("For account security, press 1")
    window.presses("2").hears_a_question().is_told("Top-up and payment.")
    window.picks("For failed top-ups").is_told("There are three steps")
    assert [line["text"] for line in window.picture()["lines"] if line["who"] == "caller"] == ["2", "2", "1"]


def test_enter_is_the_pound_key(window):
    """It ends an entry."""
    window.rings().comes_to_the_amount()
    window.presses("800\n").is_told("The amount is eight hundred yuan")


@pytest.mark.parametrize(
    ("language", "choose", "patient"), [("en", "2", "Take your time"), ("zh", "1", "不着急，请慢慢来")]
)
def test_a_button_stands_for_silence_and_the_prompt_is_repeated(opens, language, choose, patient):
    """By the mouse, then with the space bar."""
    window = opens().opens(language).rings().presses(choose).hears_a_question()
    window.clicks("#silence").is_told(patient).hears_a_question()
    before = window.lines.count()
    window.page.keyboard.press("Space")
    expect(window.lines).not_to_have_count(before)


def test_hanging_up_ends_the_call_for_the_server_too(window, line):
    """The page says so, keys have no effect, and a new call can be placed."""
    window.rings().presses("2").hears_a_question()
    window.page.keyboard.press("Escape")
    window.is_told("The caller hangs up.", "The call is over.")
    expect(window.page.locator(".key[data-key='1']")).to_be_disabled()
    assert line.lab(f"calls/{window.sid}")["outcome"] == "abandoned"
    window.clicks("#hang-up")
    expect(window.page.locator("#who")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_top_up_is_explained_from_greeting_to_reference_and_a_repeated_request_does_nothing_twice(
    opens, line, language
):
    """The right words; after the repeat the same bytes, as many turns, one case, one code."""
    window = opens().opens(language).rings().explains_a_top_up(language).is_told(*EXPLAINED[language])
    before = [line.lab(what) for what in (f"calls/{window.sid}", "cases", "sms")]
    assert [case["call"] for case in before[1]] == [window.sid]
    window.clicks("#repeat").is_told("the answer is the same, byte for byte" if language == "en" else "答复逐字节相同")
    assert [line.lab(what) for what in (f"calls/{window.sid}", "cases", "sms")] == before


def test_a_person_answers_for_the_agent_accepts_and_hears_the_summary(window, line):
    """Ringing, who is calling, the summary once it is accepted, conversation; either side can hang up."""
    window.rings().presses("2").hears_a_question().presses("0")
    window.clicks("#agent .answer").is_told("Whisper to the agent", "A call for Haiyun Wallet", "press 1")
    assert not any("Not verified" in line["text"] for line in window.picture()["lines"])
    window.clicks("#agent .accept").is_told("The agent accepts.", "Not verified")
    whispers = [line["text"] for line in window.picture()["lines"] if line["who"] == "whisper"]
    assert [text for text in whispers if "Haiyun" in text] == whispers[:1]  # fetched ahead of time, and shown once
    expect(window.state).to_contain_text("Talking to agent")
    window.clicks("#silence").is_told("The agent hangs up.")
    assert line.lab(f"calls/{window.sid}")["outcome"] == "transferred"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_is_said_after_the_tone(window, language):
    """The field is there only where something is recorded; the note is then listed with its case."""
    window.speaks(language).rings().explains_a_top_up(language)
    field = window.page.locator("#words")
    expect(field).not_to_be_visible()
    window.presses("1").hears_a_question()
    expect(field).to_be_visible()
    field.fill("   ")
    field.press("Enter")
    window.warned({"zh": "没有说任何话", "en": "Nothing was said"}[language])
    field.fill("我的卡被扣了钱")
    window.acts(lambda: field.press("Enter")).is_told("我的卡被扣了钱").presses("#").hears_a_question()
    expect(field).not_to_be_visible()
    window.presses("1").hears_a_question().looks_at("cases")
    expect(window.page.locator("#panel-cases")).to_contain_text({"zh": "留言", "en": "Voice note"}[language])
    expect(window.page.locator("#panel-cases .record-voice-notes .status")).to_have_text(
        re.compile({"zh": "正在取回|已保存", "en": "being fetched|kept"}[language])
    )
