"""The call map: contrast, small screens, keyboard, both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_access import CONTRAST

FLOW = "?flow=top_up"


def on_the_map(window, query=""):
    window.page.goto(f"{window.url}map{query}")
    expect(window.page.locator("svg").first).to_be_visible()
    return window.page


@pytest.mark.parametrize("query", ["", FLOW, "?flow=everything"])
def test_every_text_of_the_map_has_enough_contrast(opens, query):
    """WCAG AA on the overview, on a flow with one of its prompts chosen, and on the sheet of every prompt."""
    page = on_the_map(opens(), query)
    if query == FLOW:
        page.locator(".node").first.click()
    found = page.evaluate(CONTRAST)
    assert len(found) > 20
    assert {(one["text"], round(one["ratio"], 2)) for one in found if one["ratio"] < one["needs"]} == set()


@pytest.mark.parametrize("query", ["", FLOW, "?flow=everything"])
def test_on_a_phone_the_page_keeps_its_width(opens, query):
    """390 pixels: the drawing scrolls within its sheet, nothing else scrolls sideways."""
    page = on_the_map(opens(width=390, height=844), query)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    outside = (
        "() => [...document.querySelectorAll('body *:not(svg, svg *)')]"
        ".filter(one => one.checkVisibility() && one.getBoundingClientRect().right > 391)"
        ".map(one => one.outerHTML.slice(0, 80))"
    )
    assert page.evaluate(outside) == []


def test_a_prompt_is_chosen_by_keyboard_and_shown_in_both_languages(opens):
    """Its words with their seconds, and where its keys lead, as buttons."""
    page = on_the_map(opens(), FLOW)
    page.locator(".node[data-node='top-up-channel']").focus()
    page.keyboard.press("Enter")
    about = page.locator("#about")
    expect(about.locator("h2")).to_have_text("top-up-channel")
    expect(about).to_contain_text("您用的是哪种充值渠道")
    expect(about).to_contain_text("How did you top up?")
    expect(about).to_contain_text("Leads to 通向")
    name = about.locator("button").first.inner_text()
    about.locator("button").first.focus()
    page.keyboard.press("Enter")
    expect(about.locator("h2")).to_have_text(name)


def test_a_flow_of_the_overview_leads_to_its_questions(opens):
    """From there a link leads back to the telephone."""
    page = on_the_map(opens())
    page.locator(".flow[data-flow='top_up']").click()
    expect(page.locator(".node[data-node='top-up-channel']")).to_be_visible()
    page.locator(".phone-link").click()
    expect(page.locator(".call")).to_be_visible()


def test_the_telephone_leads_to_the_map(opens):
    """By a link in the header, also in a narrow window."""
    for width in (1440, 390):
        page = opens(width=width).opens().page
        page.locator("header a[href='/phone/map']").click()
        expect(page.locator(".sheet svg")).to_be_visible()
