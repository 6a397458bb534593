"""The offline voice: espeak-ng, run as a program of its own (it is GPL-3, and is never linked or imported).

`cmn`, its default for Mandarin, turns characters into pinyin and reads that as English in 1.51;
`cmn-latn-pinyin` has the tones right. It sounds like a machine: it is for development and tests.
"""

from __future__ import annotations

import io
import re
import subprocess

from audio.pinyin import respelt
from audio.samples import AudioSegment
from audio.voice import VoiceMissing

PROGRAM = "espeak-ng"
VOICES = {"zh": ("cmn-latn-pinyin", 190), "en": ("en-us", 135)}
"""Language → voice and speed; espeak-ng counts words a minute, and these speak as long as a person takes."""
SLOW_RATE = 0.75
"""Of the normal speed: as slow as `ivr.engine.twiml.SLOW_RATE` asks Twilio's voices for."""
TIMEOUT = 20
"""Seconds; a minute of speech takes a fraction of one."""
_LATIN = re.compile(r"([A-Za-z][A-Za-z'’.\- ]*)")


class Espeak:
    """Speaks through one short run of espeak-ng a sentence; English words inside Mandarin are read as English."""

    def speak(self, text: str, language: str, slow: bool = False) -> AudioSegment:
        """Samples at espeak-ng's own rate, 22050 Hz; raises VoiceMissing."""
        pieces = [_run(words, each, slow, "--stdout") for words, each in by_language(text, language)]
        return sum((AudioSegment.from_wav(io.BytesIO(piece)) for piece in pieces), AudioSegment.silent(0, 22050))

    def phonemes(self, text: str, language: str) -> list[str]:
        """How it would read the words: a syllable an item for Mandarin, tones as contours (55, 35, 214, 51)."""
        pieces = [_run(words, each, False, "-q", "-x") for words, each in by_language(text, language)]
        return [re.sub("[_|']", "", syllable) for piece in pieces for syllable in piece.decode().split()]


def by_language(text: str, language: str) -> list[tuple[str, str]]:
    """Runs of words with the language of each: (付款用, zh), (Apple Pay, en)."""
    if language == "en":
        return [(text, "en")]
    runs = [(run, "en" if _LATIN.fullmatch(run) else "zh") for run in _LATIN.split(text)]
    return [(run, each) for run, each in runs if re.search(r"\w", run)]


def _run(words: str, language: str, slow: bool, *options: str) -> bytes:
    """What espeak-ng wrote. Words go in by stdin, so that none of them can be an option."""
    voice, speed = VOICES[language]
    command = [
        PROGRAM,
        "-b",
        "1",
        "-v",
        voice,
        "-s",
        str(round(speed * (SLOW_RATE if slow else 1))),
        "--stdin",
        *options,
    ]
    spoken = respelt(words) if language == "zh" else words
    try:
        done = subprocess.run(command, input=spoken.encode(), capture_output=True, check=True, timeout=TIMEOUT)
    except FileNotFoundError:
        raise VoiceMissing(
            f"{PROGRAM} is not installed; it speaks for the lab's phone and for tests: apt install {PROGRAM}"
        ) from None
    except subprocess.CalledProcessError as failed:
        raise RuntimeError(f"{' '.join(command)} failed: {failed.stderr.decode(errors='replace').strip()}") from failed
    return done.stdout
