"""Measurements of a recording, and what is wrong with it by the bounds of a telephone line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audio.level import CEILING, SPEECH, decibels, loudness, peaks, ratio
from audio.samples import RATE, AudioSegment, Samples, from_segment

LOUDNESS_MARGIN = 1.0
"""Decibels around the wanted loudness."""
DC_LIMIT = 0.001
"""Of full scale."""
LEAKAGE_LIMIT = -35.0
"""Decibels of all energy that may lie above 3400 Hz."""
_SILENT = -50.0
"""dBFS below which an end is silent; speech is levelled well above."""


@dataclass(frozen=True)
class Measured:
    """Numbers of one recording."""

    rate: int
    channels: int
    bits: int
    seconds: float
    lufs: float
    true_peak: float
    """dBFS."""
    clipped: int
    """Samples at full scale."""
    dc: float
    """Mean, of full scale."""
    head: int
    """Milliseconds of silence before the first sound."""
    tail: int
    """Milliseconds of silence after the last sound."""
    leakage: float
    """Energy above 3400 Hz, in decibels of all energy."""

    def __str__(self) -> str:
        return (
            f"{self.rate} Hz, {self.channels} channel, {self.bits} bits, {self.seconds:.2f} s\n"
            f"{self.lufs:.1f} LUFS, true peak {self.true_peak:.1f} dBFS, "
            f"{self.clipped} samples clipped, DC {self.dc:.5f}\n"
            f"silence {self.head} ms and {self.tail} ms, {self.leakage:.0f} dB above 3400 Hz"
        )


def measure(segment: AudioSegment) -> Measured:
    """All measurements of a recording."""
    samples = from_segment(segment)
    head, tail = _ends(samples, segment.frame_rate)
    return Measured(
        rate=segment.frame_rate,
        channels=segment.channels,
        bits=8 * segment.sample_width,
        seconds=len(samples) / segment.frame_rate,
        lufs=loudness(samples, segment.frame_rate),
        true_peak=decibels(float(peaks(samples).max(initial=0.0))),
        clipped=int(np.count_nonzero(np.abs(samples) >= 32767 / 32768)),
        dc=float(samples.mean()) if len(samples) else 0.0,
        head=head,
        tail=tail,
        leakage=_leakage(samples, segment.frame_rate),
    )


def faults(found: Measured, lufs: float = SPEECH) -> list[str]:
    """The bounds that a recording breaks, in words; empty when it is fit for the line."""
    checks = {
        f"{found.rate} Hz instead of {RATE}": found.rate == RATE,
        f"{found.channels} channels of {found.bits} bits instead of 1 of 16": (found.channels, found.bits) == (1, 16),
        f"{found.lufs:.1f} LUFS instead of {lufs}": abs(found.lufs - lufs) <= LOUDNESS_MARGIN,
        f"true peak {found.true_peak:.1f} dBFS above {CEILING}": found.true_peak <= CEILING,
        f"{found.clipped} samples clipped": found.clipped == 0,
        f"DC {found.dc:.4f}": abs(found.dc) <= DC_LIMIT,
        f"{found.leakage:.0f} dB above 3400 Hz": found.leakage <= LEAKAGE_LIMIT,
    }
    return [fault for fault, fine in checks.items() if not fine]


def _ends(samples: Samples, rate: int) -> tuple[int, int]:
    heard = np.flatnonzero(np.abs(samples) > ratio(_SILENT))
    first, last = (heard[0], heard[-1]) if len(heard) else (len(samples), -1)
    return round(1000 * int(first) / rate), round(1000 * (len(samples) - 1 - int(last)) / rate)


def _leakage(samples: Samples, rate: int) -> float:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    above = power[np.fft.rfftfreq(len(samples), 1 / rate) > 3400].sum()
    return decibels(float(np.sqrt(above / power.sum()))) if power.any() else float("-inf")
