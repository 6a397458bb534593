"""When the worker looks for work: soon after somebody has written to the database, and every few seconds all the same.

What was promised lies in a database, so looking for it is asking again and again, and most of what is asked is dear: each
question of DBOS's is a transaction. One question is cheap: has anybody written since? The dear ones wait for its answer. It
needs no help from those who write, neither here nor on another machine, and a write that it missed is found a little later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, _dbos

from ivr.storage.database import ChangeDetector

LONGEST = 3.0
"""Seconds for what falls due by itself, as a next try does: nobody writes then. DBOS's background jobs rest with a lock in
their hands that PostgreSQL takes from them after five."""
FRESH, STALE = 0.1, 0.5
"""Seconds for which one answer does for every thread, while there are writes and while there are none."""
_queue_thread = _dbos.queue_thread


class Bell:
    """Rung by every write to the database."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._written, self._clock = ChangeDetector(engine), clock
        self._asking = threading.Lock()
        self._mark: Any = None
        self._asked, self._pause = 0.0, FRESH
        self._seen: dict[int, Any] = {}

    def rest(self, stop: threading.Event, seconds: float) -> bool:
        """Wait so long, then on until somebody has written since this thread last rested; True when it is to stop."""
        until = self._clock() + max(seconds, LONGEST)
        while not stop.wait(seconds):
            seconds, mark = max(seconds, STALE), self._now()
            if mark != self._seen.get(threading.get_ident()) or self._clock() >= until:
                self._seen[threading.get_ident()] = mark
                return False
        self._written.close()
        return True

    def _now(self) -> Any:
        with self._asking:
            if self._clock() >= self._asked + self._pause:
                before, self._mark = self._mark, self._ask()
                self._pause = FRESH if self._mark != before else min(2 * self._pause, STALE)
                self._asked = self._clock()
            return self._mark

    def _ask(self) -> Any:
        try:
            return self._written.version()
        except Exception:  # the database is away; whoever looks for work finds out, and says so
            return object()


class Rested:
    """A stop event of DBOS's, for threads of its that look for work each time they have waited for it."""

    def __init__(self, bell: Bell, stop: threading.Event) -> None:
        self._bell = bell
        self.is_set, self.set = stop.is_set, stop.set
        self._stop = stop

    def wait(self, timeout: float) -> bool:
        """As long as it wants, and on; not at all where it only asks whether to stop."""
        return self._bell.rest(self._stop, timeout) if timeout > 0 else self._stop.is_set()


def listen(dbos: DBOS, bell: Bell) -> None:
    """Let its queues wait for the bell; it knows only intervals. To be called before its launch."""
    _dbos.queue_thread = lambda stop, here: _queue_thread(Rested(bell, stop), here)  # type: ignore[arg-type, assignment]
    dbos._background_jobs_stop_event = Rested(bell, dbos._background_jobs_stop_event)  # type: ignore[assignment]
