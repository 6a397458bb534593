"""Keys sound so that a receiver of another make reads them, and nothing else sounds like keys."""

from __future__ import annotations

import numpy as np
import pytest

from audio.dtmf import FREQUENCIES, tone, tones
from audio.hold_music import hold_music
from audio.level import decibels
from audio.recorder import Recorder
from audio.samples import from_segment, to_segment
from audio.script import from_text
from audio.telephone_band import over_the_line
from tests.audio.receiver import heard

ALL = "1234567890*#ABCD"
LINES = {
    "zh": "您拨打的是官方客服热线。请输入注册手机号，按井号键结束。重听请按井号键，人工服务请按零。",
    "en": "Please enter your registered mobile number, then the pound key. To hear this again, press pound.",
}


def spectrum_peaks(key: str) -> tuple[float, float]:
    """The strongest frequency below and above 1 kHz in Hz, by a long FFT."""
    power = np.abs(np.fft.rfft(tone(key, 400) * np.hanning(3200), 1 << 16))
    frequencies = np.fft.rfftfreq(1 << 16, 1 / 8000)
    low = frequencies[np.argmax(np.where(frequencies < 1000, power, 0))]
    high = frequencies[np.argmax(np.where(frequencies > 1000, power, 0))]
    return float(low), float(high)


@pytest.mark.parametrize("on, off", [(100, 100), (70, 50), (40, 40)])
def test_every_key_is_read_after_mu_law(on, off):
    """40 ms on and 40 ms off is the least that Q.24 lets a receiver ask for."""
    assert heard(over_the_line(tones(ALL, on, off))) == ALL


def test_the_same_key_twice_is_two_keys():
    """As in every second telephone number."""
    assert heard(over_the_line(tones("13800138000"))) == "13800138000"


def test_keys_are_read_through_noise_and_far_away():
    """20 dB quieter, with noise 20 dB below the tones."""
    quiet = from_segment(tones(ALL)) * 0.1
    noise = np.random.default_rng(7).normal(0, 0.003, len(quiet))
    assert heard(over_the_line(to_segment(quiet + noise))) == ALL


@pytest.mark.parametrize("key", ALL)
def test_frequencies_are_those_of_the_recommendation(key):
    """Q.23 allows 1.8 %; a computer has no excuse for 0.1 %."""
    assert spectrum_peaks(key) == pytest.approx(FREQUENCIES[key], rel=0.001)


def test_levels_are_those_of_a_terminal():
    """-9 and -7 dBm0 together, and no sample near full scale."""
    sound = tone("5", 1000)
    assert decibels(float(np.sqrt(2 * np.mean(sound**2)))) == pytest.approx(-8.03, abs=0.1)  # power sum, as a sine
    assert decibels(float(np.abs(sound).max())) < -5


def test_what_is_no_key_is_refused():
    """And the message lists the keys."""
    with pytest.raises(ValueError, match="'x' is no key.*789C"):
        tones("12x")


def test_too_short_a_tone_is_no_key():
    """Q.24: clicks of the line must not dial."""
    assert heard(tones("5", 20, 100)) == ""


def test_music_dials_nothing():
    """Played into a line whose receiver is listening."""
    assert heard(hold_music()) == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_our_own_voice_dials_nothing(voice, language):
    """Talk-off: a prompt must not answer itself."""
    assert heard(over_the_line(Recorder(voice).record(from_text(LINES[language], language)))) == ""
