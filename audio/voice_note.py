"""Examines a voice note: whether it can be played, how long it is, and whether anybody speaks in it."""

from __future__ import annotations

from dataclasses import dataclass

from audio.segment import AudioSegment, detect_nonsilent

QUIET = -45.0
"""dBFS; speech on a telephone is near -22, the noise of a line below -50."""
SHORTEST, STEP = 300, 10
"""Milliseconds: what is shorter is a cough or the end of the tone."""


class Unreadable(ValueError):
    """This is no sound file that can be played."""


@dataclass(frozen=True)
class Heard:
    """Its seconds, and whether nothing in it is loud enough to be speech."""

    seconds: float
    silent: bool


def listen(wav: bytes) -> Heard:
    """Look at a WAV file; raises Unreadable."""
    try:
        segment = AudioSegment(data=wav)
        loud = detect_nonsilent(segment, min_silence_len=100, silence_thresh=QUIET, seek_step=STEP)
    except Exception as error:  # whatever broken bytes do to a reader of files
        raise Unreadable(type(error).__name__) from error
    return Heard(segment.duration_seconds, sum(end - start for start, end in loud) < SHORTEST)
