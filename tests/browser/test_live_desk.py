"""The live desk in a browser with scripts: what changes by itself, what stays, and what keys do."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ivr.lab.staff import PASSWORD
from tests.desk.queue_rows import ends, rings, talks, waits
from tests.desk.test_streams_by_http import serving

WRONG_CLOCK = "{ const now = Date.now; Date.now = () => now() + 5 * 60 * 1000; }"


@pytest.fixture
def server(tmp_path, sqlite_template):
    """The desk's process, with rows that the test writes."""
    with serving(tmp_path, sqlite_template) as here:
        yield here


@pytest.fixture
def page(chromium, server):
    """The home page of an agent who has just become available by a key; her computer's clock is five minutes fast."""
    context = chromium.new_context(locale="en-US")
    context.add_init_script(WRONG_CLOCK)
    opened = context.new_page()
    opened.goto(f"{server.url}/desk/sign-in")
    opened.fill("input[name=name]", "bo")
    opened.fill("input[name=password]", PASSWORD)
    opened.click("form:has(input[type=password]) button")
    expect(opened.locator("[data-region=mine] .state")).to_have_text("Offline")
    opened.wait_for_load_state("load")  # the scripts have run
    opened.keyboard.press("a")
    expect(opened.locator("[data-region=mine] .state")).to_have_text("Available", timeout=15_000)
    server.rows.now = datetime.now(UTC)
    yield opened
    context.close()


def test_a_call_comes_goes_and_is_written_about_without_a_reload(server, page):
    """Times go by the server's clock, a screen reader hears the news alone, and what is typed stays."""
    wallet = {"wallet": "linfu"}
    page.evaluate("window.stays = true")
    waits(server.rows, "CA1", "one", ago=0, **wallet)
    expect(page.locator("#news")).to_have_text("One more is waiting")
    minutes = page.locator("[data-region=waiting] .clock").inner_text().split(":")[0]
    assert int(minutes) == 0
    rings(server.rows, "bo", "one")
    expect(page.locator("#news")).to_have_text("You are rung")
    expect(page).to_have_title("☎ Queue and calls · Desk")
    talks(server.rows)
    expect(page.get_by_role("link", name="Open the card")).to_be_visible()
    ends(server.rows)
    page.fill("#note", "")
    page.locator("#note").press_sequentially("about a")
    waits(server.rows, "CA2", "two", ago=0, **wallet)
    expect(page.locator("[data-region=waiting] .count")).to_have_text("1")
    assert page.input_value("#note") == "about a" and page.evaluate("window.stays")
    expect(page.locator("[data-region=mine] .state")).to_have_text("Wrap-up")


def test_the_line_that_says_who_rings_moves_nothing_on_the_page(server, page):
    """What somebody is about to press must not move from under the pointer; the way to the call is there all the same,
    and in a talk also the way to the card."""
    page.goto(f"{server.url}/desk/search")
    before = page.locator("h1").bounding_box()
    rings(server.rows, "bo", waits(server.rows, "CA1", "one", ago=0, wallet="linfu"))
    expect(page.get_by_role("link", name="To the call")).to_be_visible()
    assert page.locator("h1").bounding_box() == before
    talks(server.rows)
    expect(page.get_by_role("link", name="Open the card")).to_be_visible()
    assert page.locator("h1").bounding_box() == before


def test_the_list_of_keys_opens_and_switches_them_off(page):
    """A key that is pressed by chance must not change anything for those who cannot use them."""
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.wait_for_timeout(700)
    expect(page.locator("[data-region=mine] .state")).to_have_text("Available")


def test_a_page_that_hears_nothing_says_so_and_is_live_again_by_itself(server, page):
    """Old figures are not taken for the truth."""
    task = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    worker = int(task.read_text().split()[0])
    os.kill(worker, signal.SIGSTOP)
    try:
        expect(page.locator("#not-live")).to_contain_text("Not live since", timeout=15_000)
    finally:
        os.kill(worker, signal.SIGCONT)
    expect(page.locator("#not-live")).to_be_hidden(timeout=15_000)


def test_a_page_whose_session_ends_shows_the_sign_in(server, page):
    """Within seconds, without a click."""
    other = page.context.new_page()
    other.goto(f"{server.url}/desk/me")
    other.get_by_role("button", name="Sign out").click()
    expect(page.locator("#password")).to_be_visible(timeout=10_000)


def test_the_telephone_asks_seldom_until_the_page_says_that_it_rings(server, page):
    """Two hundred desks that ask all the time would be a load, and the stream tells of a ring at once."""
    asks = []
    page.clock.install()
    page.on("request", lambda request: asks.append(request.url) if request.url.endswith("/phone/here") else None)
    page.reload()
    expect(page.locator("[data-region=mine] .state")).to_have_text("Available")
    page.clock.run_for(15_000)
    assert len(asks) <= 2  # at first, and when the page has become live
    waits(server.rows, "CA1", "one", ago=0, wallet="linfu")
    with page.expect_request("**/desk/phone/here"):
        rings(server.rows, "bo", "one")
