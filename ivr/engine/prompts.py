"""Prompts: what is asked, as data. Raw keys become a decision here, and nowhere else.

Only the decision is journaled, so options may be reordered and texts, lengths and tries edited while
calls are running. A prompt's `name` is its fingerprint and the id of its words in the catalogues.
The key of an option is its position; nobody types "press 1" by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

Decision = tuple[str, Any]
"""(kind, value): value · secret · sealed · silence · wrong · gave-up · repeat · more-time · slower · language · clear · agent · back · main."""

MENU_KEYS: dict[str, Decision] = {
    "0": ("agent", None), "*": ("back", None), "#": ("repeat", None), "8": ("slower", None), "9": ("language", None),
}  # fmt: skip
ENTRY_KEYS: dict[str, Decision] = {
    "0": ("agent", None), "*": ("clear", None), "**": ("main", None), "*8": ("slower", None), "*9": ("language", None),
}  # fmt: skip
UNKNOWN = "1"
"""With `#` after it, the answer "I do not know" to an entry that may be left empty. A `#` alone would be simpler, and Twilio
does not tell of it: a first key that is the finish key is silence (`<Gather>`)."""


@dataclass(frozen=True)
class Tries:
    """Failures at one prompt so far; silence and wrong keys count apart, and success forgets both."""

    silences: int = 0
    wrongs: int = 0

    def after(self, decision: Decision) -> Tries:
        """The count after one more decision."""
        kind, _ = decision
        if kind == "silence":
            return Tries(self.silences + 1, self.wrongs)
        return Tries(self.silences, self.wrongs + 1) if kind == "wrong" else self

    def judge(self, failure: str, most: int) -> Decision:
        """The failure itself, or giving up at the `most`-th one of its kind."""
        count = self.silences if failure == "silence" else self.wrongs
        return ("gave-up", failure) if count + 1 >= most else (failure, None)


@dataclass(frozen=True)
class Menu:
    """A choice by one key. `options` are names in the order in which they are offered (at most 7).

    `fleeting`: the answer holds for its moment only, and is never given again for a caller who was cut off.
    """

    name: str
    options: tuple[str, ...]
    tries: int = 3
    timeout: int = 6
    offer_agent: bool = True
    offer_language: bool = False
    type_ahead: bool = True
    bilingual: bool = False
    fleeting: bool = False
    kind: ClassVar[str] = "menu"

    def __post_init__(self) -> None:
        if not 1 <= len(self.options) <= 7 or len(set(self.options)) != len(self.options):
            raise ValueError(f"menu {self.name}: 1 to 7 different options (8, 9 and 0 are taken), not {self.options}")

    @cached_property
    def plain(self) -> bool:
        """Whether an answer to this may be given again in another call."""
        return not (self.fleeting or self.bilingual)

    def offering(self, options: tuple[str, ...]) -> Menu:
        """The same question with other options, or with the same in another order."""
        return replace(self, options=options)

    def decide(self, keys: str | None, tries: Tries, now: datetime) -> tuple[Decision, str]:
        """The first key → a decision; what was typed ahead is returned with it."""
        if keys is None:
            return tries.judge("silence", self.tries), ""
        if keys == "":
            return ("repeat", None), ""
        key, rest = keys[0], keys[1:]
        if key in MENU_KEYS and not (key == "9" and self.bilingual):
            return MENU_KEYS[key], rest
        if key in "123456789" and 1 <= int(key) <= len(self.options):
            return ("value", self.options[int(key) - 1]), rest
        return tries.judge("wrong", self.tries), ""


@dataclass(frozen=True)
class Confirm(Menu):
    """Yes is 1 and no is 2. `acts`: a yes does something, so no key from before it was heard may answer it."""

    options: tuple[str, ...] = ("yes", "no")
    acts: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "type_ahead", self.type_ahead and not self.acts)

    @cached_property
    def plain(self) -> bool:
        """The same; never to what does something."""
        return not (self.fleeting or self.bilingual or self.acts)


@dataclass(frozen=True)
class Ask:
    """An entry of digits, ended by `#` or by its fixed length.

    `personal`: the value is a Secret of this turn; `sealed`: it is kept encrypted and may be spoken back.
    `readback`: a Confirm that follows the entry, to be heard first; `2` or `*` there asks again. `empty_is`: it may be left empty, by `1#`
    or by silence after "take your time"; the parser makes a value of "".
    """

    name: str
    parse: Callable[[str, datetime], Any]
    length: int | None = None
    tries: int = 3
    timeout: int = 10
    personal: bool = False
    sealed: bool = False
    empty_is: bool = False
    readback: Confirm | None = None
    keys: dict[str, Decision] = field(default_factory=lambda: ENTRY_KEYS, hash=False)
    bilingual: ClassVar[bool] = False
    kind: ClassVar[str] = "entry"

    def __post_init__(self) -> None:
        if self.empty_is and self.parse(UNKNOWN, datetime.min) is not None:
            raise ValueError(f"entry {self.name}: {UNKNOWN!r} is a value here, so it cannot mean that it is left empty")
        if self.readback is not None:
            object.__setattr__(self, "readback", replace(self.readback, type_ahead=False))

    @property
    def type_ahead(self) -> bool:
        """Nothing typed ahead reaches a personal entry."""
        return self.plain

    @cached_property
    def plain(self) -> bool:
        """Whether an answer to this may be given again in another call."""
        return not (self.personal or self.sealed)

    def decide(self, keys: str | None, tries: Tries, now: datetime) -> tuple[Decision, str]:
        """The keys up to `#` → a decision. A bare `#` that does arrive is "more time", or leaves the entry empty."""
        if keys is None:
            if self.empty_is and tries.silences:
                return ("value", self.parse("", now)), ""
            return tries.judge("silence", self.tries), ""
        entry, rest = self._split(keys)
        if entry in self.keys:
            return self.keys[entry], rest
        if entry == "" and not self.empty_is:
            return ("more-time", None), rest
        value = self.parse("" if self.empty_is and entry == UNKNOWN else entry, now)
        if value is None:
            return tries.judge("wrong", self.tries), ""
        return ("secret" if self.personal else "sealed" if self.sealed else "value", value), rest

    def _split(self, keys: str) -> tuple[str, str]:
        head, mark, rest = keys.partition("#")
        if self.length and len(head) > self.length:
            return head[: self.length], head[self.length :] + mark + rest
        return head, rest


@dataclass(frozen=True)
class Recorded:
    """What the telephone company says of a recording: its id, its seconds if it knows, and the key that ended it, if one did."""

    id: str
    seconds: int | None
    key: str = ""


@dataclass(frozen=True)
class Record:
    """The caller's own words after a tone, until `#`, `timeout` seconds of silence, or `longest` seconds.

    Before the tone keys mean what they mean in a menu, so nobody is recorded who has not heard the notice to its
    end. The answer is the recording's id, or None when nothing was said; `0` and `*` leave what was said behind.
    """

    name: str
    longest: int = 60
    tries: int = 3
    timeout: int = 5
    bilingual: ClassVar[bool] = False
    type_ahead: ClassVar[bool] = False
    plain: ClassVar[bool] = False
    kind: ClassVar[str] = "recording"
    ended_by: ClassVar[str] = "0*#"

    def decide(self, keys: str | None, tries: Tries, now: datetime) -> tuple[Decision, str]:
        """A key before the tone → a decision; no key and no recording: nothing was said."""
        if keys is None:
            return ("value", None), ""
        return MENU_KEYS.get(keys[:1] or "#") or tries.judge("wrong", self.tries), ""

    def heard(self, recorded: Recorded) -> Decision:
        """A recording → a decision. Its seconds count the silence that ended it, so no more than that is nothing.

        Where nobody knows its length there may be words in it.
        """
        if recorded.key in ("0", "*"):
            return MENU_KEYS[recorded.key]
        nothing = recorded.seconds is not None and recorded.seconds <= (0 if recorded.key else self.timeout)
        return "value", None if nothing else recorded.id


Prompt = Menu | Ask | Record
