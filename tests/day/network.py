"""The wire between the line and the telephone company, as it is on a bad day: requests are lost, doubled and refused.

Only the outermost wire is unreliable. What Twilio does after a failed request stands in the simulator: it asks the
fallback URL for a document, and does not repeat a status callback.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ivr.simulator.webhooks.transport import Answer, ReadTimedOut, Transport
from tests.day.people import Trouble


class BadWire:
    """A transport that loses some webhooks on the way there, some on the way back, and sends some twice."""

    def __init__(self, wire: Transport, chance: random.Random, trouble: Trouble, seen: Counter[str]) -> None:
        self._wire, self._chance, self._trouble, self._seen = wire, chance, trouble, seen
        self.base_url = wire.base_url

    def send(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], connect: float, read: float
    ) -> Answer:
        """One attempt."""
        drawn = self._chance.random()
        if drawn < self._trouble.lost / 2:
            self._seen["webhooks lost on the way"] += 1
            raise ReadTimedOut("lost on the way")
        answer = self._wire.send(method, url, form, headers, connect, read)
        if drawn < self._trouble.lost:
            self._seen["webhooks whose answer was lost"] += 1
            raise ReadTimedOut("the answer was lost")
        if drawn < self._trouble.lost + self._trouble.twice:
            self._seen["webhooks sent twice"] += 1
            return self._wire.send(method, url, form, headers, connect, read)
        return answer


class BadTelephone:
    """Twilio's REST API behind a bad wire: some requests fail, some succeed without an answer."""

    def __init__(self, telephone: Any, chance: random.Random, trouble: Trouble, seen: Counter[str]) -> None:
        self._telephone, self._chance, self._trouble, self._seen = telephone, chance, trouble, seen

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._telephone, name)
        if name.startswith("_") or not callable(asked):
            return asked

        def ask(*given: Any, **named: Any) -> Any:
            drawn = self._chance.random()
            if drawn < self._trouble.refused:
                self._seen["requests to Twilio that failed"] += 1
                raise ConnectionError("no connection to Twilio")
            answer = asked(*given, **named)
            if drawn < self._trouble.refused + self._trouble.in_doubt:
                self._seen["requests to Twilio without an answer"] += 1
                raise TimeoutError("no answer from Twilio")
            return answer

        return ask
