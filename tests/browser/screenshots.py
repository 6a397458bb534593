"""`python -m tests.browser.screenshots`: make the screenshots in docs/images/ anew; with `phone` or `desk` only those.

Those of the desk are the same in each run on one machine: its clocks stand.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import launched
from tests.browser.desk_room import Room, desk_room
from tests.browser.running import ROOT, Running, running
from tests.browser.window import Window
from tests.desk.queue_rows import rings, talks, waits

IMAGES = ROOT / "docs" / "images"
LARGEST, LARGEST_OF_THE_DESK = 200_000, 150_000
WIDE, NARROW, DESK = (1280, 760), (390, 844), (1440, 900)


def main() -> None:
    """Make those that the command line names, or all."""
    IMAGES.mkdir(exist_ok=True)
    makers = {"phone": phone, "desk": desk}
    with sync_playwright() as playwright, launched(playwright) as browser:
        for name in sys.argv[1:] or makers:
            with tempfile.TemporaryDirectory() as folder:
                makers[name](Path(folder), browser)


def phone(folder: Path, browser: Browser) -> None:
    """Play the calls of the browser phone."""
    with running(folder) as line:
        for language, colours in (("en", "light"), ("zh", "light")):
            _explained(line, browser, language, colours)
        _start(line, browser)
        _scene(line, browser)
        _narrow(line, browser)


def desk(folder: Path, browser: Browser) -> None:
    """The desk while it rings, the wall of that moment, and the card a minute later."""
    logging.disable(logging.INFO)  # each request of the server
    with desk_room(folder) as room:
        room.fills(waiting=12)
        room.renames("super_h", "苏晴 Su Qing")
        rings(room.desk, "bo", waits(room.desk, room.calls[0], "rings", ago=42, topic="top-up"), "offer", ago=3)
        _of_the_desk(room, browser, "home", "bo", "/desk/")
        _of_the_desk(room, browser, "wall", "super_h", "/desk/wall")
        talks(room.desk, "offer")
        room.desk.now += timedelta(minutes=1)
        _of_the_desk(room, browser, "card", "bo", f"/desk/calls/{room.calls[0]}")


def _of_the_desk(room: Room, browser: Browser, name: str, who: str, path: str) -> None:
    for language in ("en", "zh"):
        page = room.page(browser, who, language, viewport={"width": DESK[0], "height": DESK[1]})
        page.goto(room.desk.settings.desk_url + path)
        page.wait_for_timeout(1000)  # until the page is live
        _save(page.screenshot(), f"desk-{name}-{language}", LARGEST_OF_THE_DESK)
        page.context.close()


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
    page = browser.new_page(viewport=viewport, color_scheme=colours)
    return Window(page, line.simulator).opens(language)


def _keep(window: Window, name: str) -> None:
    window.page.locator("#transcript").evaluate("place => place.blur()")
    window.page.wait_for_timeout(1000)  # until the panels beside the call are filled
    _save(window.page.screenshot(), name, LARGEST)
    window.hangs_up().page.close()


def _save(picture: bytes, name: str, largest: int) -> None:
    assert len(picture) <= largest, f"{name} is too large for a repository"
    image = IMAGES / f"{name}.png"
    image.write_bytes(picture)
    print(f"{image.relative_to(ROOT)}: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main()
