"""Keys that came too early to answer the question that was asked, and `#` keys that Twilio reports as silence.

Twilio gives a key that was pressed too early to the next `<Gather>`, or loses it, and never says when it was pressed.
But a person needs a least time between our document and the request that answers it, and a silence lasts at least as
long as its timeout. Both are lower bounds: a slow network can only make a key look later.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr.engine.prompts import Ask, Decision, Menu
from ivr.engine.waits import Wait

REACTION_SECONDS = 1.0
"""The least time from our document to an answer: the first sound is fetched, and a word or two are heard."""
FASTEST_SPEECH = 0.5
"""The least part of the modelled speaking time that a voice needs."""
JITTER_SECONDS = 0.5
"""How early a timeout may arrive, including the difference between two machines' clocks."""
ANSWERS = ("value", "secret", "sealed", "wrong", "gave-up")
"""Decisions that an early key must not cause. A person, back, slower and the like mean the same at every question."""


def is_lone_pound(wait: Wait, keys: str | None, elapsed: float | None) -> bool:
    """Whether a reported silence was a `#` as the first key of an entry: it was shorter than the timeout."""
    if keys is not None or elapsed is None or not isinstance(wait.prompt, Ask):
        return False
    return elapsed < wait.timeout - JITTER_SECONDS


def is_early(
    wait: Wait, decision: Decision, keys: str | None, elapsed: float | None, context_seconds: Callable[[Wait], float]
) -> bool:
    """Whether the keys answer a question that the caller cannot have heard yet.

    `elapsed`: seconds since our document, None where nobody knows. `context_seconds`: how long the words before the
    question take.
    """
    if elapsed is None or keys is None:
        return False
    if isinstance(wait.prompt, Ask) and keys.startswith("#"):  # a habit, after an entry of fixed length
        return elapsed < REACTION_SECONDS
    if wait.prompt.type_ahead or decision[0] not in ANSWERS:
        return False
    if elapsed < REACTION_SECONDS:
        return True
    return isinstance(wait.prompt, Menu) and elapsed < REACTION_SECONDS + FASTEST_SPEECH * context_seconds(wait)
