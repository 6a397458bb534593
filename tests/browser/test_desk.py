"""The desk in a browser without scripts: what a phone line left is read there, in both languages, by day and night."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.lab import staff as demo
from tests.browser.running import Running, wait_for
from tests.browser.test_access import CONTRAST, FOCUSED

NAMELESS = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, button, a, summary")]
  .filter(one => one.checkVisibility())
  .filter(one => !(one.textContent.trim() || one.ariaLabel
    || (one.labels && [...one.labels].some(l => l.textContent.trim()))))
  .map(one => one.outerHTML)
"""
STRUCTURE = """
() => {
  const faults = [], ids = [...document.querySelectorAll("[id]")].map(one => one.id);
  if (document.querySelectorAll("h1").length !== 1) faults.push("one h1");
  if (document.querySelectorAll("main").length !== 1) faults.push("one main");
  if (!document.documentElement.lang || !document.title) faults.push("lang and title");
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  for (const one of document.querySelectorAll("table"))
    if (!one.querySelector("th[scope]")) faults.push("table without heads");
  for (const one of document.querySelectorAll("[aria-describedby]"))
    if (!document.getElementById(one.getAttribute("aria-describedby"))) faults.push("described by nothing");
  return faults;
}
"""
SMALL = """
least => [...document.querySelectorAll("button, select, input, summary, nav a, a.button")]
  .filter(one => !["hidden", "checkbox", "radio"].includes(one.type) && one.checkVisibility())
  .filter(one => one.getBoundingClientRect().height < least).map(one => one.outerHTML)
"""
FINGER, MOUSE = 44, 24


@pytest.fixture(scope="module")
def call(line: Running) -> str:
    """One call that an agent took; its CallSid."""
    line.begin_the_day()
    placed = line.client.post(
        f"{line.simulator}/simulator/calls", json={"line": "+864000000101", "from": "+8613900000001"}
    )
    sid = str(placed.json()["sid"])
    for keys in ("2", "0"):
        line.client.post(f"{line.simulator}/simulator/calls/{sid}/press", json={"keys": keys}).raise_for_status()
    return sid


@pytest.fixture(scope="module")
def suns_call(line: Running, call: str) -> str:
    """Sun, whose account is frozen, is verified by a code and asks for limits; its CallSid."""
    calls = f"{line.simulator}/simulator/calls"
    told = line.client.post(calls, json={"line": "+864000000102", "from": "+8613900000002"}).json()
    for what in ("2", "top-up", "limits", "19900000053#", "100217", "text", "code"):
        if what == "code":
            wait_for(lambda: line.lab("sms"))
            what = re.findall(r"[0-9]{6}", line.lab("sms")[-1]["body"])[0]
        elif what.isalpha() or "-" in what:
            what = next(one["key"] for one in told["options"] if what in one["label"])
        told = line.client.post(f"{calls}/{told['sid']}/press", json={"keys": what}).json()
    return str(told["sid"])


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, line: Running, call: str) -> Callable[[str], Any]:
    """The cookies of a demo person, who signs in once: a code is good once, and nobody waits for the next."""
    kept: dict[str, Any] = {}

    def cookies(name: str) -> Any:
        if name not in kept:
            context = chromium.new_context(java_script_enabled=False, locale="en-US")
            page = context.new_page()
            page.goto(f"{line.desk}/desk/sign-in")
            page.get_by_label("Sign-in name").fill(name)
            page.get_by_label("Password").fill(demo.PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            if "/code" in page.url:
                page.get_by_label("Six digits").fill(page.locator(".note code").inner_text())
                page.keyboard.press("Enter")
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
            kept[name] = context.storage_state()
            context.close()
        return kept[name]

    return cookies


@pytest.fixture
def opens(chromium: Browser, line: Running, signed_in: Callable[[str], Any]) -> Iterator[Callable[..., Page]]:
    """A page in which a demo person is signed in, with scripts off."""
    contexts = []

    def page(name: str, **more: Any) -> Page:
        given = {"java_script_enabled": False, "locale": "en-US", "storage_state": signed_in(name), **more}
        contexts.append(chromium.new_context(**given))
        one = contexts[-1].new_page()
        one.goto(f"{line.desk}/desk/")
        return one

    yield page
    for context in contexts:
        context.close()


def walk(page: Page, call: str, base: str) -> Iterator[str]:
    """Every kind of page that this person has; the forms of the line with what is wrong, and the card with a form
    open, and with a field revealed."""
    for path in ("", "search", "audit", "me", "people", "people/mei", "wall", "failures", "line"):
        page.goto(f"{base}/desk/{path}")
        yield path
    if page.locator("summary").count():
        yield from walk_line(page)
    page.goto(f"{base}/desk/calls/{call}")
    yield "card"
    if "/calls/" in page.url and page.locator("details").count():
        page.locator("summary").first.click()
        yield "reveal"
        page.get_by_role("button", name="Reveal").or_(page.get_by_role("button", name="显示")).first.click()
        expect(page.locator("b[role=status]")).to_be_visible()
        yield "revealed"


def walk_line(page: Page) -> Iterator[str]:
    """A change with what is wrong beside it, and the page on which it is to be confirmed."""
    page.locator("summary").first.click()
    page.locator("input[value=closed]").first.check()
    page.locator("textarea").first.fill("8")
    page.locator("details[open] form button").first.click()
    yield "line, wrong"
    for place, words in enumerate(("系统正在维护", "we are doing maintenance")):
        page.locator("textarea").nth(place).fill(words)
    page.locator("details[open] form button").first.click()
    expect(page.locator("blockquote")).to_have_count(2)
    yield "line, to be confirmed"


def test_a_supervisor_switches_the_line_without_a_script(opens, line):
    """Looks at what callers will hear, goes back, looks again, confirms, and opens it again."""
    page = opens("su")
    page.goto(f"{line.desk}/desk/wall")
    page.get_by_role("main").get_by_role("link", name="Line").click()
    assert [*walk_line(page)][-1] == "line, to be confirmed"
    page.get_by_role("button", name="Back").click()
    expect(page.locator("textarea").nth(1)).to_have_value("we are doing maintenance")
    for state, button in (("closed", "Close the line"), ("open", "Open the line")):
        if state == "open":
            page.locator("summary").first.click()
            page.locator("input[value=open]").first.check()
        page.locator("details[open] form button").first.click()
        page.get_by_role("button", name=button).click()
        if page.get_by_label("Password").count():  # ten minutes after the sign-in, on a machine that is slow
            page.get_by_label("Password").fill(demo.PASSWORD)
            page.get_by_label("Six digits").fill(page.locator(".note code").last.inner_text())
            page.get_by_role("button", name="Go on").click()
        expect(page.locator(f".line-{state}").first).to_be_visible()
        assert page.url.endswith("/desk/line")


def test_an_agent_reads_the_call_that_they_took_and_reveals_the_number(opens, call, line):
    """From the list to the card, without a script; half a minute later the page is masked again by itself."""
    page = opens("fang")
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert call in page.url and "…0001" in page.locator("main").inner_text()
    page.locator("summary").first.click()
    page.get_by_label("Reason").select_option("call-back")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("+8613900000001")).to_be_visible()
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == f"30;url=/desk/calls/{call}"
    page.goto(f"{line.desk}/desk/calls/{call}")
    expect(page.get_by_text("+8613900000001")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{line.desk}/desk/calls/{call}")
    assert page.url.endswith("/desk/sign-in")


def test_a_freeze_is_lifted_on_the_card_without_a_script(opens, suns_call, line):
    """Verified by the agent, lifted, told; a text of the list besides."""
    page = opens("su")
    card = f"{line.desk}/desk/calls/{suns_call}"
    page.goto(card)
    expect(page.get_by_text("The account is frozen")).to_be_visible()
    for act, choices, says in (
        ("Verify by", {"How": "in-app"}, "confirmed in the app"),
        ("", {}, "Lifted the freeze"),
        ("Send a text", {"Text": "police"}, "police, anti-fraud line"),
    ):
        block = page.locator("#serve > details")
        block.locator("summary").first.click()
        if act:
            block = block.locator("details", has_text=act)
            block.locator("summary").click()
        for label, choice in choices.items():
            block.get_by_label(label, exact=True).select_option(choice)
        if block.get_by_role("checkbox").first.is_visible():
            block.get_by_role("checkbox").first.check()
        block.get_by_role("button").first.click()
        expect(page.locator("#serve .plain").get_by_text(says)).to_be_visible()
    expect(page.get_by_text("The account is frozen")).to_have_count(0)
    assert any("lifted the freeze" in text["body"] or "解除" in text["body"] for text in line.lab("sms"))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_forms_for_the_customer_are_readable_and_named(opens, suns_call, line, colours, width):
    """All of them open."""
    size = {"width": width, "height": 900}
    page = opens("su", color_scheme=colours, java_script_enabled=True, viewport=size)
    page.goto(f"{line.desk}/desk/calls/{suns_call}")
    page.evaluate("() => document.querySelectorAll('#serve details').forEach(one => { one.open = true })")
    assert page.locator("#serve form").count() >= 3
    found = page.evaluate(CONTRAST)
    assert [one["text"] for one in found if one["ratio"] < one["needs"]] == []
    assert (page.evaluate(NAMELESS), page.evaluate(STRUCTURE)) == ([], [])
    assert page.evaluate(SMALL, FINGER if width == 390 else MOUSE) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_page_of_the_desk_is_readable_by_eye_and_by_a_reader(opens, call, line, colours):
    """WCAG AA contrast; each control has a name, each page one heading and one main part."""
    for name in ("su", "an"):
        page = opens(name, color_scheme=colours, java_script_enabled=True)
        for path in walk(page, call, line.desk):
            found = page.evaluate(CONTRAST)
            faint = [(one["text"], round(one["ratio"], 2)) for one in found if one["ratio"] < one["needs"]]
            assert len(found) > 3 and faint == [], (name, path)
            assert (page.evaluate(NAMELESS), page.evaluate(STRUCTURE)) == ([], []), (name, path)


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_on_a_phone_the_desk_does_not_scroll_sideways(opens, call, line, language):
    """390 pixels, with a long name, in both languages; a finger hits everything that is pressed."""
    for name in ("su", "an"):
        page = opens(name, viewport={"width": 390, "height": 844}, java_script_enabled=True)
        page.get_by_role("button", name="中文" if language == "zh-CN" else "English").click()
        for path in walk(page, call, line.desk):
            assert page.locator("html").get_attribute("lang") == language.removesuffix("-US")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 390, (name, path)
            assert page.evaluate(SMALL, FINGER) == [], (name, path)


def test_the_keyboard_reaches_everything_on_a_card(opens, call, line):
    """In the order of the page, each with a focus ring; the first stop leads past the head."""
    page = opens("su", java_script_enabled=True)
    page.goto(f"{line.desk}/desk/calls/{call}")
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now["body"]:
            break
        assert now["shown"], now["what"]
        stops.append(now["what"])
    assert stops[0] == "Skip to the content" and stops.count("Reveal") >= 1 and "Sign out" in stops
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "Back to the calls" in page.evaluate(FOCUSED)["what"]
