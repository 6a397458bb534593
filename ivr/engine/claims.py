"""Claims: one worker plays a turn that reaches outside; the others wait for its reply.

A turn without a touch needs no claim: the insert of its row decides a race. The first touch takes a claim on the turn
for the length of a lease. The claim names its worker. A worker holds a lock which the kernel (SQLite) or the
database (PostgreSQL) releases when its process dies, so the claim of a dead worker may be taken at once.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from ivr.engine.hot_path import CompiledStatement
from ivr.storage.database import metadata

LEASE = timedelta(seconds=20)
"""Longer than any turn (TURN_SECONDS): after it, another worker may take the turn."""

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)


_TURN = (claims.c.call == sa.bindparam("call")) & (claims.c.turn == sa.bindparam("turn"))
CLAIM = CompiledStatement(sa.select(claims.c.worker, claims.c.until).where(_TURN))
LOCK = CompiledStatement(
    sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(sa.bindparam("name", type_=sa.Text))))
)


class TurnTaken(Exception):
    """Another worker plays this turn, or has answered it."""


class Worker:
    """This process, which lives as long as its lock is held. Made once a process, after the fork."""

    def __init__(self, engine: sa.Engine, data_dir: Path) -> None:
        self.id = secrets.token_hex(8)
        self._postgres = engine.dialect.name == "postgresql"
        self._engine, self._folder = engine, data_dir / "workers"
        self._lock: sa.Connection | IO[str] | None = None
        self._acquiring = threading.Lock()

    def acquire_lock(self) -> None:
        """Acquire the worker's lock before its first claim, and again after the database was away."""
        with self._acquiring:
            if isinstance(self._lock, sa.Connection):
                try:
                    self._lock.execute(sa.select(1))
                except sa.exc.DBAPIError:
                    self._lock.invalidate()
                    self._lock = None
            if self._lock is None:
                self._lock = self._lock_in_database() if self._postgres else self._lock_file()

    def is_alive(self, conn: sa.Connection, worker: str) -> bool:
        """Whether a worker, by its id, still holds its lock."""
        if worker == self.id:
            return True
        if self._postgres:
            free = conn.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_number(worker))))
            return not free
        return self._file_is_locked(worker)

    def close(self) -> None:
        """Release the lock, as the end of the process would; PostgreSQL releases it with its connection."""
        if isinstance(self._lock, sa.Connection):
            self._lock.invalidate()
        if self._lock is not None:
            self._lock.close()

    def _lock_in_database(self) -> sa.Connection:
        conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        conn.execute(sa.select(sa.func.pg_advisory_lock(_number(self.id))))
        return conn

    def _lock_file(self) -> IO[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = (self._folder / self.id).open("w")
        fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    def _file_is_locked(self, worker: str) -> bool:
        try:
            handle = (self._folder / worker).open("r")
        except FileNotFoundError:
            return False
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            with suppress(FileNotFoundError):
                os.unlink(self._folder / worker)
            return False


def take(conn: sa.Connection, worker: Worker, call: str, turn: int) -> None:
    """Claim the turn in the caller's short transaction. Raises TurnTaken while another live worker has it."""
    worker.acquire_lock()
    lock_until_commit(conn, call)
    other = _claimant(conn, worker, call, turn)
    if other:
        raise TurnTaken(f"turn {turn} is being played by worker {other}")
    release(conn, call, turn)
    until = (datetime.now(UTC) + LEASE).isoformat()
    conn.execute(sa.insert(claims).values(call=call, turn=turn, worker=worker.id, until=until))


def check(conn: sa.Connection, worker: Worker, call: str, turn: int, claimed: bool) -> None:
    """Before a commit, check that this worker has its claim, or that no live worker took one. Raises TurnTaken."""
    lock_until_commit(conn, call)
    found = CLAIM.run(conn, call=call, turn=turn).fetchone()
    if claimed and (found is None or found[0] != worker.id):
        raise TurnTaken(f"the claim on turn {turn} was taken by another worker")
    if not claimed and found and _is_valid(conn, worker, *found):
        raise TurnTaken(f"turn {turn} was claimed by another worker meanwhile")


def release(conn: sa.Connection, call: str, turn: int) -> None:
    """Delete the claim on a turn."""
    conn.execute(sa.delete(claims).where(claims.c.call == call, claims.c.turn == turn))


def lock_until_commit(conn: sa.Connection, name: str) -> None:
    """Allow one transaction at a time for a call, or for another name, until this one ends.

    On SQLite BEGIN IMMEDIATE does that already; PostgreSQL needs an advisory lock.
    """
    if conn.dialect.name == "postgresql":
        LOCK.run(conn, name=name)


def is_claimed(conn: sa.Connection, worker: Worker, call: str, turn: int) -> bool:
    """Whether a live worker is playing this turn."""
    return _claimant(conn, worker, call, turn) is not None


def _claimant(conn: sa.Connection, worker: Worker, call: str, turn: int) -> str | None:
    found = CLAIM.run(conn, call=call, turn=turn).fetchone()
    return str(found[0]) if found and _is_valid(conn, worker, *found) else None


def _is_valid(conn: sa.Connection, worker: Worker, other: str, until: str) -> bool:
    return datetime.fromisoformat(until) >= datetime.now(UTC) and worker.is_alive(conn, other)


def _number(worker: str) -> int:
    return int(worker, 16) % (1 << 62)
