"""What passes between a leg and whoever drives it: where it waits, what a person did, what happened to it meanwhile."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["keys", "talking", "agent", "queued", "recording", "ringing"]


class Party(Protocol):
    """What queues, conferences and other legs know of a leg."""

    standard: dict[str, str]
    """The parameters that every webhook of the leg carries."""
    clock: float
    talking_to: Party | None

    @property
    def sid(self) -> str:
        """The leg's CallSid."""
        ...


@dataclass(frozen=True)
class Waiting:
    """Where a leg has stopped, and after how many seconds silence counts as an answer."""

    kind: Kind
    seconds: float = 0


@dataclass(frozen=True)
class Deed:
    """What the person did: pressed keys, spoke for some seconds, or (neither) kept silent or ended the talk."""

    keys: str = ""
    spoke: float = 0
    words: str = ""
    """What was spoken, if it matters; otherwise it is a tone."""
    leaves: bool = False
    """An agent who is asked puts the receiver down."""


@dataclass(frozen=True)
class Target:
    """The next document to fetch."""

    url: str
    form: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    inline: str = ""
    """TwiML that came with a REST request instead of an address."""


Pause = Generator[Waiting, Deed, Target | None]


class HungUp(Exception):
    """The app ended the call."""


class Happened(Exception):
    """Thrown into a leg where it waits: not the person on it did something, but somebody else."""


class CallerGone(Happened):
    """The person put the receiver down."""


class Redirected(Happened):
    """A REST request sent the call to another document."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.url)
        self.target = target


class Left(Happened):
    """`<Leave>` was executed while waiting in a queue."""


class Bridged(Happened):
    """The other end of a queue took this leg."""

    def __init__(self, other: Party, first: Target | None = None) -> None:
        super().__init__(other.sid)
        self.other, self.first = other, first
