"""Reference numbers that a caller can key and hear: eight digits and a check digit.

ISO 7064, hybrid system MOD 11,10. It catches every wrong digit, and every swap of two neighbours but one pair
in 45: which pair, depends on the digits before, and it is always of digits that follow each other (9 and 0 do).
"""

from __future__ import annotations

DIGITS = 8


def with_check_digit(eight: str) -> str:
    """Nine digits, the last of them computed; ValueError unless eight digits came."""
    if not _is_digits(eight, DIGITS):
        raise ValueError(f"a reference begins with {DIGITS} digits 0-9, not {eight!r}")
    return f"{eight}{(11 - _state(eight)) % 10}"


def is_valid(reference: str) -> bool:
    """Whether these are nine digits and the last one fits; False for anything else, never an error."""
    return _is_digits(reference, DIGITS + 1) and with_check_digit(reference[:DIGITS]) == reference


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def _state(digits: str) -> int:
    """The product of ISO 7064 after these digits: 1 to 10."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return product
