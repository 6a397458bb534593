"""Accessibility: both languages, a small screen, no mouse, low vision."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ivr.callbacks import attempts, dialler
from ivr.follow_up import deliveries
from ivr.voice_notes import notes
from tests.browser.running import ROOT

CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8").partition("\n")[2]
PHONE = ROOT / "ivr" / "simulator" / "browser_phone"
WORDS = [PHONE / "static" / "phone" / f"words.{language}.js" for language in ("en", "zh")]
VIEWS = ("call", "path", "summary", "messages", "cases", "scene")
TABS = VIEWS[1:]
FOCUSED = """
() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { what: at.id || at.dataset.key || at.textContent.trim() || at.tagName, shown, body: at === document.body };
}
"""
REACHABLE = "button:not(:disabled):not([tabindex='-1']), select, input"


def low_contrast(window):
    """Texts with too little contrast, in the light or dark scheme, each with its ratio."""
    faint = set()
    for colours in ("dark", "light"):
        window.page.emulate_media(color_scheme=colours)
        found = window.asks(CONTRAST)
        assert len(found) > 20
        faint |= {(colours, one["text"], round(one["ratio"], 2)) for one in found if one["ratio"] < one["needs"]}
    return faint


def test_every_text_has_enough_contrast_in_both_colour_schemes(window):
    """WCAG AA on every view of the page: idle, in a call while an agent is called, after it, with an error."""
    faint = set()
    faint |= low_contrast(window)
    window.rings().presses("2").hears_a_question()
    for tab in TABS:
        window.looks_at(tab)
        faint |= low_contrast(window)
    window.page.locator("#transcript").focus()
    window.presses("0")
    expect(window.page.locator("#agent .answer")).to_be_visible()
    faint |= low_contrast(window)
    window.clicks("#agent .answer").is_told("Whisper to the agent")
    faint |= low_contrast(window)
    window.hangs_up().clicks("#repeat").is_told("byte for byte")
    faint |= low_contrast(window)
    window.clicks("#hang-up").plays("freeze-borrowed", 9).hears_a_question().looks_at("cases")
    faint |= low_contrast(window)
    assert faint == set()


def test_on_a_phone_nothing_scrolls_sideways(opens):
    """390 pixels, each view in both languages, before, in and after a call; buttons are not too small."""
    window = opens(width=390, height=844).opens()

    def fits():
        for language, place in itertools.product(("zh", "en"), range(len(VIEWS))):
            window.speaks(language).page.locator("#views button").nth(place).click()
            assert window.asks("() => document.documentElement.scrollWidth") <= 390, VIEWS[place]
            wide = (
                "() => [...document.querySelectorAll('main *')]"
                ".filter(one => one.checkVisibility() && one.getBoundingClientRect().right > 391)"
                ".map(one => one.outerHTML.slice(0, 80))"
            )
            assert window.asks(wide) == [], VIEWS[place]
        window.page.locator("#views button").first.click()

    fits()
    window.plays("freeze-borrowed", 7).hears_a_question()
    fits()
    small = (
        "() => [...document.querySelectorAll('button')]"
        ".filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24)"
        ".map(one => one.textContent)"
    )
    assert window.asks(small) == []
    window.hangs_up()
    fits()


@pytest.mark.parametrize("state", ["idle", "call"])
def test_every_control_is_reached_by_tab_and_shows_the_focus(window, state):
    """Once around the page: every control, each with a focus ring."""
    if state == "call":
        window.rings().presses("2").hears_a_question().looks_at("scene")
    visible = (
        f"() => [...document.querySelectorAll({REACHABLE!r})].filter(one => one.checkVisibility())"
        ".map(one => one.id || one.dataset.key || one.textContent.trim() || one.tagName)"
    )
    wanted, reached = set(window.asks(visible)), set()
    window.page.evaluate("() => document.activeElement.blur()")
    for _step in range(80):
        window.page.keyboard.press("Tab")
        now = window.asks(FOCUSED)
        if not now["body"]:
            assert now["shown"], now["what"]
            reached.add(now["what"])
    assert wanted - reached == set()


def test_the_arrow_keys_move_between_tabs(window):
    """As in any tab list."""
    window.page.locator("#tab-path").focus()
    window.page.keyboard.press("ArrowRight")
    expect(window.page.locator("#tab-summary")).to_be_focused()
    expect(window.page.locator("#panel-summary")).to_be_visible()


def test_the_page_speaks_both_languages_and_remembers_which(window):
    """Also what screen readers are told; English words are gone from the Chinese page."""
    english = window.page.locator("body").inner_text()
    window.clicks("[data-language=zh]")
    chinese = window.page.locator("body").inner_text()
    assert window.page.locator("html").get_attribute("lang") == "zh-CN"
    assert window.page.title() == "浏览器电话" and "拨打电话" in chinese
    names = r"Place|Agents|Call|Path|Summary|Scene|Sound"
    assert re.search(names, english) and not re.search(names, chinese)
    labels = window.asks("() => [...document.querySelectorAll('[aria-label]')].map(one => one.ariaLabel)")
    assert [label for label in labels if not re.search(r"[\u4e00-\u9fff]", label)] == []
    window.page.reload()
    expect(window.page.locator("h1")).to_have_text("浏览器电话")


def test_both_languages_have_the_same_words():
    """A name without words would be shown as it is."""
    names = re.compile(r'^  (?:"([a-z#*0-9.-]+)"|([A-Za-z]+)):\s', re.MULTILINE)
    known = [{quoted or plain for quoted, plain in names.findall(file.read_text("utf-8"))} for file in WORDS]
    assert len(known[0]) > 120 and known[0] ^ known[1] == set()


def test_every_status_event_and_error_has_words():
    """Voice notes, ends of callback attempts, events, and every code of Refused."""
    said = "".join(file.read_text("utf-8") for file in WORDS)
    pages = "".join(path.read_text("utf-8") for path in PHONE.glob("*.py"))
    ends = [
        *dialler.ENDED.values(),
        *(f"customer: {status}" for status in (*dialler.ENDED, "unknown")),
        attempts.UNASKED,
    ]
    wanted = {f"status-{status}" for status in (notes.TO_FETCH, notes.KEPT, notes.SILENT, notes.LOST, notes.ERASED)}
    wanted |= {"ended-" + re.sub(r"[: ]+", "-", end) for end in (*ends, attempts.REACHED)}
    wanted |= {f"event-{event}" for event in (deliveries.OPENED, deliveries.OVERDUE, deliveries.NOTED)}
    wanted |= {f"error-{code}" for code in re.findall(r'Refused\("([a-z-]+)"\)', pages)} - {"error-no-json"}
    assert len(wanted) > 25
    assert {name for name in wanted if said.count(f'"{name}":') != 2} == set()


FRAME = "() => getComputedStyle(document.getElementById('transcript')).outlineStyle"


def test_a_key_draws_no_focus_ring_around_the_transcript_and_tab_does(window):
    """The page puts the focus there itself, for keys; a user who moves there by Tab sees the focus."""
    window.rings("Dana")
    window.page.locator(".key[data-key='2']").click()
    window.hears_a_question().presses("5").is_told("Information.")
    expect(window.page.locator("#transcript")).to_be_focused()
    assert window.asks(FRAME) == "none"
    window.page.keyboard.press("Shift+Tab")
    window.page.keyboard.press("Tab")
    expect(window.page.locator("#transcript")).to_be_focused()
    assert window.asks(FRAME) != "none"
