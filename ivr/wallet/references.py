"""Reference numbers that a caller can key and hear: digits and a check digit.

ISO 7064, hybrid system MOD 11,10. It catches every wrong digit, and every swap of two neighbours but one pair
in 45: which pair, depends on the digits before, and it is always of digits that follow each other (9 and 0 do).
"""

from __future__ import annotations

REFERENCE_DIGITS = 9
"""The length of a reference, its check digit included. The words say it: `case-reference` in the prompts."""


def with_check_digit(drawn: str) -> str:
    """A reference from all its digits but the last, which is computed; ValueError unless so many digits came."""
    if not _is_digits(drawn, REFERENCE_DIGITS - 1):
        raise ValueError(f"a reference begins with {REFERENCE_DIGITS - 1} digits 0-9, not {drawn!r}")
    return f"{drawn}{(11 - _state(drawn)) % 10}"


def is_valid(reference: str) -> bool:
    """Whether these are the digits of a reference and the last one fits; False for anything else, never an error."""
    return _is_digits(reference, REFERENCE_DIGITS) and with_check_digit(reference[:-1]) == reference


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def _state(digits: str) -> int:
    """The product of ISO 7064 after these digits: 1 to 10."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return product
