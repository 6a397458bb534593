"""What a voice note must be to be worth keeping."""

from __future__ import annotations

import io

import pytest
from pydub.generators import Sine, WhiteNoise

from audio.segment import AudioSegment
from audio.voice_note import Unreadable, listen


def wav(segment: AudioSegment) -> bytes:
    held = io.BytesIO()
    segment.set_frame_rate(8000).export(held, format="wav")
    return held.getvalue()


def test_speech_is_heard_and_measured():
    """A tone at the level of speech, between silences."""
    spoken = AudioSegment.silent(500) + Sine(440).to_audio_segment(2000, volume=-22) + AudioSegment.silent(500)
    heard = listen(wav(spoken))
    assert (heard.seconds, heard.silent) == (pytest.approx(3, abs=0.05), False)


@pytest.mark.parametrize(
    "quiet",
    [
        AudioSegment.silent(4000),
        WhiteNoise().to_audio_segment(4000, volume=-55),
        AudioSegment.silent(2000) + Sine(440).to_audio_segment(200, volume=-20),
        AudioSegment.silent(0),
    ],
    ids=["digital silence", "the noise of a line", "the end of the tone", "nothing at all"],
)
def test_silence_is_silence(quiet):
    """Also where there is some noise, or one short sound."""
    assert listen(wav(quiet)).silent


@pytest.mark.parametrize(
    "broken",
    [b"", b"RIFF", b"<html>not found</html>" * 50, wav(AudioSegment.silent(100))[:30], b"\x00" * 1000],
    ids=["nothing", "a beginning", "a page", "cut off", "zeros"],
)
def test_what_is_no_sound_is_unreadable(broken):
    """One exception for all of it."""
    with pytest.raises(Unreadable):
        listen(broken)
