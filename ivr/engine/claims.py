"""Claims: one worker plays a turn that reaches outside; the others wait for its reply.

A turn without a touch needs no claim: inserting its row decides. The first touch claims the turn for
20 s. A claim names its worker, and a worker proves that it lives by a lock which the kernel (SQLite)
or the database (PostgreSQL) drops when it dies, so a dead worker's claim may be taken at once.
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

from ivr.storage import Prepared, metadata

LEASE = timedelta(seconds=20)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)


_THIS = (claims.c.call == sa.bindparam("call")) & (claims.c.turn == sa.bindparam("turn"))
STANDING = Prepared(sa.select(claims.c.worker, claims.c.until).where(_THIS))
LOCK = Prepared(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(sa.bindparam("name", type_=sa.Text)))))


class Lost(Exception):
    """Another worker has this turn, or has already answered it."""


class Worker:
    """This process, alive as long as its lock is held. Made after the fork, once a process."""

    def __init__(self, engine: sa.Engine, data_dir: Path) -> None:
        self.id = secrets.token_hex(8)
        self._postgres = engine.dialect.name == "postgresql"
        self._engine, self._folder = engine, data_dir / "workers"
        self._lock: sa.Connection | IO[str] | None = None
        self._first = threading.Lock()

    def hold(self) -> None:
        """Hold the lock before the first claim, and again when the database has been away."""
        with self._first:
            if isinstance(self._lock, sa.Connection):
                try:
                    self._lock.execute(sa.select(1))
                except sa.exc.DBAPIError:
                    self._lock.invalidate()
                    self._lock = None
            if self._lock is None:
                self._lock = self._hold_advisory() if self._postgres else self._hold_file()

    def is_alive(self, conn: sa.Connection, worker: str) -> bool:
        """Whether another worker still holds its lock."""
        if worker == self.id:
            return True
        if self._postgres:
            free = conn.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_number(worker))))
            return not free
        return self._file_is_held(worker)

    def close(self) -> None:
        """Let go of the lock, as the end of the process would; PostgreSQL drops it with its connection."""
        if isinstance(self._lock, sa.Connection):
            self._lock.invalidate()
        if self._lock is not None:
            self._lock.close()

    def _hold_advisory(self) -> sa.Connection:
        conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        conn.execute(sa.select(sa.func.pg_advisory_lock(_number(self.id))))
        return conn

    def _hold_file(self) -> IO[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = (self._folder / self.id).open("w")
        fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    def _file_is_held(self, worker: str) -> bool:
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
    """Claim the turn in the caller's short transaction; raises Lost while another live worker has it."""
    worker.hold()
    hold(conn, call)
    other = _standing(conn, worker, call, turn)
    if other:
        raise Lost(f"turn {turn} is being played by worker {other}")
    conn.execute(sa.delete(claims).where(claims.c.call == call, claims.c.turn == turn))
    until = (datetime.now(UTC) + LEASE).isoformat()
    conn.execute(sa.insert(claims).values(call=call, turn=turn, worker=worker.id, until=until))


def check(conn: sa.Connection, worker: Worker, call: str, turn: int, claimed: bool) -> None:
    """Before a commit: my claim stands if I took one, and nobody else's live claim if I took none."""
    hold(conn, call)
    found = STANDING.run(conn, call=call, turn=turn).fetchone()
    if claimed and (found is None or found[0] != worker.id):
        raise Lost(f"the claim on turn {turn} was taken by another worker")
    if not claimed and found and _stands(conn, worker, *found):
        raise Lost(f"turn {turn} was claimed by another worker meanwhile")


def drop(conn: sa.Connection, call: str, turn: int) -> None:
    """Release the claim of a played turn."""
    conn.execute(sa.delete(claims).where(claims.c.call == call, claims.c.turn == turn))


def hold(conn: sa.Connection, name: str) -> None:
    """One writer a call, or whatever else is named, until the transaction ends: SQLite's BEGIN IMMEDIATE is that already; PostgreSQL needs an advisory lock."""
    if conn.dialect.name == "postgresql":
        LOCK.run(conn, name=name)


def is_claimed(conn: sa.Connection, worker: Worker, call: str, turn: int) -> bool:
    """Whether some live worker is playing this turn."""
    return _standing(conn, worker, call, turn) is not None


def _standing(conn: sa.Connection, worker: Worker, call: str, turn: int) -> str | None:
    found = STANDING.run(conn, call=call, turn=turn).fetchone()
    return str(found[0]) if found and _stands(conn, worker, *found) else None


def _stands(conn: sa.Connection, worker: Worker, other: str, until: str) -> bool:
    return datetime.fromisoformat(until) >= datetime.now(UTC) and worker.is_alive(conn, other)


def _number(worker: str) -> int:
    return int(worker, 16) % (1 << 62)
