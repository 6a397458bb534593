"""The ringing of an agent's telephone: a tone and not music, and no key of a telephone."""

from __future__ import annotations

import numpy as np

from audio.ringback import OFF, ON, ringback
from audio.samples import RATE, from_segment
from tests.audio.receiver import heard


def test_it_rings_for_two_seconds_and_is_still_for_four():
    """Two sines, and then nothing."""
    sound = from_segment(ringback())
    rings, still = np.split(sound, [RATE * ON // 1000])
    assert len(still) == RATE * OFF // 1000 and not still.any()
    spectrum = np.abs(np.fft.rfft(rings))
    strongest = np.argsort(spectrum)[-2:] * RATE / len(rings)
    assert sorted(np.round(strongest)) == [440, 480]


def test_it_dials_nothing():
    """No receiver takes it for a key."""
    assert heard(ringback()) == ""
