"""A transport that measures how long the app took for each turn, and knows the last turn."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from ivr.simulator.webhooks.transport import Answer, Transport

TURN = re.compile(r"/turns/([0-9]+)$")


class TimedTransport:
    """`milliseconds` by turn number; `slow`: whether the last answer was spoken slowly."""

    def __init__(self, inner: Transport) -> None:
        self.inner, self.base_url = inner, inner.base_url
        self.milliseconds: dict[int, float] = {}
        self.turn, self.slow = 0, False

    def send(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], connect: float, read: float
    ) -> Answer:
        """One attempt; a turn that is sent again keeps its first timing."""
        started = time.perf_counter()
        answer = self.inner.send(method, url, form, headers, connect, read)
        path = url.partition("?")[0]
        found = TURN.search(path)
        if found or path.endswith("/voice"):
            self.turn = int(found[1]) if found else 0
            self.milliseconds.setdefault(self.turn, round((time.perf_counter() - started) * 1000, 1))
        self.slow = b"<prosody" in answer.body
        return answer
