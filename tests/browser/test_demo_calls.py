"""The ready-made calls: one of each branch, played hint by hint in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

BRANCHES = {
    "freeze-borrowed": (("The account is frozen now", "账户已经冻结"), ("Freeze", "冻结")),
    "payment-unknown": (("Please don't pay again", "请先不要再付"), ("Case", "服务单")),
    "duplicate": (("It is filed", "申请已经提交"), ("Dispute", "争议")),
    "messages": (("Messages about offers are on now", "优惠消息已经开启"), ("Consent", "授权")),
    "is-it-you": (("nine five zero zero one", "九五零零幺"), None),
    "at-night": (("We will call you back", "给您回电"), ("Callback attempts", "回电过程")),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_of_each_branch_is_played_by_its_hints_and_leaves_its_records(opens, line, language):
    """Every hint leads on; the records of the call are listed as this call's."""
    place = 0 if language == "en" else 1
    window = opens().opens(language)
    for demo_call, (told, record) in BRANCHES.items():
        window.plays(demo_call).is_told(told[place])
        mine = window.looks_at("cases").locator(".mine")
        if record:
            expect(mine.filter(has_text=record[place]).first).to_be_visible(timeout=15_000)
        else:
            expect(mine).to_have_count(0)
        window.clicks("#hint .do")
        expect(window.page.locator(f"[data-demo-call={demo_call}]")).to_be_focused()


def test_a_hint_is_followed_by_key_and_can_be_left(window):
    """N presses it; other keys may be pressed at any time; without hints the call goes on."""
    window.page.locator("[data-demo-call=limits]").click()
    expect(window.page.locator("#hint .do")).to_contain_text("For English")
    expect(window.page.locator("button.option.next")).to_have_text("2For English, press 2")
    window.acts(lambda: window.page.keyboard.press("n"))
    expect(window.page.locator(".key.next")).to_have_attribute("data-key", "2")
    window.presses("5").is_told("Information.")
    expect(window.page.locator("#hint .free")).to_be_visible()
    window.clicks("#hint .leave")
    expect(window.page.locator("#hint")).to_be_hidden()


def test_a_demo_call_sets_its_scene_and_the_next_one_resets_it(window, line):
    """The wallet that was made to fail answers again when another demo call begins."""
    window.page.locator("[data-demo-call=wallet-down]").click()
    expect(window.page.locator("#scene-line")).to_contain_text("the wallet's API is down")
    window.hears_a_question().hangs_up().clicks("#hang-up")
    window.page.locator("[data-demo-call=line-closed]").click()
    window.hears_a_question().presses("2").is_told("we are doing maintenance").hangs_up().clicks("#hang-up")
    window.page.locator("[data-demo-call=hours]").click()
    expect(window.page.locator("#scene-line")).not_to_contain_text("closed by operations")
    expect(window.page.locator("#scene-line")).to_contain_text("the wallet's API answers")
    window.is_told("For English")


def test_a_demo_call_inherits_neither_clock_nor_language_of_the_one_before(window, line):
    """After a call by night the clock is back at the morning, and the line asks for the language."""
    when = window.page.locator("#scene-line")
    window.page.locator("[data-demo-call=at-night]").click()
    expect(when).to_contain_text("at 03:00")
    window.hears_a_question().presses("2").hears_a_question().hangs_up().clicks("#hang-up")
    window.page.reload()
    window.page.locator("[data-demo-call=limits]").click()
    expect(when).to_contain_text("Monday, 23 November 2026 at 10:0")
    window.hears_a_question().presses("2").is_told("For account security").hangs_up().clicks("#hang-up")
    window.clicks("[data-language=zh]")
    window.page.locator("[data-demo-call=limits]").click()
    expect(window.page.locator("#hint .do")).to_contain_text("普通话", timeout=15_000)


def test_a_clock_that_was_set_by_hand_stays(window, line):
    """It was set after a demo call, but not by it."""
    window.page.locator("[data-demo-call=at-night]").click()
    window.hears_a_question().hangs_up().clicks("#hang-up")
    panel = window.looks_at("scene")
    panel.get_by_role("button", name="Spring Festival eve, 23:59").click()
    expect(window.page.locator("#scene-line")).to_contain_text("16 February 2026")
    window.page.locator("[data-demo-call=hours]").click()
    window.hears_a_question()
    expect(window.page.locator("#scene-line")).to_contain_text("February 2026")


def test_a_wallet_with_a_switch_of_its_own_is_opened_by_a_demo_call(window, line):
    """The switch for all wallets does not open it."""
    reason = {"zh": "系统正在维护", "en": "we are doing maintenance"}
    line.lab("line", {"state": "closed", "wallet": "haiyun", "reason": reason})
    window.page.locator("[data-demo-call=hours]").click()
    window.hears_a_question()
    expect(window.page.locator("#scene-line")).not_to_contain_text("closed by operations")
    window.is_told("For English")


def test_the_demo_world_is_loaded_with_records_up_to_the_day_before_the_clock(window, line):
    """So there is always something to find for "yesterday"."""
    line.lab("clock", {"now": "2027-03-02T10:00:00+08:00"})
    window.looks_at("scene").get_by_role("button", name="Load the demo world").click()
    expect(window.page.locator("#said")).to_contain_text("11 customers")
    assert max(one["at"] for one in line.lab("disputes"))[:10] == "2027-02-28"
