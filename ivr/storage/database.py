"""The database: the metadata of all tables, connections, and transactions that begin when they say so.

On SQLite the driver sends its own BEGIN, late and deferred: two writers can both read, and then one of them fails for
no reason that it could see. So the driver's transactions are turned off here. Every transaction sends its own BEGIN,
and a writing one takes the write lock at once.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

BUSY_MILLISECONDS = 3000  # a turn has 8 s in all: better to apologise in time than to wait for the lock

AnyRow = sa.Row[*tuple[Any, ...]]
"""A row of any columns."""
AnySelect = sa.Select[*tuple[Any, ...]]

metadata = sa.MetaData()
_write_queues: WeakKeyDictionary[sa.Engine, threading.RLock] = WeakKeyDictionary()


def connect(url: str) -> sa.Engine:
    """The engine for `sqlite:///…` or `postgresql://…`; parameters never show in its errors."""
    target = sa.make_url(url)
    if target.drivername in ("postgres", "postgresql"):
        target = target.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(
        target, hide_parameters=True, pool_size=16, pool_pre_ping=target.get_backend_name() != "sqlite"
    )
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "do_connect", _keep_private)
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


@contextmanager
def begin_write(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes: BEGIN IMMEDIATE on SQLite, so that it cannot lose its lock half-way.

    SQLite waits for its lock in sleeps that grow; so the threads of one process queue before it instead.
    """
    with engine.connect() as conn, writing(conn):
        yield conn


@contextmanager
def writing(conn: sa.Connection) -> Iterator[None]:
    """A transaction that writes, on a connection that has more than one transaction."""
    with _write_queue(conn.engine), conn.begin():
        _begin(conn, "BEGIN IMMEDIATE")
        yield


@contextmanager
def _write_queue(engine: sa.Engine) -> Iterator[None]:
    """One writing thread a process, in order of arrival; a thread that waits too long tries SQLite's own lock."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _write_queues.setdefault(engine, threading.RLock())
    acquired = lock.acquire(timeout=BUSY_MILLISECONDS / 1000)
    try:
        yield
    finally:
        if acquired:
            lock.release()


@contextmanager
def begin_read(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that only reads; on SQLite, what it sees does not change during it."""
    with engine.connect() as conn, reading(conn):
        yield conn


@contextmanager
def reading(conn: sa.Connection) -> Iterator[None]:
    """A transaction that only reads, on a connection that has more than one transaction."""
    with conn.begin():
        _begin(conn, "BEGIN")
        yield


class LazyConnection:
    """A connection that is taken from the pool at its first use, and given back at the end."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._conn: sa.Connection | None = None

    def __enter__(self) -> LazyConnection:
        return self

    def __exit__(self, *_: object) -> None:
        if self._conn is not None:
            self._conn.close()

    @property
    def conn(self) -> sa.Connection:
        """The connection; nobody else uses it meanwhile."""
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn


class DedicatedConnection:
    """A connection that a process keeps for one purpose; one thread at a time may enter it.

    A SQLite connection drops its page cache once another connection has written: sixteen connections, each used at
    every sixteenth turn, would read the same pages again and again.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._conn: sa.Connection | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> sa.Connection:
        self._lock.acquire()
        try:
            if self._conn is None:
                self._conn = self._engine.connect()
            return self._conn
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is not None:
                self._close()  # it may be broken
        finally:
            self._lock.release()

    def close(self) -> None:
        """Give the connection back; the next use takes another one."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._conn is not None:
            conn, self._conn = self._conn, None
            conn.close()


class ChangeDetector:
    """Tells at next to no cost whether another connection has written to the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._dedicated = DedicatedConnection(engine.execution_options(isolation_level="AUTOCOMMIT"))

    def version(self) -> Any:
        """A value that changes when another connection has written.

        SQLite counts the changes; PostgreSQL knows which transactions have ended.
        """
        with self._dedicated as conn:
            sqlite = conn.dialect.name == "sqlite"
            query = "PRAGMA data_version" if sqlite else "SELECT txid_current_snapshot()::text"
            return driver_connection(conn).execute(query).fetchall()[0][0]

    def close(self) -> None:
        """Give the connection back."""
        self._dedicated.close()


class comma_joined(FunctionElement[str]):
    """An SQL aggregate: the texts of a column in their order, a comma between them."""

    inherit_cache = True
    type = sa.Text()


@compiles(comma_joined)
def _comma_joined(element: comma_joined, compiler: Any, **options: Any) -> str:
    aggregate = "string_agg" if compiler.dialect.name == "postgresql" else "group_concat"
    return f"{aggregate}({compiler.process(element.clauses, **options)}, ',')"


def clean(text: str) -> str:
    """Text without control characters (PostgreSQL refuses NUL) and lone surrogates (no UTF-8 has them)."""
    if text.isprintable():
        return text  # most texts: printable ones have neither
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))


def _keep_private(_dialect: Any, _record: Any, given: list[Any], _named: Any) -> None:
    """Create a new database file with rights for its owner only; take the rights of others from an old one.

    SQLite gives its log and its shared memory the rights of the file. The rights of a group stay.
    """
    with suppress(OSError):  # never open an existing file: closing it would drop the locks that this process has on it
        os.close(os.open(given[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for path in map(Path, (given[0], f"{given[0]}-wal", f"{given[0]}-shm")):
        with suppress(OSError):
            rights = stat.S_IMODE(path.stat().st_mode)
            if rights & stat.S_IRWXO:
                path.chmod(rights & ~stat.S_IRWXO)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "page_size=8192",  # of a new file: a turn with its reply fits, where 4096 would need a page of overflow
        "cache_size=-1024",  # a connection's own KiB: sixteen threads have one each, and the kernel keeps the file
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a confirmed freeze survives a power cut
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(conn: sa.Connection, statement: str) -> None:
    if conn.dialect.name == "sqlite":
        try:
            driver_connection(conn).execute(statement)
        except sqlite3.OperationalError as error:
            raise sa.exc.OperationalError(statement, None, error) from error


def driver_connection(conn: sa.Connection) -> Any:
    """The driver's own connection (sqlite3 or psycopg) below SQLAlchemy's."""
    return conn.connection.driver_connection
