"""Loudness and peaks: measuring both, and a limiter that never clips.

Telephone speech should be active at about -22 dBov with room for its peaks (RFC 7874, section 4, by
ITU-T P.56); for speech with few pauses that is -22 LUFS within a decibel, and BS.1770 is what tools show.
"""

from __future__ import annotations

import warnings

import numpy as np
import pyloudnorm
from scipy.ndimage import convolve1d, minimum_filter1d

from audio.samples import RATE, Samples, at_rate

SPEECH = -22.0
"""LUFS of everything spoken."""
CEILING = -3.0
"""dBFS that no peak passes, between the samples too."""
_MARGIN = 0.3
"""Decibels that the limiter stays below the ceiling: changing the gain moves peaks between samples a little."""
_NEAR, _TRIES = 0.05, 8
"""Decibels of loudness that are near enough, and how often it is tried; speech needs two or three."""
_OVERSAMPLED = 8
_REACH = RATE // 200 * 2 + 1
"""Samples (10 ms) over which the limiter's gain falls and rises."""


def loudness(samples: Samples, rate: int = RATE) -> float:
    """Integrated loudness in LUFS (ITU-R BS.1770); a short sound counts as if repeated, for it needs 0.4 s."""
    if not np.any(samples):
        return float("-inf")
    repeats = -(-2 * rate // len(samples))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all of it below the gate: -inf, not a warning
        return float(pyloudnorm.Meter(rate).integrated_loudness(np.tile(samples, repeats)))


def peaks(samples: Samples) -> Samples:
    """Around each sample the highest level that a converter would reach, between samples too."""
    fine = np.abs(at_rate(samples, 1, _OVERSAMPLED))
    fine = np.pad(fine, (0, max(0, len(samples) * _OVERSAMPLED - len(fine))))[: len(samples) * _OVERSAMPLED]
    return np.maximum(np.abs(samples), fine.reshape(-1, _OVERSAMPLED).max(axis=1))


def true_peak(samples: Samples) -> float:
    """In dBFS."""
    return decibels(float(peaks(samples).max())) if len(samples) else float("-inf")


def levelled(samples: Samples, lufs: float = SPEECH) -> Samples:
    """The samples at this loudness, with no peak above the ceiling; repeated, since the limiter lowers the loudness."""
    samples = samples / np.abs(samples).max()
    for _ in range(_TRIES):
        missing = lufs - loudness(samples)
        if abs(missing) < _NEAR and true_peak(samples) <= CEILING:
            break
        samples = limited(samples * ratio(missing))
    return samples


def limited(samples: Samples) -> Samples:
    """Peaks brought under the ceiling by a gain that moves smoothly, ahead of each of them."""
    ceiling = ratio(CEILING - _MARGIN)
    gain = np.minimum(1.0, ceiling / np.maximum(peaks(samples), ceiling))
    lowest = minimum_filter1d(gain, _REACH)
    window = np.hanning(_REACH + 2)[1:-1]
    return samples * convolve1d(lowest, window / window.sum(), mode="nearest")


def decibels(value: float) -> float:
    """Of full scale."""
    return 20 * float(np.log10(value)) if value > 0 else float("-inf")


def ratio(db: float) -> float:
    """A gain in decibels as a factor."""
    return float(10 ** (db / 20))
