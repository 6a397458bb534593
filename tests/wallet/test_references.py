"""A mistyped reference is detected by its check digit, before any look-up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wallet.references import is_valid, with_check_digit

EIGHT = st.text("0123456789", min_size=8, max_size=8)


@pytest.mark.parametrize("reference", ["202611017", "136695976", "129273398"])
def test_known_references_are_valid(reference):
    """One of the demo world, and two German VAT numbers, which are built by the same scheme."""
    assert with_check_digit(reference[:8]) == reference
    assert is_valid(reference)


@given(EIGHT, st.integers(0, 8), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(eight, place, by):
    """Any place, the check digit too; any other digit."""
    digits = list(with_check_digit(eight))
    digits[place] = str((int(digits[place]) + by) % 10)
    assert not is_valid("".join(digits))


@given(EIGHT, st.integers(0, 7))
def test_a_swap_of_neighbours_is_noticed_unless_they_follow_each_other(eight, place):
    """MOD 11,10 is blind for swaps like 4 and 5, or 9 and 0, only."""
    digits = list(with_check_digit(eight))
    first, second = digits[place : place + 2]
    digits[place : place + 2] = second, first
    assert first == second or (int(first) - int(second)) % 10 in (1, 9) or not is_valid("".join(digits))


def test_one_swap_in_forty_five_goes_unnoticed():
    """Counted over every state that the digits before can leave."""
    unnoticed = [
        (before, a, b)
        for before in range(100)
        for a in range(10)
        for b in range(a + 1, 10)
        if with_check_digit(f"{before:02d}{a}{b}0000")[8] == with_check_digit(f"{before:02d}{b}{a}0000")[8]
    ]
    assert len(unnoticed) == 100 * 45 / 45


@pytest.mark.parametrize("keyed", ["", "20261101", "2026110170", "20261101X", " 202611017", "２０２６１１０１７"])
def test_what_is_not_nine_digits_is_invalid(keyed):
    """Never an error, whatever was keyed; digits of other scripts are none."""
    assert not is_valid(keyed)


@pytest.mark.parametrize("eight", ["", "2026110", "202611017", "2026110a", "²0261101"])
def test_only_eight_digits_get_a_check_digit(eight):
    """Anything else is a mistake of ours, and says so."""
    with pytest.raises(ValueError, match="8 digits"):
        with_check_digit(eight)
