"""Recordings of an account; the audio is made when it is fetched."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field
from datetime import datetime

from audio.voice import VoiceMissing
from ivr.simulator.account.sids import new_sid, now


@dataclass(eq=False)
class Recording:
    """A recording of `call` (a CallSid)."""

    call: str
    seconds: float
    source: str
    words: str = ""
    sid: str = field(default_factory=lambda: new_sid("RE"))
    created: datetime = field(default_factory=now)
    deleted: bool = False

    def sound(self) -> bytes:
        """A WAV file, 16-bit mono at 8 kHz: the words in a synthetic voice, a quiet tone, or a second of silence."""
        return (self.words and _spoken(self.words)) or self._tone()

    def _tone(self) -> bytes:
        wave_of = b"\x00\x04" * 10 + b"\x00\xfc" * 10 if self.seconds else bytes(40)
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(wave_of * int((self.seconds or 1) * 400))
        return file.getvalue()


def is_written_in_chinese(words: str) -> bool:
    """Whether any character is Chinese."""
    return any("\u3400" <= char <= "\u9fff" for char in words)


def _spoken(words: str) -> bytes:
    """A WAV file of these words; empty where no voice is installed, or when there is nothing to say."""
    from ivr.simulator.speech_audio import spoken  # heavy: it imports the audio libraries

    try:
        return spoken(words, "zh" if is_written_in_chinese(words) else "en", False)
    except (VoiceMissing, ValueError):
        return b""
