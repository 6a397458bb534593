"""Rounds: the worker looks again and again for what has fallen due. Each has a thread of its own, so none waits for another.

Where nobody has written since its last time, a round rests longer. Several workers may walk at once: what a round does is taken row by row (`tries.take`) or cannot be done twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ivr.callbacks.dialler import ring_due
from ivr.cases.overdue import find_overdue
from ivr.config.logs import logger
from ivr.follow_up.bell import Bell
from ivr.follow_up.deliveries import deliver_due
from ivr.follow_up.jobs import Surroundings
from ivr.follow_up.messages import send_due
from ivr.privacy.retention import forget_old
from ivr.voice_notes.keeping import settle_due


@dataclass(frozen=True)
class Round:
    """What is done, and the least seconds between one time and the next."""

    name: str
    walk: Callable[[Surroundings], None]
    seconds: float


ROUNDS = (
    Round("texts", send_due, 1.0),
    Round("deliveries", deliver_due, 2.0),
    Round("callbacks", ring_due, 2.0),
    Round("recordings", settle_due, 2.0),
    Round("overdue", find_overdue, 60.0),
    Round("retention", forget_old, 3600.0),
)


def begin(here: Surroundings, bell: Bell, stop: threading.Event) -> None:
    """Walk all of them until told to stop."""
    for one in ROUNDS:
        threading.Thread(target=_again_and_again, args=(one, here, bell, stop), daemon=True, name=one.name).start()


def _again_and_again(one: Round, here: Surroundings, bell: Bell, stop: threading.Event) -> None:
    while not bell.rest(stop, one.seconds):
        try:
            one.walk(here)
        except Exception as error:  # the database may be away for a while; the next round sees
            logger("follow-up").error("round failed", round=one.name, type=type(error).__name__)
