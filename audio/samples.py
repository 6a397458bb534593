"""Samples ↔ segments: numpy for sums, pydub's AudioSegment for everything that is handed on."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from audio.segment import AudioSegment

__all__ = ["RATE", "AudioSegment", "Samples", "at_rate", "from_segment", "silence", "to_segment"]

Samples = NDArray[np.float64]
"""One channel; full scale is ±1.0."""
RATE = 8000
"""Samples a second on a telephone line (ITU-T G.711)."""
_FULL_SCALE = 32768


def from_segment(segment: AudioSegment) -> Samples:
    """The samples of a segment, its channels averaged."""
    frames = np.array(segment.get_array_of_samples(), dtype=np.float64).reshape(-1, segment.channels)
    return frames.mean(axis=1) / (1 << (8 * segment.sample_width - 1))


def to_segment(samples: Samples, rate: int = RATE) -> AudioSegment:
    """Samples as 16-bit mono; refuses what would clip instead of bending it."""
    whole = np.round(samples * _FULL_SCALE)
    if len(whole) and (whole.max() >= _FULL_SCALE or whole.min() < -_FULL_SCALE):
        raise ValueError(f"the highest sample is {np.abs(samples).max():.2f} of full scale; lower the level first")
    return AudioSegment(whole.astype("<i2").tobytes(), sample_width=2, frame_rate=rate, channels=1)


def at_rate(samples: Samples, given: int, wanted: int = RATE) -> Samples:
    """Samples at another rate, band-limited (pydub's own resampler folds what is too high back into the band)."""
    return np.asarray(soxr.resample(samples, given, wanted, quality="VHQ"), dtype=np.float64)


def silence(milliseconds: int, rate: int = RATE) -> Samples:
    """Nothing, for so long."""
    return np.zeros(rate * milliseconds // 1000)
