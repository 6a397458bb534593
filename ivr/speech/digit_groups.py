"""Splits a number or reference into the groups in which it is read, with a pause after each."""

from __future__ import annotations

import re

import phonenumbers

KINDS = ("plain", "phone", "tail", "reference")
PHONES: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"1[3-9][0-9]{9}", (3, 4, 4)),  # a mainland mobile
    (r"[48]00[0-9]{7}", (3, 3, 4)),  # a 400 or 800 number
    (r"0(10|2[0-9])[0-9]{8}", (3, 4, 4)),  # Beijing and the other three-digit areas
    (r"0[0-9]{10,11}", (4, 4, 4)),
    (r"1[2][0-9]{9}", (1, 3, 3, 4)),  # +1, keyed with its 1
    (r"[0-9]{1,6}", (6,)),  # a hotline
)


def groups(value: str, kind: str) -> list[str]:
    """The digits (and X) of `value` in groups; a country code in front is not said."""
    kept = re.sub(r"[^0-9X]", "", value.upper())
    if kind == "phone":
        return _phone(value, kept)
    if kind == "reference":
        return _cut(kept, (4, 4, 1))
    return [kept]


def _phone(value: str, kept: str) -> list[str]:
    if value.startswith("+") and (written := _as_at_home(value)):
        return written
    bare = kept.removeprefix("86") if len(kept) == 13 else kept
    for pattern, sizes in PHONES:
        if re.fullmatch(pattern, bare):
            return _cut(bare, sizes)
    return _cut(bare, (4,) * (len(bare) // 4 + 1))


def _as_at_home(number: str) -> list[str]:
    """The groups of a number with country code, as they are written in that country."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return []
    return re.findall("[0-9]+", phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _cut(digits: str, sizes: tuple[int, ...]) -> list[str]:
    found, place = [], 0
    for size in (*sizes, len(digits)):
        if digits[place : place + size]:
            found.append(digits[place : place + size])
        place += size
    return found
