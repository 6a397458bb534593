"""Records a script: a voice speaks it, and the result is fit for a telephone."""

from __future__ import annotations

import io

from audio.level import levelled
from audio.samples import AudioSegment, Samples, to_segment
from audio.script import Script
from audio.telephone_band import joined, line_samples, trimmed
from audio.voice import Voice


class Recorder:
    """Records with one voice."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def record(self, script: Script) -> AudioSegment:
        """8 kHz, mono, 16 bits, at the level of speech; raises ValueError when there is nothing to say."""
        spoken = [(each.pause, self._line(each.text, script)) for each in script.sentences]
        if not any(len(samples) for _, samples in spoken):
            raise ValueError(f"nothing to say in {[each.text for each in script.sentences]}")
        return to_segment(levelled(joined(spoken)))

    def _line(self, text: str, script: Script) -> Samples:
        return trimmed(line_samples(self._voice.speak(text, script.language, script.slow)))


def wav(segment: AudioSegment) -> bytes:
    """A WAV file, 16-bit PCM: what Twilio's `<Play>` and every browser take."""
    held = io.BytesIO()
    segment.export(held, format="wav")
    return held.getvalue()
