"""From a voice's samples to what a telephone carries: band, trimmed silence, μ-law.

The order matters. Resampling comes first and is band-limited; the band before the level, because what
is cut away must not count; silence is trimmed against the sentence's own level; the limiter is last.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import soundfile
from scipy.signal import butter, sosfiltfilt

from audio.level import ratio
from audio.samples import RATE, AudioSegment, Samples, at_rate, from_segment, silence, to_segment

BAND = (200, 3400)
"""Hz that a telephone carries (ITU-T G.712, a little wider below, where loudspeakers have nothing to lose)."""
HEAD, TAIL = 50, 150
"""Milliseconds of silence before the first and after the last word."""
_SILENT = -40.0
"""Decibels under the highest peak of a sentence: below that it has not begun."""
_EDGE = RATE * 5 // 1000
_FILTER = np.vstack(
    (
        butter(2, BAND[0], "highpass", fs=RATE, output="sos"),
        butter(8, BAND[1] - 150, "lowpass", fs=RATE, output="sos"),
    )
)


def line_samples(segment: AudioSegment) -> Samples:
    """8 kHz, mono, in the telephone band (a filter run both ways: no phase shift)."""
    samples = at_rate(from_segment(segment), segment.frame_rate)
    around = silence(100)
    filtered = sosfiltfilt(_FILTER, np.concatenate((around, samples, around)))
    return np.asarray(filtered[len(around) : -len(around)])


def trimmed(samples: Samples) -> Samples:
    """From the first sound to the last, with edges of 5 ms that do not click."""
    heard = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * ratio(_SILENT))
    if not len(heard):
        return samples[:0]
    kept = samples[max(0, heard[0] - _EDGE) : heard[-1] + _EDGE].copy()
    edge = min(_EDGE, len(kept) // 2)
    kept[:edge] *= np.linspace(0, 1, edge)
    kept[len(kept) - edge :] *= np.linspace(1, 0, edge)
    return kept


def joined(sentences: Sequence[tuple[int, Samples]]) -> Samples:
    """Sentences with the milliseconds of pause before each, and silence at both ends."""
    parts = [part for pause, samples in sentences for part in (silence(pause), samples)]
    return np.concatenate((silence(HEAD), *parts, silence(TAIL)))


def over_the_line(segment: AudioSegment) -> AudioSegment:
    """The same after G.711 μ-law, as the caller's side receives it."""
    held = io.BytesIO(mu_law(segment))
    samples, rate = soundfile.read(held, dtype="float64")
    return to_segment(samples, rate)


def mu_law(segment: AudioSegment) -> bytes:
    """A WAV file of μ-law, 8 bits a sample (pydub alone cannot write one without ffmpeg)."""
    held = io.BytesIO()
    soundfile.write(held, from_segment(segment), segment.frame_rate, subtype="ULAW", format="WAV")
    return held.getvalue()
