"""How the transcript of the browser phone shows keys."""

from __future__ import annotations

import pytest

from ivr.simulator.browser_phone.transcript import Transcript
from ivr.simulator.twiml.speech import Speech


def keyed(*lines):
    """A transcript of (keys, the turn that takes them), each answered by the line."""
    transcript = Transcript()
    for keys, turn in lines:
        transcript.key(keys, turn)
        transcript.hear("line", Speech("Thank you."), turn, slow=False)
    return transcript


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ({2}, ["1", "••••••", "2264913", "1"]),
        ({4}, ["1", "306128", "•••••••", "1"]),
        ({5}, ["1", "306128", "2264913", "•"]),
        (set(), ["1", "306128", "2264913", "1"]),
    ],
)
def test_personal_entries_are_masked_also_when_they_were_typed_ahead(secret, shown):
    """The 2 chose the PIN (turn 3), and the PIN came with it (turn 4)."""
    transcript = keyed(("1", 1), ("306128", 2), ("2264913", 3), ("1", 5))
    assert transcript.hide(secret) == bool(secret)
    assert [line["text"] for line in transcript.shown() if line["who"] == "caller"] == shown
    assert not transcript.hide(secret)


def test_the_last_keys_of_a_call_may_have_been_typed_ahead_too():
    """Nothing comes after them that would say where they end."""
    transcript = keyed(("1", 1), ("2264913", 2))
    transcript.hide({3})
    assert [line["text"] for line in transcript.shown() if line["who"] == "caller"] == ["1", "•••••••"]


def test_keys_that_wait_for_an_answer_stay_one_line_of_the_first_turn_that_takes_them():
    """The answer to the first may come while the next is being keyed."""
    transcript = Transcript()
    transcript.key("19900000051#", 1)
    transcript.key("21403*", 2)
    transcript.hide({1})
    assert transcript.shown()[0]["text"] == "•" * 11 + "#" + "•" * 6
