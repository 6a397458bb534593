"""One person plays the caller in `/phone`, another the agent in `/desk`, side by side: from key 0 to the goodbye."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.lab import staff as demo
from tests.browser.running import Running
from tests.browser.test_access import CONTRAST
from tests.browser.test_desk import FINGER, NAMELESS, SMALL, STRUCTURE
from tests.browser.window import Window

RINGING = """
window.rings = [];
const Real = AudioContext;
window.AudioContext = class extends Real { constructor() { super(); window.rings.push(this); } };
"""
"""Keeps what the page sounds with."""
PATIENCE = 20_000
WORDS = {"en": ("Accept", "Say it", "Not verified", "Hang up"), "zh": ("接听", "说出来", "未验证", "挂断")}


@contextmanager
def desk_of(chromium: Browser, line: Running, name: str, language: str, scripts: bool = True) -> Iterator[Page]:
    """A browser in which this person is signed in and available; an error in its console fails the test."""
    context = chromium.new_context(locale="zh-CN" if language == "zh" else "en-US", java_script_enabled=scripts)
    context.add_init_script(RINGING)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.goto(f"{line.desk}/desk/sign-in")
    page.locator("input[name=name]").first.fill(name)
    page.locator("input[name=password]").first.fill(demo.PASSWORD)
    page.locator("main form button.main").first.click()
    page.locator("button[name=state][value=available]").click()
    expect(page.locator("button[name=state][value=available]")).to_have_attribute("aria-pressed", "true")
    try:
        yield page
    finally:
        page.locator("form[action$='/desk/sign-out'] button").click()
        context.close()
    assert [one for one in complaints if "409" not in one] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_from_key_0_to_the_goodbye(
    opens: Callable[..., Window], chromium: Browser, line: Running, language: str
):
    """Music, the ring, the summary, words both ways, a reload in the middle, and the end for both."""
    accept, say, verified, hang_up = WORDS[language]
    caller = opens().opens(language)
    with desk_of(chromium, line, "mei", language) as desk:
        caller.rings().presses("1" if language == "zh" else "2").hears_a_question().presses("0").hears_a_question()
        caller.is_told("♪")
        work = desk.locator("[data-region=work]")
        expect(work.get_by_role("button", name=accept, exact=True)).to_be_visible(timeout=PATIENCE)
        is_well_made(desk)
        desk.reload()
        desk.wait_for_function("() => window.rings.length === 1")
        work.get_by_role("button", name=accept, exact=True).click(timeout=PATIENCE)
        desk.wait_for_function("() => window.rings.at(-1).state === 'closed'")
        expect(desk.locator(".heard")).to_contain_text(verified, timeout=PATIENCE)
        expect(caller.page.locator("body[data-state=talking]")).to_be_attached(timeout=PATIENCE)
        desk.locator("input[name=words]").fill("How can I help? 您好")
        desk.get_by_role("button", name=say).click()
        caller.is_told("How can I help? 您好")
        desk.reload()
        caller.page.locator("#words").fill("My top-up is missing. 没到账")
        caller.page.locator("#speak button").click()
        expect(desk.locator(".heard .from-caller").last).to_contain_text("没到账", timeout=PATIENCE)
        expect(work.get_by_role("button", name=hang_up)).to_be_visible(timeout=PATIENCE)
        is_well_made(desk)
        work.get_by_role("button", name=hang_up).click()
        expect(caller.page.locator("body[data-state=over]")).to_be_attached(timeout=PATIENCE)
        expect(work.get_by_role("button")).to_have_count(0, timeout=PATIENCE)


def is_well_made(desk: Page) -> None:
    """Contrast by day and night, names for every control, nothing wider than a telephone, nothing too small to hit."""
    for colours in ("dark", "light"):
        desk.emulate_media(color_scheme=colours)
        assert [one for one in desk.evaluate(CONTRAST) if one["ratio"] < one["needs"]] == []
    assert desk.evaluate(NAMELESS) == desk.evaluate(STRUCTURE) == []
    desk.set_viewport_size({"width": 390, "height": 844})
    assert desk.evaluate("() => document.documentElement.scrollWidth") <= 390 and desk.evaluate(SMALL, FINGER) == []
    desk.set_viewport_size({"width": 1440, "height": 900})


def test_everything_works_without_scripts(opens: Callable[..., Window], chromium: Browser, line: Running):
    """Buttons are forms: decline once, then a second caller's call from the ring to its end."""
    caller = opens().opens("en")
    with desk_of(chromium, line, "mei", "en", scripts=False) as desk:
        caller.rings().presses("2").hears_a_question().presses("0").hears_a_question()
        until(desk, lambda: desk.get_by_role("button", name="Accept", exact=True).count())
        desk.get_by_role("button", name="Accept", exact=True).click()
        until(desk, lambda: desk.locator("input[name=words]").count())
        desk.locator("input[name=words]").fill("Hello")
        desk.get_by_role("button", name="Say it").click()
        caller.is_told("Hello")
        desk.get_by_role("button", name="Hang up").click()
        expect(caller.page.locator("body[data-state=over]")).to_be_attached(timeout=PATIENCE)


def until(desk: Page, condition: Callable[[], object]) -> None:
    """Load the page again, as it does by itself, until this holds."""
    for _ in range(40):
        if condition():
            return
        desk.wait_for_timeout(500)
        desk.goto(desk.url)
    raise AssertionError(desk.locator("main").inner_text())
