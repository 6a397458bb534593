"""A small stage for engine tests: any root flow, a real database, words that show what is spoken."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
import structlog

from ivr.engine.claims import Worker
from ivr.engine.hot_path import GroupCommit, ReadConnections
from ivr.engine.prompts import Recorded
from ivr.engine.runtime import RootFlow, Runtime
from ivr.engine.secrets import Sealer
from ivr.engine.speaking import Speaker
from ivr.engine.turn import Input, take_turn

KEY = b"k" * 32


class Echo:
    """Words that name the message and its arguments."""

    def render(self, lang: str, message: str, args: dict[str, Any], *, today: Any) -> str:
        if "broken" in args:
            raise TypeError("this value cannot be spoken")
        return " ".join([f"{lang}:{message}", *(f"{name}={value}" for name, value in args.items())])


@dataclass
class Stage:
    """Plays turns of one call; `restart()` is a new process."""

    engine: sa.Engine
    folder: Path
    root_flows: dict[str, RootFlow]
    sid: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    clock: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    seconds: float | None = None
    """The watch by which keys are measured; None: nobody has one."""
    turn: int = 0
    runtime: Runtime | None = None
    release: str | None = None
    limits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new process: nothing in memory survives, and the old worker's lock is gone."""
        if self.runtime is not None:
            self.runtime.close()
        sealer = Sealer(KEY)
        self.runtime = Runtime(
            engine=self.engine,
            settings=SimpleNamespace(ring_seconds=25, agent_mode="phone"),
            sealer=sealer,
            speaker=Speaker(Echo(), sealer.open),
            worker=Worker(self.engine, self.folder),
            group_commit=GroupCommit(self.engine),
            read_connections=ReadConnections(self.engine),
            root_flows=self.root_flows,
            clock=lambda conn: self.clock,
            wallets=None,
            texts=None,
            agents_on_duty=lambda conn: (),
            is_desk_staffed=lambda conn, wallet, now: False,
            takeover=lambda conn, facts: None,
            caller_id=lambda facts: "",
            base_url="https://line.example",
            log=structlog.get_logger(),
            release=self.release,
            **self.limits,
            key_clock=lambda: self.seconds,
        )

    def post(
        self,
        keys: str | None = "",
        *,
        turn: int | None = None,
        dialled: str | None = None,
        recorded: Recorded | None = None,
    ) -> str:
        """One webhook; twice, the second time from a fresh process, and both must be the same bytes."""
        number = self.turn if turn is None else turn
        given = None if number == 0 else Input(keys=keys, dialled=dialled, recorded=recorded, at=self.seconds)
        first = take_turn(self.runtime, self.sid, number, given, {})
        self.restart()
        assert take_turn(self.runtime, self.sid, number, given, {}) == first
        self.turn = max(self.turn, number + 1)
        self.clock += timedelta(seconds=10)
        return first

    def with_root_flows(self, **root_flows: Callable[..., Any]) -> Stage:
        """The same call under changed code."""
        self.root_flows = {**self.root_flows, **root_flows}
        self.restart()
        return self
