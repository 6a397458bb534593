"""How quick the outside has been lately, as one process saw it."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOW_SECONDS = 1.0
REMEMBERED_SECONDS = 60.0


class Pace:
    """The last wait for the outside. While that was a long one, callers hear a word before the next; threads may share it.

    `clock` gives seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._slow_at: float | None = None

    def took(self, seconds: float) -> None:
        """One more wait is over."""
        self._slow_at = self._clock() if seconds >= SLOW_SECONDS else None

    def is_slow(self) -> bool:
        """Whether somebody waited long just now, and nobody has had a quick answer since."""
        at = self._slow_at
        return at is not None and self._clock() < at + REMEMBERED_SECONDS
