"""`python -m tests.browser.screenshots`: make the screenshots of the browser phone in docs/images/."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import launched
from tests.browser.running import ROOT, Running, running
from tests.browser.window import Window

IMAGES = ROOT / "docs" / "images"
LARGEST = 200_000
WIDE, NARROW = (1280, 760), (390, 844)


def main() -> None:
    """Play the calls and save the screenshots."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as line,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        for language, colours in (("en", "light"), ("zh", "light")):
            _explained(line, browser, language, colours)
        _start(line, browser)
        _scene(line, browser)
        _narrow(line, browser)


def _explained(line: Running, browser: Browser, language: str, colours: str) -> None:
    window = _window(line, browser, WIDE, language, colours)
    window.plays("top-up-unknown", 15).hears_a_question().looks_at("path")
    _keep(window, f"phone-{language}")


def _start(line: Running, browser: Browser) -> None:
    window = _window(line, browser, WIDE, "en", "light")
    window.page.locator("[data-demo-call]").first.wait_for()
    _keep(window, "phone-start")


def _scene(line: Running, browser: Browser) -> None:
    window = _window(line, browser, WIDE, "en", "dark")
    panel = window.looks_at("scene")
    panel.locator("#clock-runs").uncheck()
    for name in ("Spring Festival eve, 23:59", "is down"):
        panel.get_by_role("button", name=name).click()
    window.rings("Dana").presses("2").hears_a_question().presses("0").hears_a_question()
    _keep(window, "phone-scene")


def _narrow(line: Running, browser: Browser) -> None:
    window = _window(line, browser, NARROW, "zh", "light").plays("freeze-borrowed", 5).hears_a_question()
    _keep(window, "phone-narrow")


def _window(line: Running, browser: Browser, size: tuple[int, int], language: str, colours: str) -> Window:
    line.begin_the_day()
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=viewport, color_scheme=colours)  # type: ignore[arg-type]
    return Window(page, line.simulator).opens(language)


def _keep(window: Window, name: str) -> None:
    window.page.locator("#transcript").evaluate("place => place.blur()")
    window.page.wait_for_timeout(1000)  # until the panels beside the call are filled
    image = IMAGES / f"{name}.png"
    image.write_bytes(window.page.screenshot())
    assert image.stat().st_size <= LARGEST, f"{image} is too large for a repository"
    window.hangs_up().page.close()
    print(f"{image.relative_to(ROOT)}: {image.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
