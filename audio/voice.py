"""The interface of a voice. Another one (studio recordings, a neural voice) can replace espeak-ng by it."""

from __future__ import annotations

from typing import Protocol

from audio.segment import AudioSegment


class VoiceMissing(RuntimeError):
    """The program of a voice is not installed. The message says how to install it."""


class Voice(Protocol):
    """Speaks a sentence. Level, band and silence at the ends are the business of production, not of the voice."""

    def speak(self, text: str, language: str, slow: bool = False) -> AudioSegment:
        """Words without markup in `zh` or `en`, at any sample rate; raises VoiceMissing."""
        ...
