"""What operations write for callers: which words a voice can say in one way only, how they sound, and how long they
hold.

The command line and the desk check by this module, and each says in its own words what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from ivr.engine.speaking import Speaker, seconds
from ivr.engine.utterances import Utterance
from ivr.operations.line_switch import STATES
from ivr.speech.catalogue import words

Fault = Literal["zh", "en", "state", "not-told", "place", "topic", "either", "until", "zone", "span"]
"""What is wrong: words in a language, an unknown state, a reason that nobody hears, an unknown place, a topic before
the menu, no end or two, an end that cannot be read, has no zone, or is past or too far."""
LONGEST_VALIDITY = timedelta(days=7)
"""From the making of an announcement to its end."""


@dataclass(frozen=True)
class Form:
    """The words that are taken, and how to write them."""

    pattern: re.Pattern[str]
    write: str


ANNOUNCED = {
    "zh": Form(
        re.compile(r"[\u4e00-\u9fff，、]([\u4e00-\u9fff，、。]{0,88}[\u4e00-\u9fff])?"),
        "at most ninety Chinese characters, numbers in words, without a full stop at the end",
    ),
    "en": Form(
        re.compile(r"[A-Za-z]([A-Za-z ,.'-]{0,198}[A-Za-z])?"),
        "at most 200 letters, numbers in words, without a full stop at the end",
    ),
}
REASONS = {
    "zh": Form(
        re.compile(r"[\u4e00-\u9fff，、。]{1,60}"),
        "at most sixty Chinese characters, numbers in words, such as 系统正在维护",
    ),
    "en": Form(
        re.compile(r"[A-Za-z][A-Za-z ,.']{0,119}"),
        "at most 120 letters, numbers in words, such as: we are doing maintenance",
    ),
}


class Wrong(ValueError):
    """What cannot be told to callers so; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Spoken:
    """What a caller hears in a language, and the seconds that it takes."""

    text: str
    seconds: float


def checked_reason(state: str, reason: Mapping[str, str]) -> Mapping[str, str] | None:
    """The reason for a state of the line, None without one; raises Wrong. It is written in both languages or in
    none."""
    if state not in STATES:
        raise Wrong("state")
    if not any(reason.values()):
        return None
    if state == "open":
        raise Wrong("not-told")
    return _checked(reason, REASONS)


def checked_words(text: Mapping[str, str]) -> Mapping[str, str]:
    """The words of an announcement; raises Wrong."""
    return _checked(text, ANNOUNCED)


def end_time(until: str, minutes: int | None, now: datetime) -> datetime:
    """When an announcement ends: at a moment with its zone, or after so many minutes; raises Wrong."""
    if bool(until) == (minutes is not None):
        raise Wrong("either")
    try:
        ends = now + timedelta(minutes=minutes) if minutes is not None else datetime.fromisoformat(until)
    except OverflowError:
        raise Wrong("span") from None
    except ValueError:
        raise Wrong("until") from None
    if ends.tzinfo is None:
        raise Wrong("zone")
    if not now < ends <= now + LONGEST_VALIDITY:
        raise Wrong("span")
    return ends


def announcement_spoken(text: Mapping[str, str]) -> dict[str, Spoken]:
    """How an announcement sounds, by language."""
    return _spoken("announcement", text=text)


def switch_spoken(state: str, name: Mapping[str, str], reason: Mapping[str, str] | None) -> dict[str, Spoken]:
    """What callers of a wallet of this name hear of the switch, by language; nothing while the line is open."""
    if state == "open":
        return {}
    if reason:
        return _spoken("line-reason", name=name, reason=reason)
    return _spoken("line-closed" if state == "closed" else "line-to-person", name=name)


def _checked(text: Mapping[str, str], forms: Mapping[str, Form]) -> Mapping[str, str]:
    faults: list[Fault] = [one for one in ("zh", "en") if not forms[one].pattern.fullmatch(text.get(one, ""))]
    if faults:
        raise Wrong(*faults)
    return text


def _spoken(message: str, **values: Any) -> dict[str, Spoken]:
    """By the line's own speech."""
    speaker, found = Speaker(words(), lambda token: token), {}
    for language in ("zh", "en"):
        (said,) = speaker.speak([Utterance(message, values)], language, date.today())
        found[language] = Spoken(said.text, seconds(said.text, language == "zh"))
    return found
