"""Jobs: what the worker runs. A room declares its own in its `follow_ups.py`, which the worker imports.

    @job("after_call")
    def after_call(desk: Surroundings, call_sid: str) -> None:
        '''Close the books on a call.'''

A job runs at least once, as one step with retries; it finds out from our tables what is left to do. DBOS is told of all
jobs by the worker, when it starts; nobody else needs to import it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.follow_up.recordings import Recordings
from ivr.follow_up.sms import Provider
from ivr.follow_up.telephone import Telephone

ATTEMPTS, FIRST_PAUSE, GROWTH = 6, 2.0, 3.0  # about four minutes in all, for a database that is away


@dataclass(frozen=True)
class Surroundings:
    """What a job may use."""

    engine: sa.Engine
    settings: Settings
    provider: Provider
    clock: Callable[[sa.Connection], datetime]
    """Business time: the lab's in the lab."""
    machine: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The machine's time, by which things are tried again."""
    telephone: Telephone | None = None
    """What rings callbacks."""
    recordings: Recordings | None = None
    """Where voice notes come from."""


_here: list[Surroundings] = []
_jobs: dict[str, Callable[..., Any]] = {}
_told: set[str] = set()


def settle(surroundings: Surroundings) -> None:
    """Give this process's jobs their surroundings."""
    _here[:] = [surroundings]


def job(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a job by the name that `enqueue` uses."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        _jobs[name] = function
        return function

    return declare


def tell_dbos() -> None:
    """Of every job that was declared, once a process."""
    for name in _jobs.keys() - _told:
        _tell(name)
        _told.add(name)


def _tell(name: str) -> None:
    from dbos import DBOS

    @DBOS.step(
        name=f"{name}.step",
        retries_allowed=True,
        max_attempts=ATTEMPTS,
        interval_seconds=FIRST_PAUSE,
        backoff_rate=GROWTH,
    )
    def step(*ids: str) -> None:
        _jobs[name](_here[0], *ids)

    @DBOS.workflow(name=name)
    @wraps(_jobs[name])
    def workflow(*ids: str) -> None:
        step(*ids)


def import_jobs() -> list[str]:
    """Import every room's `follow_ups.py`, and our own messages."""
    ivr = Path(__file__).parent.parent
    names = ["ivr.follow_up.messages"] + [
        f"ivr.{p.parent.name}.follow_ups" for p in sorted(ivr.glob("*/follow_ups.py"))
    ]
    for name in names:
        import_module(name)
    return names
