"""Whatever a voice hands in, what comes out is fit for a telephone line."""

from __future__ import annotations

import numpy as np
import pytest

from audio.level import decibels, true_peak
from audio.measure import faults, measure
from audio.recorder import Recorder
from audio.samples import Samples, at_rate, from_segment, to_segment
from audio.script import Script, Sentence, from_text
from audio.telephone_band import line_samples, over_the_line, trimmed

RATE = 22050
SECOND = np.arange(RATE) / RATE


class Recorded:
    """A voice that says the same sound to everything."""

    name = "recorded"

    def __init__(self, samples: Samples):
        self._samples = samples

    def speak(self, text, language, slow=False):
        return to_segment(self._samples, RATE)


def vowel(pitch: int = 150) -> Samples:
    """A second of something like a voice: harmonics under a slow envelope."""
    harmonics = sum(np.sin(2 * np.pi * pitch * order * SECOND) / order for order in range(1, 20))
    return 0.2 * np.asarray(harmonics) * np.sin(np.pi * SECOND) ** 0.2


def bursts() -> Samples:
    """High peaks on little energy, fifteen a second: what a limiter is for."""
    since = np.arange(RATE) % (RATE // 15)
    return 0.9 * np.exp(-since / (0.004 * RATE)) * np.sin(2 * np.pi * 500 / RATE * since)


SOUNDS = {
    "faint": vowel() * 0.003,
    "loud": vowel() * 1.5,
    "off centre": vowel() * 0.5 + 0.4,
    "peaky": bursts(),
    "late": np.concatenate((np.zeros(RATE), vowel(), np.zeros(RATE))),
    "noisy": np.random.default_rng(3).normal(0, 0.2, RATE).clip(-0.9, 0.9),
}


@pytest.mark.parametrize("sound", SOUNDS)
def test_every_sound_comes_out_fit(sound):
    """Level, peaks, DC, band and format; and nothing clips."""
    assert faults(measure(Recorder(Recorded(SOUNDS[sound])).record(from_text("x", "en")))) == []


@pytest.mark.parametrize("sound", ["faint", "late", "off centre"])
def test_silence_at_the_ends_is_short_and_even(sound):
    """About 50 ms before and 150 ms after, so that an answer does not sound hurried or lost."""
    found = measure(Recorder(Recorded(SOUNDS[sound])).record(from_text("x", "en")))
    assert 45 <= found.head <= 80
    assert 140 <= found.tail <= 190


def test_pauses_are_as_long_as_the_script_says():
    """To the millisecond, whatever silence the voice left around a sentence."""
    one = Recorder(Recorded(SOUNDS["late"])).record(Script((Sentence("x"),), "en"))
    two = Recorder(Recorded(SOUNDS["late"])).record(Script((Sentence("x"), Sentence("x", 600)), "en"))
    assert len(two) == pytest.approx(2 * len(one) - 200 + 600, abs=2)
    middle = from_segment(two)[len(from_segment(one)) - 1200 : len(from_segment(one)) - 1200 + 4800]
    assert np.abs(middle).max() < 0.001


def test_what_is_above_the_band_does_not_fold_back():
    """A tone of 5.5 kHz would come back at 2.5 kHz."""
    left = from_segment(to_segment(line_samples(to_segment(0.5 * np.sin(2 * np.pi * 5500 * SECOND), RATE))))
    assert decibels(float(np.abs(left[800:-800]).max())) < -80


def test_peaks_between_the_samples_count():
    """A quarter of the rate, sampled off its crests: samples at -3 dB, a peak at 0."""
    assert true_peak(np.sin(np.pi / 2 * np.arange(800) + np.pi / 4)) == pytest.approx(0, abs=0.3)


def test_mu_law_keeps_the_words():
    """G.711 adds noise some 35 dB below speech."""
    clean = Recorder(Recorded(vowel())).record(from_text("x", "en"))
    noise = from_segment(over_the_line(clean)) - from_segment(clean)
    assert decibels(float(np.sqrt((noise**2).mean() / (from_segment(clean) ** 2).mean()))) < -33


def test_clipping_is_refused_not_bent():
    """pydub itself clips without a word."""
    with pytest.raises(ValueError, match=r"1\.20 of full scale"):
        to_segment(np.array([0.0, 1.2]))


def test_resampling_keeps_length_and_tone():
    """One second is one second."""
    tone = at_rate(np.sin(2 * np.pi * 1000 * SECOND), RATE)
    assert len(tone) == 8000
    assert np.argmax(np.abs(np.fft.rfft(tone))) == 1000


def test_nothing_to_say_is_an_error():
    """An empty recording would be heard as a dead line."""
    with pytest.raises(ValueError, match="nothing to say"):
        Recorder(Recorded(np.zeros(RATE))).record(from_text("。", "zh"))


@pytest.mark.parametrize(
    "samples, fault", [(vowel(), "22050 Hz"), (vowel() * 0.2, "LUFS instead"), (vowel() + 0.1, "DC")]
)
def test_the_measurements_name_what_is_wrong(samples, fault):
    """A gate that cannot fail proves nothing."""
    assert any(fault in said for said in faults(measure(to_segment(samples, RATE))))


def test_a_sentence_begins_and_ends_at_zero():
    """A voice that starts with full force would click after a pause."""
    kept = trimmed(np.full(8000, 0.5))
    assert (kept[0], kept[4000], kept[-1]) == (0, 0.5, 0)
