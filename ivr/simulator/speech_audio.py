"""WAV audio of what is spoken and of ringing, for the browser phone and for recordings. Kept in memory only."""

from __future__ import annotations

import shutil
from functools import lru_cache

from audio.espeak import PROGRAM, Espeak
from audio.recorder import Recorder, wav
from audio.ringback import ringback
from audio.script import from_text


def has_voice() -> bool:
    """Whether the speech synthesizer is installed."""
    return shutil.which(PROGRAM) is not None


@lru_cache(maxsize=256)
def spoken(text: str, language: str, slow: bool) -> bytes:
    """A WAV file of this text as heard on the telephone. Raises VoiceMissing, or ValueError for text without words."""
    return wav(Recorder(Espeak()).record(from_text(text, language, slow)))


@lru_cache(maxsize=1)
def ringing() -> bytes:
    """One period of the ringback tone that a caller hears while an agent is called."""
    return wav(ringback())
