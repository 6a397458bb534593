"""`python -m audio` makes files for people, and says what it measured."""

from __future__ import annotations

import io

import pytest
import soundfile

from audio import espeak
from audio.command import main
from audio.samples import AudioSegment
from ivr.engine import twiml
from tests.audio.receiver import heard


def test_words_become_a_file_with_a_report(voice, tmp_path, capsys):
    """16-bit PCM at 8 kHz."""
    file = tmp_path / "hello.wav"
    assert main(["您好。", "--lang", "zh", "-o", str(file)]) == 0
    found = soundfile.info(file)
    assert (found.samplerate, found.channels, found.subtype) == (8000, 1, "PCM_16")
    report = capsys.readouterr().out
    assert "-22.0 LUFS" in report
    assert "fit for a telephone line" in report


def test_keys_and_music_need_no_voice(monkeypatch, tmp_path, capsys):
    """They are computed."""
    monkeypatch.setattr(espeak, "PROGRAM", "espeak-ng-that-is-not-there")
    keys, music = tmp_path / "keys.wav", tmp_path / "music.wav"
    assert main(["--keys", "42#", "-o", str(keys)]) == main(["--music", "-o", str(music)]) == 0
    assert heard(AudioSegment.from_wav(io.BytesIO(keys.read_bytes()))) == "42#"
    assert "-27.0 LUFS" in capsys.readouterr().out


def test_mu_law_can_be_asked_for(tmp_path):
    """A byte a sample."""
    assert main(["--music", "--mu-law", "-o", str(tmp_path / "music.wav")]) == 0
    assert soundfile.info(tmp_path / "music.wav").subtype == "ULAW"


@pytest.mark.parametrize(
    "program, text, said", [("espeak-ng-that-is-not-there", "好", "apt install"), ("espeak-ng", "", "nothing to say")]
)
def test_what_cannot_be_done_is_said_in_a_line(monkeypatch, tmp_path, capsys, program, text, said):
    """No traceback, no file."""
    monkeypatch.setattr(espeak, "PROGRAM", program)
    assert main([text, "-o", str(tmp_path / "x.wav")]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path, capsys):
    """Where there is no such folder."""
    assert main(["--keys", "1", "-o", str(tmp_path / "nowhere" / "x.wav")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_the_voice_is_as_slow_as_the_line_asks():
    """A test of the constant, for Twilio's voices cannot be asked."""
    assert espeak.SLOW_RATE == twiml.SLOW_RATE
