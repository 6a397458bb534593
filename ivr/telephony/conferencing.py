"""Calls that go on: sent to another document, ended, or held in a conference. Twilio behind it, or the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Gone(Exception):
    """The call, the participant or the conference is not there any more, or not yet."""


@dataclass(frozen=True)
class Present:
    """A participant of a conference, as Twilio lists it."""

    call: str
    label: str
    hold: bool


class Conferencing(Protocol):
    """Acts on calls that are going on. Any exception but Gone means that nobody knows whether it was done."""

    def redirect(self, call: str, url: str) -> None:
        """Send a call to another document."""
        ...

    def hang_up(self, call: str) -> None:
        """End a call."""
        ...

    def find(self, name: str) -> str | None:
        """The ConferenceSid of the conference of this name that goes on."""
        ...

    def present(self, conference: str) -> list[Present]:
        """Who is in a conference."""
        ...

    def hold(self, conference: str, call: str, held: bool, url: str) -> None:
        """Let a participant hear the document at `url` and nothing else, or the conference again."""
        ...

    def listen(self, conference: str, call: str, muted: bool, coached: str) -> None:
        """Mute a participant, or let only the participant with the CallSid `coached` hear them."""
        ...

    def end(self, conference: str) -> None:
        """End a conference: every participant's call goes on with its own TwiML."""
        ...
