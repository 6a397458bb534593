"""Checks of JSON documents: each error says where the document is wrong, what came, and what to write instead.

A check is called with a path (`customers[2].wallet`) and a value, and raises DocumentError. What
identifies a person (a PIN, the tail of an ID) is checked like the rest, and never repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

Check = Callable[[str, Any], None]
LONGEST_SHOWN = 40
"""Characters of a wrong value that an error shows."""
YEARS = range(1970, 3000)  # beyond them, other zones and promised days fall off the calendar


class DocumentError(ValueError):
    """A JSON document is invalid. The message says where, what came, and what to write instead."""


def refuse(path: str, value: Any, write: str) -> NoReturn:
    """Raise DocumentError in the common form of all messages."""
    raise DocumentError(f"{path or 'the document'} is {shown(value)}; write {write}")


def shown(value: Any) -> str:
    """The value, shortened to fit a line; of an object or a list only its kind."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def matching(pattern: str, write: str) -> Check:
    """Check for a text that matches the whole pattern."""
    known = re.compile(pattern, re.ASCII)

    def check(path: str, value: Any) -> None:
        if not isinstance(value, str) or not known.fullmatch(value):
            refuse(path, value, write)

    return check


def parsed(parse: Callable[[str], object], write: str) -> Check:
    """Check for a text that `parse` accepts."""

    def check(path: str, value: Any) -> None:
        try:
            good = isinstance(value, str) and parse(value)
        except (ValueError, LookupError, OSError):  # a zone's name may also be a folder, or lead out of it
            good = False
        if not good:
            refuse(path, value, write)

    return check


def is_moment(text: str) -> bool:
    """Whether it is an ISO 8601 time with an offset, in years that all time zones and date sums support."""
    moment = datetime.fromisoformat(text)
    return moment.utcoffset() is not None and moment.year in YEARS


def _is_day(text: str) -> bool:
    return len(text) == len("2026-11-23") and date.fromisoformat(text).year in YEARS


text = matching(r"(?s).*\S.*", "a text")
clock = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", 'a time of day such as "17:00"')
moment = parsed(is_moment, 'a time with an offset such as "2026-11-23T10:00:00+08:00"')
day = parsed(_is_day, 'a date such as "2026-11-23"')
zone = parsed(ZoneInfo, 'the name of a time zone such as "Asia/Shanghai"')
address = matching(
    r"\+?[0-9]{3,15}|(sip|sips|tel|client):[^\s@;?]\S{0,100}",
    'a number such as "+864000000101" or "4000000101", or an address such as "sip:line@example.com"',
)
number = matching(r"\+[0-9]{3,15}", 'a number such as "+864000000101"')


def whole(path: str, value: Any) -> None:
    """An integer, however odd: figures are a scene."""
    if not isinstance(value, int) or isinstance(value, bool):
        refuse(path, value, "a whole number (amounts are in fen)")


def truth(path: str, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        refuse(path, value, "true or false")


def one_of(*choices: str) -> Check:
    """One of these texts."""

    def check(path: str, value: Any) -> None:
        if value not in choices:
            refuse(path, value, f"one of: {', '.join(choices)}")

    return check


def optional(inner: Check) -> Check:
    """This, or nothing at all; null is not nothing, since a default would not stand in for it."""

    def check(path: str, value: Any) -> None:
        inner(path, value)

    check.optional = True  # type: ignore[attr-defined]
    return check


def maybe(inner: Check) -> Check:
    """This, or null, or nothing at all."""

    def check(path: str, value: Any) -> None:
        if value is not None:
            inner(path, value)

    return optional(check)


def personal(inner: Check, write: str) -> Check:
    """This, without repeating what came."""

    def check(path: str, value: Any) -> None:
        try:
            inner(path, value)
        except DocumentError:
            raise DocumentError(f"{path} does not fit (what came is not repeated); write {write}") from None

    return check


def each(inner: Check, least: int = 0) -> Check:
    """A list of these."""

    def check(path: str, value: Any) -> None:
        if not isinstance(value, list) or len(value) < least:
            refuse(path, value, f"a list of {least} or more" if least else "a list")
        for place, one in enumerate(value):
            inner(f"{path}[{place}]", one)

    return check


def either(table: Check, other: Check) -> Check:
    """An object that fits the one, or anything else that fits the other."""

    def check(path: str, value: Any) -> None:
        (table if isinstance(value, dict) else other)(path, value)

    return check


def having(**fields: Check) -> Check:
    """Check for an object with these fields; further fields are ignored."""

    def check(path: str, value: Any) -> None:
        if not isinstance(value, dict):
            refuse(path, value, f"an object with {', '.join(fields)}")
        for name, inner in fields.items():
            here = f"{path}.{name}" if path else name
            if name in value:
                inner(here, value[name])
            elif not hasattr(inner, "optional"):
                raise DocumentError(f"{here} is missing; write it as the demo world does (ivr/lab/default_world.json)")

    return check
