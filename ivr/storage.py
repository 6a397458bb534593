"""The database: one metadata for all rooms, and transactions that mean what they say.

SQLAlchemy's BEGIN on SQLite is not one: the driver sends its own, late and deferred, so that two
writers can both read, and then one of them loses for no reason it could see. Here the driver is kept
out of it: every transaction sends its own BEGIN, and a writing one takes the write lock at once.
"""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

BUSY_MILLISECONDS = 3000  # a turn has 8 s in all: better to apologise in time than to wait for the lock

metadata = sa.MetaData()
_turnstiles: WeakKeyDictionary[sa.Engine, threading.RLock] = WeakKeyDictionary()


def connect(url: str) -> sa.Engine:
    """The engine for `sqlite:///…` or `postgresql://…`; parameters never show in its errors."""
    target = sa.make_url(url)
    if target.drivername in ("postgres", "postgresql"):
        target = target.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(
        target, hide_parameters=True, pool_size=16, pool_pre_ping=target.get_backend_name() != "sqlite"
    )
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def begin_write(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes: BEGIN IMMEDIATE on SQLite, so that it cannot lose its lock half-way.

    SQLite's waiting for the lock is a sleep that grows; the threads of one process queue before it instead.
    """
    with _turnstile(engine), engine.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as conn, conn.begin():
        yield conn


@contextmanager
def _turnstile(engine: sa.Engine) -> Iterator[None]:
    """One writing thread a process, in order of arrival; whoever waits too long tries SQLite's own lock."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _turnstiles.setdefault(engine, threading.RLock())
    mine = lock.acquire(timeout=BUSY_MILLISECONDS / 1000)
    try:
        yield
    finally:
        if mine:
            lock.release()


@contextmanager
def begin_read(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that only looks; what it sees does not change under it on SQLite."""
    with engine.connect() as conn, conn.begin():
        yield conn


def clean(text: str) -> str:
    """Text without control characters (PostgreSQL refuses NUL) and lone surrogates (no UTF-8 has them)."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a confirmed freeze survives a power cut
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(conn: sa.Connection) -> None:
    conn.exec_driver_sql(conn.get_execution_options().get("sqlite_begin", "BEGIN"))
