"""Browsers of agents, registered by identity: what rings in them, and what their people do.

A browser registers for a while and renews that; so one that died stops ringing by itself, and a talk in it ends. Time
that passes for a ringing or listening browser is that of the clock that `now` reads; `look` carries out what it brings.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ivr.simulator.account.leg_events import Input, Waiting
from ivr.simulator.calls.call_runner import CallRunner, RunningCall
from ivr.simulator.twiml.speech import PERSON
from ivr.simulator.twiml.validation import is_chinese

IDENTITY = re.compile(r"[A-Za-z0-9_]{1,121}")
LEASE = 70.0
"""Seconds: browsers run the timers of a hidden page once a minute."""
MOST_WORDS = 300


class NotNow(Exception):
    """What was asked is not possible on this leg now."""


@dataclass(eq=False)
class Kept:
    """What a call's document does not hold: since when it waits where it waits, and the words of its own person."""

    waiting: Waiting | None = None
    since: float = 0
    said: list[tuple[int, str]] = field(default_factory=list)
    """After how many pieces that were heard, and the words."""


@dataclass(eq=False)
class ClientPhones:
    """The registered browsers of one account."""

    runner: CallRunner
    now: Callable[[], float]
    _until: dict[str, float] = field(default_factory=dict)
    _kept: dict[str, Kept] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.runner.is_registered = self.is_registered

    def register(self, identity: str) -> None:
        """Register a browser, or renew its registration."""
        with self._lock:
            self._until[identity] = self.now() + LEASE

    def leave(self, identity: str) -> None:
        """The browser is closed for good: what rings in it is declined, and a talk ends."""
        with self._lock:
            self._until.pop(identity, None)
        for call in self.calls(identity):
            self._end(call)

    def is_registered(self, address: str) -> bool:
        """Whether a browser is registered for this `client:` address."""
        return self._until.get(address.removeprefix("client:"), 0) > self.now() and address.startswith("client:")

    def calls(self, identity: str) -> list[RunningCall]:
        """Calls that ring or go on in this browser, oldest first."""
        address = f"client:{identity}"
        every = tuple(self.runner.calls.values())
        return [one for one in every if one.leg.parameters["To"] == address and not one.phone_call.over]

    def answer(self, call: RunningCall) -> None:
        """Answer a call that rings."""
        if not call.rings:
            raise NotNow("it does not ring")
        self._act(call, Input("answer"))

    def decline(self, call: RunningCall) -> None:
        """Reject a call that rings."""
        if not call.rings:
            raise NotNow("it does not ring")
        self._act(call, Input(hangs_up=True))

    def press(self, call: RunningCall, keys: str) -> None:
        """Press keys."""
        if call.rings or not call.phone_call.waiting:
            raise NotNow("it is not answered")
        self._act(call, Input(keys))

    def say(self, call: RunningCall, words: str) -> None:
        """Say something to whoever is connected with this leg."""
        if not self.runner.account.say(call.leg, words):
            raise NotNow("nobody is connected")
        self._kept_of(call).said.append((len(call.leg.heard), words))

    def hang_up(self, call: RunningCall) -> None:
        """End a call; one that rings is declined."""
        self._end(call)
        self.runner.settle(call)

    def look(self) -> None:
        """Carry out what time has brought: rings and questions that nobody answers, browsers that are gone."""
        for call in tuple(self.runner.calls.values()):
            if call.behaviour != "browser" or call.phone_call.over:
                continue
            waiting, kept = call.phone_call.waiting, self._kept_of(call)
            if kept.waiting is not waiting:
                kept.waiting, kept.since = waiting, self.now()
            if waiting and waiting.kind in ("ringing", "keys") and self.now() - kept.since >= waiting.seconds:
                self._act(call, Input())
            elif not call.rings and not self.is_registered(call.leg.parameters["To"]):
                self._end(call)

    def shown(self, identity: str) -> dict[str, Any]:
        """The state of a browser as JSON."""
        legs = [self._leg(call) for call in self.calls(identity)]
        return {"registered": self.is_registered(f"client:{identity}"), "legs": legs}

    def _leg(self, call: RunningCall) -> dict[str, Any]:
        waiting = call.phone_call.waiting
        kind = "ringing" if call.rings else "talking" if waiting and waiting.kind == "talking" else "listening"
        return {
            "sid": call.leg.sid,
            "from": call.leg.parameters["From"],
            "state": kind,
            "asks": bool(not call.rings and waiting and waiting.kind == "keys"),
            "lines": self._lines(call),
        }

    def _lines(self, call: RunningCall) -> list[dict[str, str]]:
        """What was heard, and what this person said, in order."""
        heard, said = list(call.leg.heard), self._kept_of(call).said
        lines = []
        for place in range(len(heard) + 1):
            lines += [{"who": "me", "text": words, "language": ""} for at, words in said if at == place]
            if place < len(heard):
                piece = heard[place]
                who, language = ("caller" if piece.voice == PERSON else "line"), piece.language
                text = {"text": piece.text, "language": "zh" if is_chinese(language) else "en"}
                lines.append({"who": who, **text})
        return lines

    def _act(self, call: RunningCall, given: Input) -> None:
        self.runner.act(call, given)
        self.runner.settle(call)

    def _end(self, call: RunningCall) -> None:
        if call.rings:
            self.runner.act(call, Input(hangs_up=True))
        else:
            self.runner.end(call)

    def _kept_of(self, call: RunningCall) -> Kept:
        with self._lock:
            return self._kept.setdefault(call.leg.sid, Kept())
