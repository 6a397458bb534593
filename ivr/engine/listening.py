"""Whether a caller can have heard what a key answers, and whether there was a key where Twilio tells of none.

Theory. Twilio hands a key that was pressed too early to the next `<Gather>`, or loses it, and never says when it was pressed.
But between our document and the request that answers it lies at least what a person needs to take the question in, and a
silence is at least as long as its time-out. Both are lower bounds: a slow network can only make a key look later.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr.engine.prompts import Ask, Decision, Menu
from ivr.engine.waits import Wait

TAKEN_IN = 1.0
"""Seconds from our document to the earliest answer to it: the first sound is fetched, and a word or two are heard."""
FASTEST = 0.5
"""No voice needs less than this part of the time that the model of speech gives it."""
JITTER = 0.5
"""Seconds by which a time-out may come early, and the clocks of two machines may differ."""
ANSWERS = ("value", "secret", "sealed", "wrong", "gave-up")
"""What an early key must not be taken for; a person, back, slower and the like mean the same at every question."""


def is_pound_alone(wait: Wait, keys: str | None, elapsed: float | None) -> bool:
    """Twilio takes `#` as the first key of an entry for silence, but this silence was shorter than the time-out."""
    return keys is None and elapsed is not None and isinstance(wait.prompt, Ask) and elapsed < wait.timeout - JITTER


def is_unheard(wait: Wait, decision: Decision, keys: str | None, elapsed: float | None, before: Callable[[Wait], float]) -> bool:  # fmt: skip
    """Whether this answers a question that cannot have been heard yet. `before`: the seconds of what is said before it."""
    if elapsed is None or keys is None:
        return False
    if isinstance(wait.prompt, Ask) and keys.startswith("#"):  # out of habit, after what needed none
        return elapsed < TAKEN_IN
    if wait.prompt.type_ahead or decision[0] not in ANSWERS:
        return False
    return elapsed < TAKEN_IN or (isinstance(wait.prompt, Menu) and elapsed < TAKEN_IN + FASTEST * before(wait))
