"""The telephone company in a bad mood: it sends webhooks twice, at once, late, and compares what comes back."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender, delivery_headers
from ivr.simulator.webhooks.transport import Answer, ConnectFailed, HttpTransport

ONE_MOMENT = ("?again=1", "请稍等", "One moment")
"""What somebody hears who asks while another process plays the turn: words, and the way to the answer."""
SORRY = ("系统暂时出了问题", "our system has a problem")


@dataclass
class Tally:
    """What went over the wire, counted; `faults` and `notes` are sentences for people."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *what: str) -> None:
        """One more of each."""
        with self._lock:
            self.counts.update(what)

    def fault(self, sentence: str) -> None:
        """Something that must not be."""
        with self._lock:
            self.faults.append(sentence)


class Watched(HttpTransport):
    """Counts what became of each attempt."""

    def __init__(self, base_url: str, tally: Tally) -> None:
        super().__init__(base_url)
        self._tally = tally

    def send(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], connect: float, read: float
    ) -> Answer:
        """One attempt."""
        try:
            answer = super().send(method, url, form, headers, connect, read)
        except ConnectFailed as error:
            self._tally.count("refused" if "refused" in str(error) else "cut off")
            raise
        except Exception as error:
            self._tally.count(type(error).__name__)
            raise
        self._tally.count("answers")
        if answer.status >= 500:
            self._tally.fault(f"{url} answered {answer.status}")
        return answer


class Restless(WebhookSender):
    """Delivers as Twilio does, and some webhooks more than once."""

    def __init__(self, transport: Watched, token: str, tally: Tally, chance: random.Random) -> None:
        super().__init__(transport, token)
        self._tally, self._chance = tally, chance

    def deliver(self, url: str, form: Mapping[str, str], method: str = "POST", seconds: float | None = None) -> Answer:
        """The answer; once more, at once from several sides, or one of before again."""
        own, how = delivery_headers(seconds), self._chance.random()
        if how < 0.15:
            answers = self._at_once(url, form, method, own)
        else:
            answers = [self._persist(url, form, method, own)]
            if how < 0.35:
                answers.append(self._again(url, form))
        self.log.append((url, dict(form), answers[0]))
        self._compare(url, answers)
        if how > 0.9:
            self.late()
        return answers[0]

    def late(self) -> None:
        """One of before, again."""
        url, form, before = self._chance.choice(self.log)
        self._compare(url, [before, self._again(url, form, "late")])

    def _again(self, url: str, form: Mapping[str, str], how: str = "twice") -> Answer:
        self._tally.count(how)
        return self._persist(url, form, "POST", delivery_headers())

    def _at_once(self, url: str, form: Mapping[str, str], method: str, own: Mapping[str, str]) -> list[Answer]:
        self._tally.count("at once")
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(self._persist, url, form, method, own) for _ in range(self._chance.choice((2, 3)))]
        faults = [one.exception() for one in asked if one.exception()]
        answers = sorted((one.result() for one in asked if not one.exception()), key=says_to_wait)
        if not answers:
            raise faults[0] or WebhookFailed(0, url, "no answer")
        return answers

    def _compare(self, url: str, answers: list[Answer]) -> None:
        first, *others = (answer.body.decode() for answer in answers)
        for words in (first, *others):
            if any(word in words for word in SORRY):
                self._tally.fault(f"{url} said sorry")
        for other in others:
            if other != first and not says_to_wait(Answer(200, other.encode())):
                self._tally.fault(f"{url} answered differently\nfirst: {first}\nagain: {other}")


def says_to_wait(answer: Answer) -> bool:
    """Whether this is no answer yet."""
    words = answer.body.decode()
    return ONE_MOMENT[0] in words and any(word in words for word in ONE_MOMENT[1:])
