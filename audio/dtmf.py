"""The sound of keys: two sines a key (DTMF, ITU-T Q.23).

Levels are those of a European terminal, -9 dBm0 for the low and -7 dBm0 for the high group: the high
one is louder because a line dims it more. 100 ms on and 100 ms off are more than twice the 40 ms that
receivers must accept (ITU-T Q.24).
"""

from __future__ import annotations

import numpy as np

from audio.level import ratio
from audio.samples import RATE, AudioSegment, Samples, silence, to_segment

LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
"""Hz of the rows and of the columns."""
ROWS = ("123A", "456B", "789C", "*0#D")
FREQUENCIES = {
    key: (low, high) for low, row in zip(LOW, ROWS, strict=True) for high, key in zip(HIGH, row, strict=True)
}
LOW_DBM0, HIGH_DBM0 = -9.0, -7.0
FULL_SCALE_DBM0 = 3.17
"""A sine that fills μ-law (ITU-T G.711)."""
_RAMP = RATE * 2 // 1000
"""2 ms up and down: no click, and still on in time."""


def tone(key: str, milliseconds: int = 100) -> Samples:
    """One key."""
    if key not in FREQUENCIES:
        raise ValueError(f"{key!r} is no key of a telephone; there are {''.join(ROWS)}")
    low, high = FREQUENCIES[key]
    at = 2 * np.pi * np.arange(RATE * milliseconds // 1000) / RATE
    both = ratio(LOW_DBM0 - FULL_SCALE_DBM0) * np.sin(low * at) + ratio(HIGH_DBM0 - FULL_SCALE_DBM0) * np.sin(high * at)
    ramp = np.linspace(0, 1, _RAMP)
    both[:_RAMP] *= ramp
    both[-_RAMP:] *= ramp[::-1]
    return both


def tones(keys: str, milliseconds: int = 100, gap: int = 100) -> AudioSegment:
    """Keys one after the other, a gap around each."""
    parts = [part for key in keys for part in (tone(key, milliseconds), silence(gap))]
    return to_segment(np.concatenate((silence(gap), *parts)))
