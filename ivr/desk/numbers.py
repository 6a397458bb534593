"""Keyed telephone numbers → E.164, by the rules that the prompts speak."""

from __future__ import annotations

import re

import phonenumbers


def candidates(keyed: str) -> list[str]:
    """What the keys may mean, likeliest first: a mobile, a +1 number, a landline with its 0, another country, a wallet id."""
    keyed = re.sub("^00", "", keyed)
    found = []
    if re.fullmatch(r"1[3-9]\d{9}", keyed):
        found.append("+86" + keyed)
    if re.fullmatch(r"1[2-9]\d{9}", keyed):
        found.append("+" + keyed)
    if re.fullmatch(r"0[1-9]\d{8,11}", keyed):
        found.append("+86" + keyed[1:])
    if re.fullmatch(r"[1-9]\d{9,14}", keyed):
        found.append("+" + keyed)
    return [*dict.fromkeys(found), keyed]


def dialable(keyed: str) -> str | None:
    """The one number to call back, or None when none of its readings can be a number."""
    readings = (number for number in candidates(keyed) if number.startswith("+"))
    return next((number for number in readings if phonenumbers.is_possible_number(phonenumbers.parse(number))), None)
