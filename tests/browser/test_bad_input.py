"""Errors in the browser phone, and what the page says."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.running import LONGEST_START, WORLD, wait_for

TOO_LATE = {
    "en": ("Another window pressed first", "nothing was sent from here"),
    "zh": ("另一个窗口先按了键", "这里没有发送任何内容"),
}


def test_two_browsers_on_one_call_see_the_same_and_cannot_answer_a_prompt_they_have_not_shown(opens, line):
    """The second one joins from its own page. One that is behind is refused; one that has caught up may press."""
    first = opens().opens().rings()
    second = opens().opens()
    second.page.locator("#going-on button").click()
    second.hears_a_question().is_told("For English, press 2")
    first.presses("2").hears_a_question()
    second.is_told("For account security")
    second.page.route("**/api/calls/*?seen=*", lambda route: route.abort())  # it no longer sees what others do
    first.presses("2").hears_a_question()
    turns = len(line.lab(f"calls/{first.sid}")["turns"])
    second.page.unroute_all()
    stale = second.asks(
        "([sid, seen]) => fetch(`/phone/api/calls/${sid}/actions`, { method: 'POST', headers: { 'X-Phone': '1' },"
        " body: JSON.stringify({ kind: 'press', keys: '1', seen, window: 'behind' }) }).then(got => got.status)",
        [first.sid, 1],
    )
    assert stale == 409 and len(line.lab(f"calls/{first.sid}")["turns"]) == turns
    second.is_told("Top-up and payment.").presses("1").hears_a_question()
    first.is_told("There are three steps")


def test_a_window_that_is_behind_says_so(opens):
    """Its key is not sent on; it sees what the other one did."""
    first = opens().opens().rings()
    second = opens().opens()
    second.page.locator("#going-on button").click()
    second.hears_a_question()
    second.page.route("**/api/calls/*?seen=*", lambda route: route.fulfill(status=204))
    first.presses("2").hears_a_question()
    second.page.keyboard.press("1")
    second.page.unroute_all()
    second.warned(*TOO_LATE["en"]).is_told("For account security").speaks("zh").warned(*TOO_LATE["zh"])


def test_a_page_that_is_loaded_again_goes_on_with_its_call(window, line):
    """The transcript and the entry are kept, and the next key continues it."""
    window.rings().comes_to_the_amount()
    window.presses("80").page.reload()
    window.hears_a_question().is_told("Haiyun Wallet official support line", "Enter the amount")
    expect(window.page.locator("#keyed")).to_have_text("80")
    window.presses("0#").is_told("The amount is eight hundred yuan")


def test_a_call_without_actions_is_hung_up_after_an_hour(window, line):
    """By the simulator's clock; watching is not an action. A minute less is not enough."""
    window.rings().presses("2").hears_a_question()
    line.pass_seconds(3540)
    window.page.wait_for_timeout(700)
    expect(window.page.locator("body")).to_have_attribute("data-state", "listening")
    line.pass_seconds(90)
    window.is_told("Nobody did anything for an hour").speaks("zh").is_told("一小时没有任何操作，电话已挂断")
    wait_for(lambda: line.lab(f"calls/{window.sid}")["outcome"] == "abandoned")


def test_when_the_simulator_is_killed_the_page_says_so_and_keeps_the_transcript(window, line):
    """It is restarted; the call is over, transcript and journal stay, and the next call works."""
    window.rings().presses("2").hears_a_question()
    sid = window.sid
    line.kill_the_simulator()
    window.warned("The simulator does not answer").speaks("zh").warned("模拟器没有应答")
    wait_for(line.simulator_answers, LONGEST_START, line.log)
    window.warned("模拟器重新启动过").is_told("模拟器重新启动过", "For account security")
    window.speaks("en").warned("The simulator was restarted").is_told("The simulator was restarted")
    assert len(line.lab(f"calls/{sid}")["turns"]) == 2
    window.clicks("#hang-up").rings().is_told("Haiyun Wallet official support line")


def test_a_page_of_a_call_that_is_gone_leads_back_to_the_beginning(window):
    """An old address."""
    window.page.goto(f"{window.url}#CA{'0' * 32}")
    window.page.reload()
    window.warned("Place a new call")
    expect(window.page.locator("#dial")).to_be_visible()


def test_in_a_world_without_customers_any_number_may_call(window, line):
    """The page says what to do."""
    line.lab("world", {"wallets": WORLD["wallets"]})
    window.opens("zh").warned("这个世界里没有客户").speaks("en").warned("This world has no customers")
    window.page.locator("#who").select_option("")
    window.clicks(".call").hears_a_question().is_told("Haiyun Wallet official support line")


def test_in_an_empty_world_the_page_still_works(window, line):
    """Neither lines nor customers."""
    line.lab("world", {})
    window.opens("zh").warned("这个世界里没有热线").speaks("en").warned("This world has no line")


@pytest.mark.parametrize("target", [".call", "[data-demo-call=freeze-borrowed]"])
def test_a_double_click_places_one_call(window, target):
    """A second call would leave the first one open."""
    ways = (
        "() => fetch('/phone/api/setting').then(answer => answer.json())"
        ".then(setting => setting.calls.map(one => one.sid))"
    )
    before = window.asks(ways)
    window.page.locator(target).dblclick()
    window.hears_a_question()
    assert [sid for sid in window.asks(ways) if sid not in before] == [window.sid]


def test_a_key_that_is_held_down_is_pressed_once(window):
    """The keyboard repeats it, a telephone does not."""
    window.rings()
    for _again in range(5):
        window.page.keyboard.down("2")
    window.page.keyboard.up("2")
    window.hears_a_question().is_told("For account security").presses("2").hears_a_question()
    assert [line["text"] for line in window.picture()["lines"] if line["who"] == "caller"] == ["2", "2"]


@pytest.mark.parametrize(("select", "field"), [("#who", "#number"), ("#line", "#line-number")])
def test_an_empty_number_is_refused(window, select, field):
    """An empty field is not a withheld number."""
    window.page.locator(select).select_option("other")
    expect(window.page.locator(field)).to_have_value("")
    window.clicks(".call").warned("begins with +")
    expect(window.page.locator("body")).to_have_attribute("data-state", "idle")


def test_the_error_of_a_server_that_was_down_goes_when_it_is_back(window):
    """A change of the scene failed; the next poll finds the server."""
    down = {"error": "server-down", "server": "http://127.0.0.1:1"}
    window.page.route("**/api/lab/clock", lambda route: route.fulfill(status=502, json=down))
    window.looks_at("scene").get_by_role("button", name="3 a.m.").click()
    window.warned("The main server at http://127.0.0.1:1 does not answer")
    expect(window.page.locator("#banner")).to_be_hidden(timeout=10_000)
