"""A user of the page: places calls, listens, presses keys, opens the panels."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

LIN, DANA = "林晓", "Dana"


class Window:
    """One browser window on the phone's page; most methods return it, so that a call reads as one."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, f"{url}/phone/"

    def opens(self, language: str = "en") -> Window:
        """Open the page and choose its language."""
        self.page.goto(self.url)
        self.speaks(language)
        expect(self.page.locator("#line option").first).to_be_attached()
        return self

    def speaks(self, language: str) -> Window:
        """Choose the language of the page."""
        return self.clicks(f"[data-language={language}]")

    def rings(self, who: str = LIN, line: str = "", agents: str = "") -> Window:
        """Choose a customer by name and call."""
        self._choose("#who", who)
        if line:
            self._choose("#line", line)
        if agents:
            self.page.locator("#agents").select_option(agents)
        self.page.locator(".call").click()
        return self.hears_a_question()

    def hears_a_question(self) -> Window:
        """Wait until the line waits for keys."""
        self.page.wait_for_function("() => document.body.dataset.state === 'listening'", timeout=15_000)
        return self

    def presses(self, keys: str) -> Window:
        """Press keys on the keyboard, and wait until the last one was taken."""
        return self.acts(lambda: self.page.keyboard.type(keys), len(keys))

    def clicks(self, selector: str) -> Window:
        """Click an element."""
        self.page.locator(selector).click()
        return self

    def picks(self, words: str) -> Window:
        """Click the option with these words."""
        option = self.page.locator("button.option", has_text=words).last
        return self.acts(option.click).hears_a_question()

    def acts(self, act: Callable[[], object], actions: int = 1) -> Window:
        """Do something that sends this many actions, and wait for the answer to the last one."""
        left = actions

        def is_last(answer: Response) -> bool:
            nonlocal left
            left -= answer.url.endswith("/actions")
            return left == 0

        with self.page.expect_response(is_last, timeout=15_000):
            act()
        return self

    def is_told(self, *texts: str) -> Window:
        """Wait until the transcript contains each of these."""
        for text in texts:
            expect(self.page.locator("#transcript")).to_contain_text(text, timeout=15_000)
        return self

    def warned(self, *texts: str) -> Window:
        """Wait until the banner contains each of these."""
        for text in texts:
            expect(self.page.locator("#banner")).to_contain_text(text, timeout=15_000)
        return self

    def hangs_up(self) -> Window:
        """Hang up, if a call is in progress."""
        if self.page.locator("body[data-state]:not([data-state=idle]):not([data-state=over])").count():
            self.page.keyboard.press("Escape")
            expect(self.page.locator("body[data-state=over]")).to_be_attached(timeout=15_000)
        return self

    def looks_at(self, tab: str) -> Locator:
        """Open a panel beside the call: path, summary, messages, cases (the records) or scene."""
        self.page.locator(f"#tab-{tab}").click()
        return self.page.locator(f"#panel-{tab}")

    @property
    def lines(self) -> Locator:
        """Everything in the transcript, in order."""
        return self.page.locator("#transcript > *")

    @property
    def state(self) -> Locator:
        """The state in the telephone's display."""
        return self.page.locator("#state")

    @property
    def sid(self) -> str:
        """The CallSid, from the page's URL."""
        found = re.search(r"#(CA[0-9a-f]{32})$", self.page.url)
        assert found, self.page.url
        return found[1]

    def asks(self, script: str, argument: Any = None) -> Any:
        """Evaluate a function in the page."""
        return self.page.evaluate(script, argument)

    def explains_a_top_up(self, language: str) -> Window:
        """Lin hears of the 800 yuan of the 21st, from the greeting to the answer, with the code out of the text."""
        for keys in ("1" if language == "zh" else "2", "2", "1", "19900000051#", "21403*", "1"):
            self.presses(keys).hears_a_question()
        return self.keys_the_code().hears_a_question().presses("1").hears_a_question()

    def comes_to_the_amount(self) -> Window:
        """From the greeting, as Omar, who has no top-ups: he is asked for the amount of one."""
        for keys in ("2", "2", "1", "10002054#", "553201", "2", "730162", "4", "1"):
            self.presses(keys).hears_a_question()
        return self

    def plays(self, demo_call: str, hints: int = 60) -> Window:
        """Play a ready-made call hint by hint, to its end or for this many hints."""
        self.page.locator(f"[data-demo-call={demo_call}]").click()
        hint = self.page.locator("#hint")
        for _ in range(hints):
            expect(hint.locator(".do")).to_be_visible(timeout=15_000)
            if hint.get_by_text(re.compile("Back to all calls|回到全部通话")).count():
                return self
            before = hint.get_attribute("data-key")
            hint.locator(".do").click()
            expect(hint).not_to_have_attribute("data-key", before or "", timeout=15_000)
        assert hints < 60, f"{demo_call} does not end"
        return self

    def keys_the_code(self) -> Window:
        """Enter the code of the newest text by its button."""
        button = self.looks_at("messages").locator("button.action").first
        expect(button).to_be_enabled(timeout=15_000)
        return self.acts(button.click).hears_a_question()

    def picture(self) -> Any:
        """The state of the call in the simulator."""
        return self.asks("sid => fetch(`/phone/api/calls/${sid}`).then(answer => answer.json())", self.sid)

    def _choose(self, select: str, words: str) -> None:
        choice = self.page.locator(f"{select} option", has_text=words).first
        self.page.locator(select).select_option(choice.get_attribute("value"))
