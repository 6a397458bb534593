"""A person in front of the page: rings, listens, presses keys, looks at what stands beside the call."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

LIN, DANA = "林晓", "Dana"


class Window:
    """One browser window on the phone's page; most methods return it, so that a call reads as one."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, f"{url}/phone/"

    def opens(self, language: str = "en") -> Window:
        """Come to the page and choose what it is written in."""
        self.page.goto(self.url)
        self.page.locator(f"[data-language={language}]").click()
        expect(self.page.locator("#line option").first).to_be_attached()
        return self

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
        """Wait until the line has spoken and waits for keys."""
        expect(self.page.locator("body[data-state=listening]")).to_be_attached(timeout=15_000)
        return self

    def presses(self, keys: str) -> Window:
        """On the keyboard, then hear what comes of it."""
        before = self.lines.count()
        self.page.keyboard.type(keys)
        expect(self.lines).not_to_have_count(before, timeout=15_000)
        return self

    def clicks(self, selector: str) -> Window:
        """With the mouse."""
        self.page.locator(selector).click()
        return self

    def picks(self, words: str) -> Window:
        """The option that says so, with the mouse."""
        before = self.lines.count()
        self.page.locator("button.option", has_text=words).last.click()
        expect(self.lines).not_to_have_count(before, timeout=15_000)
        return self.hears_a_question()

    def is_told(self, *texts: str) -> Window:
        """Each of these stands in the transcript, soon."""
        for text in texts:
            expect(self.page.locator("#transcript")).to_contain_text(text, timeout=15_000)
        return self

    def warned(self, *texts: str) -> Window:
        """The banner says each of these."""
        for text in texts:
            expect(self.page.locator("#banner")).to_contain_text(text, timeout=15_000)
        return self

    def looks_at(self, tab: str) -> Locator:
        """Open a panel beside the call: path, summary, messages, cases or scene."""
        self.page.locator(f"#tab-{tab}").click()
        return self.page.locator(f"#panel-{tab}")

    @property
    def lines(self) -> Locator:
        """Everything in the transcript, in order."""
        return self.page.locator("#transcript > *")

    @property
    def state(self) -> Locator:
        """The telephone's display."""
        return self.page.locator("#state")

    @property
    def sid(self) -> str:
        """The CallSid, out of the page's address."""
        found = re.search(r"#(CA[0-9a-f]{32})$", self.page.url)
        assert found, self.page.url
        return found[1]

    def asks(self, script: str, argument: Any = None) -> Any:
        """Evaluate a function in the page."""
        return self.page.evaluate(script, argument)

    def _choose(self, select: str, words: str) -> None:
        choice = self.page.locator(f"{select} option", has_text=words).first
        self.page.locator(select).select_option(choice.get_attribute("value"))
