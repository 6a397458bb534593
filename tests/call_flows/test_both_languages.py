"""A dialogue in one language proves the words of the other, too."""

from __future__ import annotations

import pytest


def test_words_that_the_other_language_does_not_say_are_found(caller):
    """Else a test that is held in one language would pass whatever the other one says."""
    caller.calls().is_told("账户安全", "account security")
    words = ("账户安全", "no such words") if caller.lang == "zh" else ("no such words", "account security")
    with pytest.raises(AssertionError, match="'no such words' is not what the other language says"):
        caller.is_told(*words)


def test_a_label_that_the_other_language_does_not_have_is_found(caller):
    """Before the key is pressed."""
    words = ("账户安全", "no such label") if caller.calls().lang == "zh" else ("no such label", "account security")
    with pytest.raises(AssertionError, match="'no such label' is not what the other language says"):
        caller.picks(*words)
