"""WAV audio of what is spoken and of ringing, for the browser phone and for recordings. Kept in memory only."""

from __future__ import annotations

import shutil
from functools import lru_cache

from audio.espeak import PROGRAM, Espeak
from audio.recorder import Recorder, wav
from audio.ringback import ringback
from audio.script import from_text


def has_voice() -> bool:
    """Whether anything can be spoken here."""
    return shutil.which(PROGRAM) is not None


@lru_cache(maxsize=256)
def spoken(text: str, language: str, slow: bool) -> bytes:
    """As it sounds on a telephone line; raises VoiceMissing, or ValueError when there is nothing to say."""
    return wav(Recorder(Espeak()).record(from_text(text, language, slow)))


@lru_cache(maxsize=1)
def ringing() -> bytes:
    """One round of what a caller hears while an agent is rung."""
    return wav(ringback())
