"""Prompts: the questions as data. This is the only module that turns raw keys into a decision.

Only the decision is journaled, so options may be reordered, and texts, lengths and tries edited, while calls are
running. A prompt's `name` is its fingerprint and the id of its words in the catalogues. The key of an option is its
position; nobody types "press 1" by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

TRIES = 3
"""So many silences, or so many wrong entries, at one prompt lead to a person."""
MENU_SECONDS, ENTRY_SECONDS = 6, 10
"""Seconds of silence after a menu, and after an entry or any of its keys; a prompt may name its own."""
NOTE_SECONDS = 5
"""Seconds of silence that end a recording."""

Decision = tuple[str, Any]
"""(kind, value). The kinds: value, secret, sealed, silence (no-input), wrong (no-match), gave-up, repeat, more-time,
slower, language, clear, agent, back, main."""

MENU_KEYS: dict[str, Decision] = {
    "0": ("agent", None),
    "*": ("back", None),
    "#": ("repeat", None),
    "8": ("slower", None),
    "9": ("language", None),
}
ENTRY_KEYS: dict[str, Decision] = {
    "0": ("agent", None),
    "*": ("clear", None),
    "**": ("main", None),
    "*8": ("slower", None),
    "*9": ("language", None),
}
UNKNOWN = "1"
"""With `#` after it: the answer "I do not know" to an entry that may be left empty. A `#` alone would be simpler, but
Twilio reports a finish key that comes first as silence (`<Gather>`)."""


@dataclass(frozen=True)
class FailureCounts:
    """The no-inputs and the no-matches at one prompt so far. They count apart, and an answer ends both."""

    no_inputs: int = 0
    no_matches: int = 0

    def after(self, decision: Decision) -> FailureCounts:
        """The counts after one more decision."""
        kind, _ = decision
        if kind == "silence":
            return FailureCounts(self.no_inputs + 1, self.no_matches)
        return FailureCounts(self.no_inputs, self.no_matches + 1) if kind == "wrong" else self

    def judge(self, failure: str, most: int) -> Decision:
        """The failure itself, or "gave-up" if it is the `most`-th one of its kind."""
        count = self.no_inputs if failure == "silence" else self.no_matches
        return ("gave-up", failure) if count + 1 >= most else (failure, None)


@dataclass(frozen=True)
class Menu:
    """A choice by one key. `options`: names in the order in which they are offered (at most 7).

    `resumable`: its answer may be given again for a caller who was cut off. False for what is true only now, and, set
    by itself, where a language is chosen.
    """

    name: str
    options: tuple[str, ...]
    tries: int = TRIES
    timeout: int = MENU_SECONDS
    offer_agent: bool = True
    offer_language: bool = False
    type_ahead: bool = True
    bilingual: bool = False
    resumable: bool = True
    kind: ClassVar[str] = "menu"

    def __post_init__(self) -> None:
        if not 1 <= len(self.options) <= 7 or len(set(self.options)) != len(self.options):
            raise ValueError(f"menu {self.name}: 1 to 7 different options (8, 9 and 0 are taken), not {self.options}")
        object.__setattr__(self, "resumable", self.resumable and not self.bilingual)

    def offering(self, options: tuple[str, ...]) -> Menu:
        """The same question with other options, or with the same in another order."""
        return replace(self, options=options)

    def decide(self, keys: str | None, failures: FailureCounts, now: datetime) -> tuple[Decision, str]:
        """The decision for the first key, and the keys that were typed ahead after it."""
        if keys is None:
            return failures.judge("silence", self.tries), ""
        if keys == "":
            return ("repeat", None), ""
        key, rest = keys[0], keys[1:]
        if key in MENU_KEYS and not (key == "9" and self.bilingual):
            return MENU_KEYS[key], rest
        if key in "123456789" and 1 <= int(key) <= len(self.options):
            return ("value", self.options[int(key) - 1]), rest
        return failures.judge("wrong", self.tries), ""


@dataclass(frozen=True)
class Confirm(Menu):
    """Yes is 1 and no is 2.

    `acts`: a yes does something. Then no key from before the question was heard answers it, and its answer is never
    given again.
    """

    options: tuple[str, ...] = ("yes", "no")
    acts: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "type_ahead", self.type_ahead and not self.acts)
        object.__setattr__(self, "resumable", self.resumable and not (self.bilingual or self.acts))


@dataclass(frozen=True)
class Ask:
    """An entry of digits, ended by `#` or by its fixed length.

    `parse`: the keys and the time → a value, or None for no-match.
    `personal`: the value is a Secret of this turn. `sealed`: it is stored encrypted and may be spoken back.
    `readback`: a Confirm that follows the entry and must be heard first; `2` or `*` there asks for the entry again.
    `empty_is`: the entry may be left empty, by `1#` or by silence after "take your time"; `parse` gets "".
    `hint`: the message after the question that names the key of another answer.
    """

    name: str
    parse: Callable[[str, datetime], Any]
    length: int | None = None
    tries: int = TRIES
    timeout: int = ENTRY_SECONDS
    personal: bool = False
    sealed: bool = False
    empty_is: bool = False
    hint: str = ""
    readback: Confirm | None = None
    keys: dict[str, Decision] = field(default_factory=lambda: ENTRY_KEYS, hash=False)
    bilingual: ClassVar[bool] = False
    kind: ClassVar[str] = "entry"

    def __post_init__(self) -> None:
        if self.empty_is and self.parse(UNKNOWN, datetime.min) is not None:
            raise ValueError(f"entry {self.name}: {UNKNOWN!r} is a value here, so it cannot mean that it is left empty")
        if self.empty_is:
            object.__setattr__(self, "hint", "if-unknown")
        if self.readback is not None:
            object.__setattr__(self, "readback", replace(self.readback, type_ahead=False))

    @property
    def type_ahead(self) -> bool:
        """Keys that were typed ahead never reach a personal entry."""
        return self.resumable

    @cached_property
    def resumable(self) -> bool:
        """Whether the answer may be given again for a caller who was cut off."""
        return not (self.personal or self.sealed)

    def decide(self, keys: str | None, failures: FailureCounts, now: datetime) -> tuple[Decision, str]:
        """The decision for the keys up to `#`, and the keys after it. `#` alone: more time, or left empty."""
        if keys is None:
            if self.empty_is and failures.no_inputs:
                return ("value", self.parse("", now)), ""
            return failures.judge("silence", self.tries), ""
        entry, rest = self._split(keys)
        if entry in self.keys:
            return self.keys[entry], rest
        if entry == "" and not self.empty_is:
            return ("more-time", None), rest
        value = self.parse("" if self.empty_is and entry == UNKNOWN else entry, now)
        if value is None:
            return failures.judge("wrong", self.tries), ""
        return ("secret" if self.personal else "sealed" if self.sealed else "value", value), rest

    def _split(self, keys: str) -> tuple[str, str]:
        head, mark, rest = keys.partition("#")
        if self.length and len(head) > self.length:
            return head[: self.length], head[self.length :] + mark + rest
        return head, rest


@dataclass(frozen=True)
class Recorded:
    """A recording as Twilio reports it: its id, its seconds if known, and the key that ended it, or ""."""

    id: str
    seconds: int | None
    key: str = ""


@dataclass(frozen=True)
class Record:
    """The caller's own words after a tone, until `#`, `timeout` seconds of silence, or `longest` seconds.

    Before the tone keys mean what they mean in a menu, so a caller who has not heard the notice to its end is not
    recorded. The answer is the recording's id, or None when nothing was said; `0` and `*` discard what was said.
    """

    name: str
    longest: int
    tries: int = TRIES
    timeout: int = NOTE_SECONDS
    bilingual: ClassVar[bool] = False
    type_ahead: ClassVar[bool] = False
    resumable: ClassVar[bool] = False
    kind: ClassVar[str] = "recording"
    ended_by: ClassVar[str] = "0*#"

    def decide(self, keys: str | None, failures: FailureCounts, now: datetime) -> tuple[Decision, str]:
        """The decision for a key before the tone. No key and no recording: nothing was said."""
        if keys is None:
            return ("value", None), ""
        return MENU_KEYS.get(keys[:1] or "#") or failures.judge("wrong", self.tries), ""

    def decide_recorded(self, recorded: Recorded) -> Decision:
        """The decision for a recording.

        Its seconds include the silence that ended it, so a recording that is no longer holds no words. One of unknown
        length may hold words.
        """
        if recorded.key in ("0", "*"):
            return MENU_KEYS[recorded.key]
        nothing = recorded.seconds is not None and recorded.seconds <= (0 if recorded.key else self.timeout)
        return "value", None if nothing else recorded.id


Prompt = Menu | Ask | Record
