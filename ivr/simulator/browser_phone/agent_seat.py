"""The agent's side of a call in the browser phone: ring, answer, hear who is calling, accept or decline, hear the
summary.

A call asks for an agent's behaviour once, before it plays anything on their leg. A person has to hear the announcement
before they decide, so the seat fetches it ahead of time; any webhook may be sent twice.
"""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, NoReturn

from ivr.simulator.account.leg_events import CallerGone
from ivr.simulator.calls.phone import Phone
from ivr.simulator.twiml import speech
from ivr.simulator.twiml.speech import Speech
from ivr.simulator.webhooks.delivery import WebhookFailed

BY_HAND, AS_THE_SCENE = "by-hand", "scene"
ANSWERS = ("accept", "decline", "no-answer", "busy")
MODES = (BY_HAND, AS_THE_SCENE, *ANSWERS)
CHOICES = {"rings": ("answer", "no-answer", "busy"), "hears": ("accept", "decline")}
PATIENCE = {"rings": 30.0, "hears": 20.0}
"""Seconds after which a ringing phone counts as not answered, and an agent without a decision as declining."""


class AgentSeat:
    """Decides how an agent behaves. The call's thread calls the seat; `choose` is called for a browser window."""

    def __init__(
        self, mode: str, scene: Callable[[], str], phone: Callable[[], Phone], news: Callable[..., None]
    ) -> None:
        self.mode, self.stage, self.number = mode, "", ""
        self._scene, self._phone, self._news = scene, phone, news
        self._choice, self._chosen, self._left = "", threading.Event(), False

    def __call__(self, number: str) -> str:
        """How the agent behaves this time. Raises CallerGone when the caller hangs up meanwhile."""
        if self._left:
            self._gone()
        self.number = number
        self._news("agent-rung", number)
        behaviour = self._by_hand(number) if self.mode == BY_HAND else self._fixed(number)
        self.stage = ""
        self._news(f"agent-{behaviour}", number)
        return behaviour

    def choose(self, choice: str) -> bool:
        """Take a decision from a window. Returns whether there was anything to decide."""
        if choice not in CHOICES.get(self.stage, ()) or self._chosen.is_set():
            return False
        self._choice = choice
        self._chosen.set()
        return True

    def leave(self) -> None:
        """The caller hangs up: stop ringing."""
        self._left = True
        self._chosen.set()

    def shown(self) -> dict[str, Any]:
        """The seat's state for the page."""
        return {"mode": self.mode, "stage": self.stage, "number": self.number, "choices": CHOICES.get(self.stage, ())}

    def _fixed(self, number: str) -> str:
        behaviour = self._scene() if self.mode == AS_THE_SCENE else self.mode
        if behaviour in ("accept", "decline"):
            self._announce(number)
        return behaviour

    def _by_hand(self, number: str) -> str:
        choice = self._wait("rings", "no-answer")
        if choice != "answer":
            return choice
        self._announce(number)
        return self._wait("hears", "decline")

    def _wait(self, stage: str, otherwise: str) -> str:
        self._chosen.clear()
        self.stage = stage
        self._news()
        chosen = self._left or self._chosen.wait(PATIENCE[stage])
        if self._left:
            self._gone()
        return self._choice if chosen else otherwise

    def _gone(self) -> NoReturn:
        self.stage = ""
        self._news("hung-up")
        raise CallerGone

    def _announce(self, number: str) -> None:
        for piece in announcement(self._phone(), number):
            self._news("", "", piece)


def announcement(phone: Phone, number: str) -> list[Speech]:
    """What this agent is about to hear first; empty when there is nothing or it cannot be fetched."""
    for url, _form, answer in reversed(phone.webhooks.log):
        for dialled in ET.fromstring(answer.body).iter("Number"):
            if (dialled.text or "").strip() == number and dialled.get("url"):
                return _fetched(phone, phone.webhooks.resolve(url, dialled.get("url", "")))
    return []


def _fetched(phone: Phone, url: str) -> list[Speech]:
    leg = phone.call.leg.children[-1]
    try:
        answer = phone.webhooks.deliver(url, leg.parameters | {"CallStatus": "in-progress"})
        return [speech.from_say(say) for say in ET.fromstring(answer.body).iter("Say")]
    except (WebhookFailed, ET.ParseError):
        return []
