"""Running follow-ups: one thread for each outbox and each periodic task, all of them woken by writes to the database.

Several workers, on one machine or many, may run at once: each row is leased before it is handled (`outbox.lease`) or
cannot be handled twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ivr.config.logs import logger
from ivr.follow_up.context import Context
from ivr.follow_up.wake_up import WakeUp

PAUSE = 0.2
"""Seconds between two looks for due rows while there are writes."""


@dataclass(frozen=True)
class Outbox:
    """Rows that wait: `due` finds their ids in order of urgency, `handle` leases one and makes one try.

    At most `at_once` of them are handled at the same time: a client that hangs occupies one slot, not the outbox.
    """

    name: str
    due: Callable[[Context], list[str]]
    handle: Callable[[Context, str], None]
    at_once: int = 1


@dataclass(frozen=True)
class Periodic:
    """A task that runs again and again, with at least so many seconds between two runs."""

    name: str
    run: Callable[[Context], None]
    seconds: float


class Dispatcher:
    """The threads of one worker, until `stop` is set."""

    def __init__(self, context: Context, wake_up: WakeUp, stop: threading.Event) -> None:
        self._context, self._wake_up, self._stop = context, wake_up, stop
        self._running: set[tuple[str, str]] = set()
        self._changed = threading.Condition()

    def begin(self, outboxes: Sequence[Outbox], periodic: Sequence[Periodic]) -> None:
        """Start them all."""
        for outbox in outboxes:
            slots = threading.Semaphore(outbox.at_once)
            self._start(outbox.name, self._repeat, outbox.name, PAUSE, partial(self.start_due, outbox, slots))
        for task in periodic:
            self._start(task.name, self._repeat, task.name, task.seconds, partial(task.run, self._context))

    def start_due(self, outbox: Outbox, slots: threading.Semaphore) -> None:
        """Start a try of each due row, as soon as a slot is free; the most urgent row is chosen anew for each slot."""
        started: set[str] = set()
        while not self._stop.is_set():
            slots.acquire()
            row_id = None
            try:
                row_id = self._choose(outbox, started)
            finally:
                if row_id is None:
                    slots.release()
            if row_id is None:
                return
            started.add(row_id)
            self._start(f"{outbox.name} {row_id}", self._handle, outbox, row_id, slots)

    def drain(self, seconds: float) -> bool:
        """Wait for the tries that are running; False when time ran out, and then their leases end by themselves."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _choose(self, outbox: Outbox, started: set[str]) -> str | None:
        """The most urgent row that has not been started yet, marked as running."""
        with self._changed:  # before the query: what ends after it is not taken for due
            running = {row_id for name, row_id in self._running if name == outbox.name}
        for row_id in outbox.due(self._context):
            if row_id not in running | started:
                with self._changed:
                    self._running.add((outbox.name, row_id))
                return row_id
        return None

    def _handle(self, outbox: Outbox, row_id: str, slots: threading.Semaphore) -> None:
        try:
            outbox.handle(self._context, row_id)
        except Exception as error:  # the database, mostly; the row is due again when its lease ends
            logger("follow-up").error("try failed", outbox=outbox.name, row=row_id, type=type(error).__name__)
        finally:
            with self._changed:
                self._running.discard((outbox.name, row_id))
                self._changed.notify_all()
            slots.release()

    def _repeat(self, name: str, pause: float, run: Callable[[], None]) -> None:
        while not self._wake_up.wait(self._stop, pause):
            try:
                run()
            except Exception as error:  # the database may be away for a while
                logger("follow-up").error("look for work failed", outbox=name, type=type(error).__name__)

    def _start(self, name: str, run: Callable[..., None], *given: Any) -> None:
        threading.Thread(target=run, args=given, daemon=True, name=name).start()
