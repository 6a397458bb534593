"""One running line and one Chromium for all browser tests; a new window and a reset world for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.running import Running, running
from tests.browser.window import Window

CHROMIUM = ("chromium-headless-shell", "chromium")
"""Debian's names. The first is the same engine without the windows of a desktop, at half the processor time."""

SILENCE = """
window.Audio = class extends EventTarget {
  dataset = {};
  pause() {}
  play() { return Promise.reject(new Error("no sound")); }
};
"""
"""The page asks for no speech: to speak every line would cost as much as all else that the simulator does."""


@pytest.fixture(scope="package")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything that `make run` starts."""
    with running(tmp_path_factory.mktemp("line")) as started:
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all tests of this room."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Debian's browser."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("chromium is missing: make chromium")
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def opens(chromium: Browser, line: Running) -> Iterator[Callable[..., Window]]:
    """Open a window; an error in the page's console fails the test.

    Nothing moves in it: sixty frames a second for as long as the line speaks would cost more than all else.
    Without `sound` it plays no speech.
    """
    line.begin_the_day()
    opened, complaints = [], []

    def window(width: int = 1440, height: int = 900, colours: str = "light", sound: bool = False) -> Window:
        viewport = {"width": width, "height": height}
        context = chromium.new_context(viewport=viewport, color_scheme=colours, reduced_motion="reduce")
        if not sound:
            context.add_init_script(SILENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(Window(page, line.simulator))
        return opened[-1]

    yield window
    for one in opened:
        one.hangs_up()
        one.page.context.close()
    assert complaints == []


@pytest.fixture
def window(opens: Callable[..., Window]) -> Window:
    """A window of ordinary size, with the page in it."""
    return opens().opens()
