"""What a turn needs from its surroundings, made once a process after the fork."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.claims import Worker
from ivr.engine.errors import Unavailable
from ivr.engine.hot_path import CompiledStatement, GroupCommit, ReadConnections
from ivr.engine.outside_latency import OutsideLatency
from ivr.engine.secrets import Sealer
from ivr.engine.speaking import Speaker

RootFlow = Callable[[Any], Coroutine[Any, Any, Any]]
"""The flow that a call begins with, or one that takes the call over: an `async def` of the `Call`."""


class FollowUps(Protocol):
    """What happens after a turn: promised in its transaction, done by the worker."""

    def send(self, conn: sa.Connection, message_id: str, delay: timedelta = timedelta(0)) -> None:
        """A text, by the id of its message, after so long."""

    def job(self, conn: sa.Connection, name: str, *ids: str, delay: float = 0) -> None:
        """A job by its name, in at least so many seconds."""


class Runtime(msgspec.Struct, frozen=True):
    """The database, the words, the stories, and the places for those who wait for the outside.

    `release` names the code that plays; `turns_a_call` and `turns_a_rescue` are more than any conversation needs.
    `watch` tells the seconds by which it is measured how soon a key came, None where nobody knows.
    `switched` tells the story that operations put in the place of the call's own; asked when `look` says so.
    `caller_id` tells which of our numbers an agent sees, by the facts of the call.
    """

    engine: sa.Engine
    settings: Settings
    sealer: Sealer
    speaker: Speaker
    worker: Worker
    group_commit: GroupCommit
    read_connections: ReadConnections
    root_flows: Mapping[str, RootFlow]
    clock: Callable[[sa.Connection], datetime]
    wallets: object
    follow_up: FollowUps
    agents_on_duty: Callable[[sa.Connection], Sequence[str]]
    switched: Callable[[sa.Connection, dict[str, Any]], tuple[str, dict[str, Any]] | None]
    caller_id: Callable[[Mapping[str, Any]], str]
    base_url: str
    log: Any
    state_query: CompiledStatement = journal.STATE_QUERY
    release: str | None = None
    turns_a_call: int = 200
    turns_a_rescue: int = 40
    watch: Callable[[], float | None] = lambda: None
    touches: threading.BoundedSemaphore = msgspec.field(default_factory=lambda: threading.BoundedSemaphore(8))
    outside_latency: OutsideLatency = msgspec.field(default_factory=OutsideLatency)

    def for_call(self, key: str | None) -> Runtime:
        """The same for one call: what it seals and opens has the call's own key, if there is one."""
        if key is None:
            return self
        sealer = self.sealer.for_call(key)
        return replace(self, sealer=sealer, speaker=replace(self.speaker, unseal=sealer.open))

    @contextmanager
    def touch_slot(self) -> Iterator[None]:
        """At most half of the threads may wait for the outside; the next one is told so at once."""
        if not self.touches.acquire(blocking=False):
            raise Unavailable("too many turns are waiting for the outside already")
        try:
            yield
        finally:
            self.touches.release()

    def log_failure(self, call: str, turn: int, error: Exception) -> None:
        """Type and position only: an error's text may hold what a caller keyed."""
        self.log.error("turn failed", call=call, turn=turn, type=type(error).__name__, at=position(error))


def position(error: BaseException) -> str:
    """`file:line` of the innermost frame; no text of the error, which may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
