"""One running line and one Chromium for all browser tests; a new window and a reset world for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.running import Running, running
from tests.browser.window import Window

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="package")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything that `make run` starts."""
    with running(tmp_path_factory.mktemp("line")) as started:
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's browser."""
    if not Path(CHROMIUM).exists():
        pytest.fail("chromium is missing: make chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opens(chromium: Browser, line: Running) -> Iterator[Callable[..., Window]]:
    """Open a window; an error in the page's console fails the test."""
    line.begin_the_day()
    opened, complaints = [], []

    def window(width: int = 1440, height: int = 900, colours: str = "light") -> Window:
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=colours)
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
