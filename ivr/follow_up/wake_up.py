"""Waiting for work: the worker looks soon after a write to the database, and every few seconds in any case.

Rows fall due in the database, so looking for them is polling. The queries for due rows are dear compared with one that
asks only whether anybody has written since; they wait for that one's answer. Writers have nothing to do for it, on this
machine or another, and a write that it misses is found a little later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from ivr.storage.database import ChangeDetector

LONGEST_WAIT = 3.0
"""Seconds until a look without a write: the next try of a row falls due by time alone."""
FRESH, STALE = 0.1, 0.5
"""Seconds for which one answer serves all threads: while there are writes, and while there are none."""


class WakeUp:
    """Ends the waits of all threads when somebody has written to the database."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._changes, self._clock = ChangeDetector(engine), clock
        self._asking = threading.Lock()
        self._version: Any = None
        self._asked, self._pause = 0.0, FRESH
        self._seen: dict[int, Any] = {}

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait so long, then until a write since this thread's last wait, or LONGEST_WAIT; True when `stop` is set."""
        until = self._clock() + max(seconds, LONGEST_WAIT)
        while not stop.wait(seconds):
            seconds, version = max(seconds, STALE), self._now()
            if version != self._seen.get(threading.get_ident()) or self._clock() >= until:
                self._seen[threading.get_ident()] = version
                return False
        self._changes.close()
        return True

    def _now(self) -> Any:
        with self._asking:
            if self._clock() >= self._asked + self._pause:
                before, self._version = self._version, self._ask()
                self._pause = FRESH if self._version != before else min(2 * self._pause, STALE)
                self._asked = self._clock()
            return self._version

    def _ask(self) -> Any:
        try:
            return self._changes.version()
        except Exception:  # the database is away; the query for due rows finds that out and logs it
            return object()
