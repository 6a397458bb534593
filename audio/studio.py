"""The studio: a script in, a telephone-grade recording out, made once."""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict
from functools import partial
from pathlib import Path

from audio.level import levelled
from audio.samples import AudioSegment, Samples, to_segment
from audio.script import Script
from audio.shelf import Shelf
from audio.telephone import joined, line_samples, trimmed
from audio.voice import Voice

RECIPE = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()[
    :12
]
"""The version of this room is its own source: whoever changes a filter or a word's reading gets new files."""


class Studio:
    """A voice and, if recordings are to be kept, a shelf."""

    def __init__(self, voice: Voice, shelf: Shelf | None = None) -> None:
        self._voice, self._shelf = voice, shelf

    def record(self, script: Script) -> AudioSegment:
        """8 kHz, mono, 16 bits, at the level of speech; raises ValueError when there is nothing to say."""
        spoken = [(each.pause, self._line(each.text, script)) for each in script.sentences]
        if not any(len(samples) for _, samples in spoken):
            raise ValueError(f"nothing to say in {[each.text for each in script.sentences]}")
        return to_segment(levelled(joined(spoken)))

    def file(self, script: Script) -> Path:
        """The recording as a WAV file on the shelf."""
        if self._shelf is None:
            raise ValueError("this studio keeps no files; give it a Shelf")
        content = {"recipe": RECIPE, "voice": self._voice.name, **asdict(script)}
        return self._shelf.take(content, partial(self._wav, script))

    def _line(self, text: str, script: Script) -> Samples:
        return trimmed(line_samples(self._voice.speak(text, script.language, script.slow)))

    def _wav(self, script: Script) -> bytes:
        return wav(self.record(script))


def wav(segment: AudioSegment) -> bytes:
    """A WAV file, 16-bit PCM: what Twilio's `<Play>` and every browser take."""
    held = io.BytesIO()
    segment.export(held, format="wav")
    return held.getvalue()
