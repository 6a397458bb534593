"""What the line says at a turn, in both languages, and how long it takes."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from ivr.checks import speech_timeline
from ivr.engine import twiml
from ivr.engine.rendering import render
from ivr.engine.replay import TurnResult
from ivr.engine.speaking import Speaker, SpokenText
from ivr.engine.utterances import Utterance
from ivr.speech.catalogue import words
from tests.exploration.driving import NOON, SEALER, Turn

_spoken: dict[tuple[str, str], SpokenText] = {}
speaker = Speaker(words(), SEALER.open)


def said(line: Utterance, language: str) -> SpokenText:
    """One line as words; raises what the catalogue raises."""
    name = (f"{line.id}|{line.key}|{line.language}|{line.args!r}", language)
    if name not in _spoken:
        _spoken[name] = speaker.speak([line], language, NOON.date())[0]
    return _spoken[name]


def spoken(lines: tuple[Utterance, ...], language: str) -> list[SpokenText]:
    """A turn's lines as words."""
    return [said(line, language) for line in lines]


def document(lines: tuple[Utterance, ...], language: str) -> str:
    """A turn's lines as TwiML, without its wait."""
    return twiml.document(twiml.says(spoken(lines, language)))


def telephone(turn: Turn, language: str) -> str:
    """The whole document of a turn, with its wait, as Twilio gets it."""
    settings = SimpleNamespace(ring_seconds=25, agent_mode="phone")
    ours = {"caller_id": lambda facts: facts.get("line", ""), "settings": settings}
    runtime: Any = SimpleNamespace(speaker=_Spoken(), base_url="https://ivr.example.com", **ours)
    call: Any = SimpleNamespace(sid="CA" + "1" * 32, language=language, slow=False, facts=turn.facts)
    return render(runtime, call, 1, TurnResult(turn.wait, turn.lines), NOON)


class _Spoken:
    """Speaks what was spoken before from memory."""

    @staticmethod
    def speak(lines: tuple[Utterance, ...], language: str, today: date) -> list[SpokenText]:
        return spoken(lines, language)


def length(lines: tuple[Utterance, ...], language: str) -> float:
    """Seconds of a turn's lines."""
    moments = speech_timeline.timeline(document(lines, language))
    return moments[-1].seconds if moments else 0.0


def to_options(lines: tuple[Utterance, ...], language: str) -> list[float]:
    """Seconds until each key has been named."""
    return speech_timeline.option_times(document(lines, language))


def forget() -> None:
    """Render everything anew."""
    _spoken.clear()
