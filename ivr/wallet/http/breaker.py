"""A circuit breaker: the line stops asking a wallet that is down, so that callers do not wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ivr.config.logs import logger
from ivr.engine.errors import Unavailable

FAILURES = 5
"""Failed requests in a row after which the wallet's API is not asked for a while."""
PAUSE_SECONDS = 10.0
"""For so many seconds; then one request tries it."""


class Breaker:
    """Opens after `failures` in a row; after `pause` seconds one request may try, and its outcome decides.

    One for each API and process. `clock` gives seconds that only go forward.
    """

    def __init__(
        self, failures: int = FAILURES, pause: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures, self._pause, self._clock = failures, pause, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._opened: float | None = None

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Around one request: Unavailable at once while open, and Unavailable from inside counts as a failure."""
        self._enter()
        try:
            yield
        except BaseException:
            self._failure()
            raise
        self._success()

    def _enter(self) -> None:
        with self._lock:
            if self._opened is None:
                return
            if self._clock() < self._opened + self._pause:
                raise Unavailable("the wallet's API failed again and again; it is left alone for a while")
            self._opened = self._clock()  # half open: this one tries, the next ones wait for it another pause

    def _failure(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._failures:
                self._opened = self._clock()
                logger("wallet").error("a wallet's API is left alone", failures=self._failed, seconds=self._pause)

    def _success(self) -> None:
        with self._lock:
            self._failed, self._opened = 0, None
