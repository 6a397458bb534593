"""Hold music: 28 seconds that loop without a seam, composed here, so that nobody has rights in it.

Callers in the queue hear it, from a file that `python -m audio --music` makes; in the lab `make run` makes it.

Four slow chords, twice, under a few plucked notes of the pentatonic scale. Everything is written on a
circle: a note that is still sounding at the end goes on at the beginning. All partials lie inside the
telephone band, and it is quieter than speech, so that nobody has to hold the receiver away.
"""

from __future__ import annotations

import numpy as np

from audio.level import loudness, ratio
from audio.samples import RATE, AudioSegment, Samples, to_segment

LOUDNESS = -27.0
"""LUFS; speech is at -22."""
BEAT = 0.875
"""Seconds; 69 beats a minute, as a heart at rest, and one round is as long as callers should go without a word."""
CHORDS = ((48, 55, 64, 67, 71), (45, 52, 60, 64, 67), (41, 53, 57, 60, 64), (43, 50, 59, 62, 64)) * 2
"""C major 7, A minor 7, F major 7, G 6: MIDI note numbers, four beats each."""
MELODY = "7.4.9.7.4.2...4.7.9.c.9.7...4.2.7.4.0.2...4.2.4.7.9.7.4.2......."
"""Half a beat a sign: semitones above C5 in hexadecimal, or nothing."""
_BAND = (200, 3000)
"""Hz; partials outside would not arrive. The ear makes up a bass from its harmonics."""


def hold_music() -> AudioSegment:
    """One round. Played again and again, the end meets the beginning."""
    piece = _pad() + _pluck()
    return to_segment(piece * ratio(LOUDNESS - loudness(np.tile(piece, 2))))


def _pad() -> Samples:
    """The chords; each swells and fades over its neighbours."""
    piece = np.zeros(_at(len(CHORDS) * 4))
    for number, chord in enumerate(CHORDS):
        swell = np.sin(np.linspace(0, np.pi, _at(6))) ** 2
        for note in chord:
            _place(piece, _at(number * 4 - 1), 0.25 * swell * _string(note, _at(6), (1.0, 0.5, 0.35, 0.2, 0.1)))
    return piece


def _pluck() -> Samples:
    """The melody, each note with two fainter echoes."""
    piece = np.zeros(_at(len(CHORDS) * 4))
    length = _at(4)
    fade = np.exp(-np.arange(length) / (0.6 * RATE)) * np.minimum(1, np.arange(length) / (0.008 * RATE))
    fade *= np.linspace(1, 0, length)
    for number, sign in enumerate(MELODY):
        if sign != ".":
            sound = fade * _string(72 + int(sign, 16), length, (1.0, 0.3, 0.1))
            for echo, strength in ((0.0, 1.0), (0.75, 0.35), (1.5, 0.15)):
                _place(piece, _at(number / 2 + echo), strength * sound)
    return piece


def _string(note: int, length: int, partials: tuple[float, ...]) -> Samples:
    """A tone of the tempered scale (A4 is 440 Hz) and its harmonics."""
    pitch = 440 * 2 ** ((note - 69) / 12)
    at = 2 * np.pi * np.arange(length) / RATE
    inside = [(order, level) for order, level in enumerate(partials, 1) if _BAND[0] < pitch * order < _BAND[1]]
    return sum((level * np.sin(pitch * order * at) for order, level in inside), np.zeros(length))


def _place(piece: Samples, start: int, sound: Samples) -> None:
    """Add a sound; what runs over the end goes on at the beginning."""
    np.add.at(piece, np.arange(start, start + len(sound)) % len(piece), sound)


def _at(beats: float) -> int:
    """Beats → samples."""
    return round(beats * BEAT * RATE)
