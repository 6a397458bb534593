"""Parsers of entries: the keys → a value, or None if they are no such value.

Pure functions of (keys, now). `keys` holds only 0-9 and `*`; the end key is already gone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime

MAX_KEYS = 40
"""More keys in one entry are a wrong entry: no answer needs them."""
SHORTEST_IDENTIFIER = 6
"""Digits of a telephone number or a wallet id, at least."""


def keys_of(raw: str | None) -> str:
    """Twilio's Digits → keys. Folds full-width forms; what no telephone can key becomes one "?", a wrong key."""
    folded = unicodedata.normalize("NFKC", raw or "").strip()
    if len(folded) > MAX_KEYS or any(key not in "0123456789*#" for key in folded):
        return "?"
    return folded


def are_digits(text: str) -> bool:
    """Whether a text has only the digits 0 to 9. (`isdigit` also takes superscripts and Arabic digits.)"""
    return text.isascii() and text.isdigit()


def amount(keys: str, now: datetime) -> int | None:
    """`68*50` → 6850 fen; `*` is the decimal point, at most two places, more than nothing."""
    yuan, _, rest = keys.partition("*")
    if not are_digits(yuan) or len(yuan) > 8 or len(rest) > 2 or (rest and not are_digits(rest)) or keys.count("*") > 1:
        return None
    return int(yuan) * 100 + int((rest or "0").ljust(2, "0")) or None


def day(keys: str, now: datetime) -> str | None:
    """MMDD → the latest such date that is not in the future, as `YYYY-MM-DD`."""
    if len(keys) != 4 or not are_digits(keys):
        return None
    for year in (now.year, now.year - 1, now.year - 2, now.year - 3, now.year - 4):
        try:
            found = date(year, int(keys[:2]), int(keys[2:]))
        except ValueError:
            continue
        if found <= now.date():
            return found.isoformat()
    return None


def clock(keys: str, now: datetime) -> str | None:
    """HHMM in 24 hours → `HH:MM`; nothing keyed → "" (unknown)."""
    if keys == "":
        return ""
    if len(keys) != 4 or not are_digits(keys) or int(keys[:2]) > 23 or int(keys[2:]) > 59:
        return None
    return f"{keys[:2]}:{keys[2:]}"


def document_tail(keys: str, now: datetime) -> str | None:
    """The last six characters of an identity document. A `*` at the end is X, the only letter there is."""
    folded = keys[:-1] + "X" if keys.endswith("*") else keys
    if len(folded) != 6 or not are_digits(folded[:-1]):
        return None
    return folded if are_digits(folded[-1]) or folded[-1] == "X" else None


def digits(count: int) -> Callable[[str, datetime], str | None]:
    """A parser of exactly so many digits: a code, a PIN, a reference."""
    return lambda keys, now: keys if len(keys) == count and are_digits(keys) else None


def phone_number(keys: str, now: datetime) -> str | None:
    """A telephone number that somebody called from, hotlines included: 3 to 15 digits."""
    return keys if 3 <= len(keys) <= 15 and are_digits(keys) else None


def identifier(keys: str, now: datetime) -> str | None:
    """A telephone number or a wallet id, as keyed: 6 to 15 digits."""
    return keys if SHORTEST_IDENTIFIER <= len(keys) <= 15 and are_digits(keys) else None
