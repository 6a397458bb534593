"""The runtime: what a turn needs from the process around it, made once a process after the fork."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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


class Texts(Protocol):
    """Text messages: promised in a turn's transaction, sent by the worker."""

    def send(self, conn: sa.Connection, message_id: str, delay: timedelta = timedelta(0)) -> None:
        """Promise a text by the id of its message, due after so long."""


class Services(Protocol):
    """What effects use of the process that runs them: a voice process has its `Runtime`, the desk services of its
    own."""

    @property
    def engine(self) -> sa.Engine:
        """The database."""

    @property
    def settings(self) -> Settings:
        """The settings."""

    @property
    def sealer(self) -> Sealer:
        """Seals with the key of the call."""

    @property
    def wallets(self) -> object:
        """The wallet client."""

    @property
    def texts(self) -> Texts:
        """Text messages."""

    @property
    def machine(self) -> Callable[[], datetime]:
        """The machine's time."""


class Runtime(msgspec.Struct, frozen=True):
    """The database, the words, the root flows, and the slots for turns that wait for the outside.

    `release` names the code that plays. `max_turns_per_call` and `max_turns_per_rescue` are more than any conversation
    needs. `machine`: the machine's time, by which waits in the queue are measured. `key_clock`: the seconds that
    measure how soon a key came, or None where nobody knows. `takeover`: the root flow, and its facts, that operations
    put in the place of the call's own; called when the condition in `state_query` holds. `is_desk_staffed`: whether
    agents of a wallet are signed on at the desk. `caller_id`: which of our numbers an agent sees, by the facts of the
    call.
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
    texts: Texts
    agents_on_duty: Callable[[sa.Connection], Sequence[str]]
    is_desk_staffed: Callable[[sa.Connection, str, datetime], bool]
    takeover: Callable[[sa.Connection, dict[str, Any]], tuple[str, dict[str, Any]] | None]
    caller_id: Callable[[Mapping[str, Any]], str]
    base_url: str
    log: Any
    state_query: CompiledStatement = journal.STATE_QUERY
    release: str | None = None
    max_turns_per_call: int = 200
    max_turns_per_rescue: int = 40
    key_clock: Callable[[], float | None] = lambda: None
    machine: Callable[[], datetime] = lambda: datetime.now(UTC)
    touches: threading.BoundedSemaphore = msgspec.field(default_factory=lambda: threading.BoundedSemaphore(8))
    outside_latency: OutsideLatency = msgspec.field(default_factory=OutsideLatency)

    def for_call(self, key: str | None) -> Runtime:
        """This runtime with the call's own key, if it has one, for everything that it seals and opens."""
        if key is None:
            return self
        sealer = self.sealer.for_call(key)
        return replace(self, sealer=sealer, speaker=replace(self.speaker, unseal=sealer.open))

    def close(self) -> None:
        """Release the worker's lock and the connections that the process keeps; the engine stays."""
        self.worker.close()
        self.read_connections.close()
        self.group_commit.close()

    @contextmanager
    def touch_slot(self) -> Iterator[None]:
        """A slot for a request to the outside. Half of the threads may have one; the next one raises Unavailable."""
        if not self.touches.acquire(blocking=False):
            raise Unavailable("too many turns are waiting for the outside already")
        try:
            yield
        finally:
            self.touches.release()

    def log_failure(self, call: str, turn: int, error: Exception) -> None:
        """Log the type and the position of an error, not its text, which may hold what a caller keyed."""
        self.log.error("turn failed", call=call, turn=turn, type=type(error).__name__, at=position(error))


def position(error: BaseException) -> str:
    """`file:line` of an error's innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
