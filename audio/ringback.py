"""The ringback tone: what a caller hears while an agent's telephone is rung, as Twilio's `<Dial>` plays it by default.

The North American ringback tone (ITU-T E.180, Supplement 2): two sines, two seconds on and four off.
"""

from __future__ import annotations

import numpy as np

from audio.level import ratio
from audio.samples import RATE, AudioSegment, silence, to_segment

HERTZ = (440, 480)
ON, OFF = 2000, 4000
"""Milliseconds."""
LEVEL = -19.0
"""dB below full scale, each of the two."""


def ringback() -> AudioSegment:
    """One period of the tone."""
    at = 2 * np.pi * np.arange(RATE * ON // 1000) / RATE
    return to_segment(np.concatenate((ratio(LEVEL) * sum(np.sin(hertz * at) for hertz in HERTZ), silence(OFF))))
