"""How slow the outside (a wallet's API) has been lately, as one process saw it."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOW_SECONDS = 1.0
"""A request that took so many seconds counts as slow: callers then hear a word before the next one."""
REMEMBERED_SECONDS = 60.0
"""For so many seconds after a slow request callers hear that word, unless a quick one comes first."""


class OutsideLatency:
    """Whether the last request to the outside was slow. While it was, callers hear a word before the next request.

    Threads may share it. `clock` gives seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._slow_at: float | None = None

    def record(self, seconds: float) -> None:
        """Record how long a request took."""
        self._slow_at = self._clock() if seconds >= SLOW_SECONDS else None

    def is_slow(self) -> bool:
        """Whether a request was slow lately, and none has been quick since."""
        at = self._slow_at
        return at is not None and self._clock() < at + REMEMBERED_SECONDS
