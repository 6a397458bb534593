"""Recordings at the telephone company: one interface, Twilio behind it, or the simulator in its place."""

from __future__ import annotations

from typing import Protocol


class NotDone(Exception):
    """Not done, or not yet. The text is the telephone company's word or number for it."""


class Recordings(Protocol):
    """What was recorded. Any exception means that it is worth another try."""

    def sound(self, recording: str) -> bytes:
        """The WAV file; raises NotDone while there is none."""
        ...

    def delete(self, recording: str) -> None:
        """It is there no more; it may have been gone before."""
        ...
