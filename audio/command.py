"""The command `python -m audio`: makes a telephone-grade WAV file and prints its measurements."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from audio.dtmf import tones
from audio.espeak import Espeak
from audio.hold_music import LOUDNESS, hold_music
from audio.measure import faults, measure
from audio.recorder import Recorder, wav
from audio.samples import AudioSegment
from audio.script import from_text
from audio.telephone_band import mu_law
from audio.voice import VoiceMissing


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file and print the report; 1 without a voice or words, or when the file cannot be written."""
    asked = _arguments(argv)
    try:
        sound = _sound(asked)
        asked.output.write_bytes(mu_law(sound) if asked.mu_law else wav(sound))
    except (VoiceMissing, ValueError, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(f"{asked.output}: {measure(sound)}")
    if not asked.keys:  # tones have the level of tones, not of speech
        print("\n".join(faults(measure(sound), *([LOUDNESS] if asked.music else []))) or "fit for a telephone line")
    return 0


def _sound(asked: argparse.Namespace) -> AudioSegment:
    if asked.music:
        return hold_music()
    if asked.keys:
        return tones(asked.keys)
    return Recorder(Espeak()).record(from_text(asked.text or "", asked.lang, asked.slow))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m audio", description="Make a telephone-grade WAV file.")
    parser.add_argument("text", nargs="?", help="what to say; a line feed is a pause of 500 ms")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="the language of the text")
    parser.add_argument("--slow", action="store_true", help="speak as slowly as after key 8")
    parser.add_argument("--keys", metavar="123#", help="the tones of these keys instead of words")
    parser.add_argument("--music", action="store_true", help="the hold music instead of words")
    parser.add_argument("--mu-law", action="store_true", help="8-bit μ-law instead of 16-bit PCM")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.wav")
    return parser.parse_args(argv)
