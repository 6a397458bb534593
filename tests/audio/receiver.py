"""A receiver of keys: Goertzel's filters, written against ITU-T Q.24 and without looking at how the tones are made."""

from __future__ import annotations

import math
from itertools import groupby

from audio.samples import AudioSegment, from_segment

KEYPAD = {
    (697, 1209): "1",
    (697, 1336): "2",
    (697, 1477): "3",
    (770, 1209): "4",
    (770, 1336): "5",
    (770, 1477): "6",
    (852, 1209): "7",
    (852, 1336): "8",
    (852, 1477): "9",
    (941, 1209): "*",
    (941, 1336): "0",
    (941, 1477): "#",
    (697, 1633): "A",
    (770, 1633): "B",
    (852, 1633): "C",
    (941, 1633): "D",
}
FRAME, STEP = 160, 40
"""Samples at 8 kHz: 20 ms of sound are judged every 5 ms."""
SHORTEST = 5
"""Frames in a row that make a key: anything under about 25 ms is none."""
WEAKEST = 10 ** (-36 / 10)
"""Mean square below which nobody is pressing anything."""
PURE = 0.75
"""Share of a frame's energy that the two tones must have; speech spreads more widely."""
TWIST = 10 ** (8 / 10)
"""The tones' powers may differ by 8 dB."""


def heard(segment: AudioSegment) -> str:
    """The keys in a recording at 8 kHz."""
    samples = from_segment(segment).tolist()
    frames = [_key(samples[at : at + FRAME]) for at in range(0, len(samples) - FRAME + 1, STEP)]
    return "".join(key for key, run in groupby(frames) if key and len(list(run)) >= SHORTEST)


def _key(frame: list[float]) -> str:
    energy = sum(sample * sample for sample in frame)
    if energy < WEAKEST * FRAME:
        return ""
    low, low_power = _strongest(frame, (697, 770, 852, 941))
    high, high_power = _strongest(frame, (1209, 1336, 1477, 1633))
    pure = (low_power + high_power) * 2 / FRAME >= PURE * energy
    alike = 1 / TWIST <= high_power / max(low_power, 1e-12) <= TWIST
    return KEYPAD[low, high] if pure and alike else ""


def _strongest(frame: list[float], group: tuple[int, ...]) -> tuple[int, float]:
    return max(((frequency, _power(frame, frequency)) for frequency in group), key=lambda found: found[1])


def _power(frame: list[float], frequency: int) -> float:
    """Goertzel: |X(f)|² of one frequency by a recursion of two terms."""
    turn = 2 * math.cos(2 * math.pi * frequency / 8000)
    before, last = 0.0, 0.0
    for sample in frame:
        before, last = last, sample + turn * last - before
    return last * last + before * before - turn * last * before
