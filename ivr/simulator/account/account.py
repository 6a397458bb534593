"""The state of one Twilio account: numbers, queues, conferences, recordings, and TaskRouter."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ivr.simulator.account.conferences import Conference
from ivr.simulator.account.leg_events import Event, Input, Party
from ivr.simulator.account.queues import Queue
from ivr.simulator.account.recordings import Recording
from ivr.simulator.account.task_router import TaskRouter

TRUNK = re.compile(r"BY[0-9a-fA-F]{32}")


def _post_to_nobody(leg: Party, event: Event) -> None:
    """With a single caller there is nobody else to tell."""


@dataclass(eq=False)
class Account:
    """The resources of one account. Events for other legs go to `post`, which the call runner sets."""

    sid: str = "AC" + "0" * 32
    base_url: str = "https://api.twilio.com"
    post: Callable[[Party, Event], None] = _post_to_nobody
    queues: dict[str, Queue] = field(default_factory=dict)
    conferences: list[Conference] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    owned_numbers: Callable[[], Collection[str]] | None = None
    """The account's numbers; None: every number is one of the account's."""
    called_numbers: set[str] = field(default_factory=set)
    """Numbers at which the account was called; they are its own."""
    verified_numbers: set[str] = field(default_factory=set)
    """Other people's numbers that the account may show when it calls, but not when it sends texts."""
    senders: set[str] = field(default_factory=set)
    """Short codes, and messaging services by their SID."""
    trunks: set[str] | None = None
    """The account's BYOC trunks; None: every SID is one of them."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    router: TaskRouter = field(init=False)

    def __post_init__(self) -> None:
        self.router = TaskRouter(self.sid)

    @property
    def numbers(self) -> list[str]:
        """The account's own numbers."""
        return sorted(self.called_numbers.union(self.owned_numbers() if self.owned_numbers else ()))

    def may_call_from(self, number: str) -> bool:
        """Whether a call may show this number."""
        return self.owned_numbers is None or number in self.verified_numbers or number in self.numbers

    def has_trunk(self, trunk: str) -> bool:
        """Whether it is a BYOC trunk of this account."""
        return bool(TRUNK.fullmatch(trunk)) and (self.trunks is None or trunk in self.trunks)

    def may_text_from(self, sender: str) -> bool:
        """Whether a text may come from this sender; an alphanumeric name needs no registration."""
        is_number = sender[:1] == "+" or (sender.isascii() and sender.isdigit())
        if self.owned_numbers is None or not is_number:
            return True
        return sender in self.numbers or sender in self.senders

    def queue(self, name: str) -> Queue:
        """The queue of this name, created when it is first asked for."""
        with self.lock:
            return self.queues.setdefault(name, Queue(name))

    def find_queue(self, name: str) -> Queue | None:
        """A queue by name or SID, if it exists."""
        return self.queues.get(name) or next((one for one in tuple(self.queues.values()) if one.sid == name), None)

    def conference(self, name: str) -> Conference:
        """The conference of this name that has not ended; a new one otherwise."""
        with self.lock:
            live = [one for one in self.conferences if one.name == name and one.status != "completed"]
            if not live:
                live = [Conference(name, self.sid, self.post)]
                self.conferences += live
            return live[0]

    def record(self, recording: Recording) -> Recording:
        """Keep a recording."""
        self.recordings.append(recording)
        return recording

    def recording_url(self, recording: Recording) -> str:
        """The URL of a recording's file, without an extension."""
        return f"{self.base_url}/2010-04-01/Accounts/{self.sid}/Recordings/{recording.sid}"

    def say(self, leg: Party, words: str) -> bool:
        """A person on this leg says something to those who are connected with it; False when nobody is."""
        others = [leg.talking_to] if leg.talking_to is not None else self._in_conference_with(leg)
        for other in others:
            other.listen(words)
        return bool(others)

    def _in_conference_with(self, leg: Party) -> list[Party]:
        """The legs that hear this one: neither it nor they are on hold, and it is not muted."""
        for conference in tuple(self.conferences):
            mine = [one for one in conference.participants if one.leg is leg and not (one.muted or one.hold)]
            if mine and conference.status == "in-progress":
                return [one.leg for one in tuple(conference.participants) if one.leg is not leg and not one.hold]
        return []

    def end_talk(self, leg: Party) -> None:
        """End the leg's conversation; the leg at the other end of a queue is told."""
        other, leg.talking_to = leg.talking_to, None
        if other is not None and other.talking_to is leg:
            other.talking_to = None
            self.post(other, Input())
