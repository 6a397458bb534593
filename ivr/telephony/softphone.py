"""An agent's browser as telephone: one interface for a telephone that the server operates, as the lab's; with Twilio
the browser operates it by the Voice SDK.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class NotReached(Exception):
    """Nothing answers there, or the call has gone on meanwhile; nothing was done."""


@dataclass(frozen=True)
class Heard:
    """One line of a transcript: `who` is line, caller or me."""

    who: str
    text: str
    language: str


@dataclass(frozen=True)
class Leg:
    """A call in the browser: `ringing`, `listening` to the line, or `talking`; `asks`: the line waits for a key."""

    call: str
    state: str
    asks: bool
    lines: tuple[Heard, ...]


class Softphone(Protocol):
    """The browsers of agents, by the ids of people. Its methods raise NotReached."""

    def here(self, person: str) -> Leg | None:
        """The browser is open, for a minute or so; what rings or goes on in it."""
        ...

    def leave(self, person: str) -> None:
        """The browser is closed for good."""
        ...

    def accept(self, person: str, call: str | None) -> None:
        """Answer this call, or what rings while its CallSid is not known yet."""
        ...

    def decline(self, person: str) -> None:
        """Reject what rings."""
        ...

    def say(self, person: str, words: str) -> None:
        """Say this to whoever is connected."""
        ...

    def hang_up(self, person: str) -> None:
        """End the call."""
        ...
