"""Hold music: calm, quiet, round."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from audio.hold_music import LOUDNESS, hold_music
from audio.measure import faults, measure
from audio.recorder import wav
from audio.samples import AudioSegment, from_segment

HISS = butter(8, 3500, "highpass", fs=8000, output="sos")


@pytest.fixture(scope="module")
def music() -> AudioSegment:
    return hold_music()


def click_at_seam(piece: AudioSegment) -> float:
    """What is heard above all partials, within 10 ms of where two rounds meet, against the most that is heard
    elsewhere.
    """
    above = np.abs(sosfiltfilt(HISS, from_segment(piece + piece)))[400:-400]
    seam = len(above) // 2
    return float(above[seam - 80 : seam + 80].max() / np.delete(above, slice(seam - 80, seam + 80)).max())


def test_music_is_fit_for_a_line_and_below_speech(music):
    """The same bounds as speech, at a level of its own."""
    assert faults(measure(music), LOUDNESS) == []
    assert measure(music).seconds == 28


def test_the_loop_has_no_seam(music):
    """Nobody should be able to tell where it begins; cut anywhere else, it clicks."""
    assert click_at_seam(music) < 1
    assert min(click_at_seam(music[:milliseconds]) for milliseconds in (7_100, 13_300, 25_800)) > 4


def test_there_is_never_a_hole(music):
    """Half a second of silence would sound like a lost call."""
    windows = from_segment(music).reshape(-1, 4000)
    assert (20 * np.log10(np.sqrt((windows**2).mean(axis=1)))).min() > -45


def test_music_is_the_same_everywhere(music):
    """Every machine and process plays the same bytes."""
    assert wav(music) == wav(hold_music())
