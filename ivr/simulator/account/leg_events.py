"""What passes between a leg and its driver: where the leg waits, the person's input, and interruptions by others."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal, Protocol

WaitKind = Literal["keys", "talking", "agent", "queued", "recording", "ringing"]


class Party(Protocol):
    """What queues, conferences and other legs know of a leg."""

    parameters: dict[str, str]
    """The parameters that every webhook of the leg carries."""
    clock: float
    talking_to: Party | None

    @property
    def sid(self) -> str:
        """The leg's CallSid."""
        ...

    def listen(self, words: str) -> None:
        """Hear a person on another leg say this."""
        ...


@dataclass(frozen=True)
class Waiting:
    """Where a leg has stopped; after `seconds`, silence counts as the answer."""

    kind: WaitKind
    seconds: float = 0


@dataclass(frozen=True)
class Input:
    """What the person on a leg did. Without keys and speech: kept silent, or ended the conversation."""

    keys: str = ""
    spoke: float = 0
    """Seconds of speech."""
    words: str = ""
    """The words that were spoken, if they matter; without them a recording is a tone."""
    hangs_up: bool = False
    """An agent, asked to answer or to accept, hangs up instead."""


@dataclass(frozen=True)
class Target:
    """The next document to fetch."""

    url: str
    form: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    inline: str = ""
    """TwiML that came with a REST request instead of a URL."""


Execution = Generator[Waiting, Input, Target | None]
"""The execution of a verb or a document: stops where input is needed, returns the next document, if any."""


class HungUp(Exception):
    """The app ended the call."""


class Interruption(Exception):
    """Thrown into a leg where it waits: somebody other than the person on it acted."""


class CallerGone(Interruption):
    """The caller hung up."""


class Redirected(Interruption):
    """A REST request sent the call to another document."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.url)
        self.target = target


class LeftQueue(Interruption):
    """`<Leave>` was executed while the leg waited in a queue."""


class Bridged(Interruption):
    """The leg at the other end of a queue took this one."""

    def __init__(self, other: Party, first: Target | None = None) -> None:
        super().__init__(other.sid)
        self.other, self.first = other, first


Event = Input | Interruption
