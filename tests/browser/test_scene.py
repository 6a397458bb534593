"""The Scene panel: what is set there applies to the call, and one sentence says it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.running import WORLD

SENTENCE = {
    "en": "It is Monday, 16 February 2026 at 23:59 · two agents on duty, who let it ring"
    " · the wallet's API is down · texts are rejected",
    "zh": "2026年2月16日星期一 23:59 · 2 位客服在岗，不接听 · 钱包接口不通 · 短信被拒收",
}
BUTTONS = {
    "en": ("Spring Festival eve, 23:59", "let it ring", "is down", "are rejected"),
    "zh": ("除夕夜 23:59", "不接听", "不通", "被拒收"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_scene_is_set_by_hand_and_said_in_one_sentence(opens, language):
    """Spring Festival eve, agents on duty, the wallet's API down."""
    window = opens().opens(language)
    panel = window.looks_at("scene")
    panel.locator("#clock-runs").uncheck()
    for name in BUTTONS[language]:
        panel.get_by_role("button", name=name, exact=True).click()
    panel.locator("input[type=number]").fill("2")
    panel.locator("input[type=number]").blur()
    expect(window.page.locator("#scene-line")).to_have_text(SENTENCE[language])


@pytest.mark.parametrize(
    ("language", "choose", "closed"),
    [("en", "2", "Our agents are not at work right now"), ("zh", "1", "现在不是人工服务时间")],
)
def test_at_a_minute_to_midnight_nobody_is_at_work(opens, language, choose, closed):
    """The line says so, and calls no agent."""
    window = opens().opens(language)
    window.looks_at("scene").get_by_role("button", name=BUTTONS[language][0], exact=True).click()
    window.rings().presses(choose).hears_a_question().presses("0").is_told(closed)
    expect(window.page.locator("#agent")).to_be_hidden()


@pytest.mark.parametrize(
    ("language", "unknown"),
    [("en", "neither success nor failure"), ("zh", "这不代表成功，也不代表失败")],
)
def test_a_wallet_that_is_down_in_the_middle_of_a_call_is_never_a_no(opens, language, unknown):
    """Set while the caller is on the line; the effect is shown as failed beside it."""
    window = opens().opens(language).rings()
    for keys in ("1" if language == "zh" else "2", "2", "2"):
        window.presses(keys).hears_a_question()
    window.looks_at("scene").get_by_role("button", name=BUTTONS[language][2], exact=True).click()
    expect(window.page.locator("#scene-line")).to_contain_text("is down" if language == "en" else "不通")
    window.page.locator("#transcript").focus()
    window.presses("19900000051#").is_told(unknown)
    window.looks_at("path")
    expect(window.page.locator(".graph .effect.failed").first).to_be_attached()


def test_the_scene_sentence_leads_to_its_controls(window):
    """One click."""
    window.clicks("#scene-line")
    expect(window.page.locator("#panel-scene")).to_be_visible()


def test_the_keyboard_focus_stays_when_the_controls_are_redrawn(window):
    """A change of the scene redraws them."""
    panel = window.looks_at("scene")
    panel.get_by_role("button", name="is down").focus()
    window.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="is down")).to_have_attribute("aria-pressed", "true")
    expect(panel.get_by_role("button", name="is down")).to_be_focused()


@pytest.mark.parametrize("choice", ["Number withheld", "Another number …", "Dana"])
def test_the_chosen_caller_stays_chosen_when_the_customers_change(window, line, choice):
    """No other customer takes the place in the list; the language changes the words only."""
    someone = {**WORLD["customers"][0], "id": "K0", "name": "Neu", "mobile": "+8613911110000", "wallet_id": "10009999"}
    window.page.locator("#who").select_option(label=choice if choice != "Dana" else "Dana · +1 202 555 0151")
    line.lab("world", WORLD | {"customers": [someone, *WORLD["customers"]]})
    expect(window.page.locator("#who option", has_text="Neu")).to_be_attached(timeout=10_000)
    chosen = "() => document.getElementById('who').selectedOptions[0].textContent"
    assert window.asks(chosen).startswith(choice)
    window.speaks("zh")
    assert window.asks(chosen).startswith(
        {"Dana": "Dana"}.get(choice, "隐藏号码" if "withheld" in choice else "其他号码")
    )
