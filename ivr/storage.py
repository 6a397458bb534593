"""The database: one metadata for all rooms, and transactions that mean what they say.

SQLAlchemy's BEGIN on SQLite is not one: the driver sends its own, late and deferred, so that two
writers can both read, and then one of them loses for no reason it could see. Here the driver is kept
out of it: every transaction sends its own BEGIN, and a writing one takes the write lock at once.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

BUSY_MILLISECONDS = 3000  # a turn has 8 s in all: better to apologise in time than to wait for the lock

AnyRow = sa.Row[*tuple[Any, ...]]
"""A row of whatever columns were asked for."""
AnySelect = sa.Select[*tuple[Any, ...]]

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
        sa.event.listen(engine, "do_connect", _keep_private)
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


@contextmanager
def begin_write(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes: BEGIN IMMEDIATE on SQLite, so that it cannot lose its lock half-way.

    SQLite's waiting for the lock is a sleep that grows; the threads of one process queue before it instead.
    """
    with engine.connect() as conn, writing(conn):
        yield conn


@contextmanager
def writing(conn: sa.Connection) -> Iterator[None]:
    """The same on a connection that its owner keeps for more than one transaction."""
    with _turnstile(conn.engine), conn.begin():
        _begin(conn, "BEGIN IMMEDIATE")
        yield


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
    with engine.connect() as conn, reading(conn):
        yield conn


@contextmanager
def reading(conn: sa.Connection) -> Iterator[None]:
    """The same on a connection that its owner keeps for more than one transaction."""
    with conn.begin():
        _begin(conn, "BEGIN")
        yield


class Borrowed:
    """A connection from the pool, taken when it is first wanted and given back at the end."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._conn: sa.Connection | None = None

    def __enter__(self) -> Borrowed:
        return self

    def __exit__(self, *_: object) -> None:
        if self._conn is not None:
            self._conn.close()

    @property
    def conn(self) -> sa.Connection:
        """The connection; it is the borrower's alone."""
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn


class Kept:
    """A connection that a process keeps, for one thread at a time.

    SQLite forgets the pages that a connection has read once another one has written: sixteen connections, each used
    at every sixteenth turn, would read the same pages again and again.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._conn: sa.Connection | None = None
        self._mine = threading.Lock()

    def __enter__(self) -> sa.Connection:
        self._mine.acquire()
        try:
            if self._conn is None:
                self._conn = self._engine.connect()
            return self._conn
        except BaseException:
            self._mine.release()
            raise

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is not None:
                self._close()  # whatever was wrong with it
        finally:
            self._mine.release()

    def close(self) -> None:
        """Give it back; whoever wants one later gets another."""
        with self._mine:
            self._close()

    def _close(self) -> None:
        if self._conn is not None:
            conn, self._conn = self._conn, None
            conn.close()


class Looks:
    """Prepared looks, each of which stands for itself: on SQLite over one kept connection, else over the borrowed one."""

    def __init__(self, engine: sa.Engine) -> None:
        self._kept = Kept(engine) if engine.dialect.name == "sqlite" else None

    def through(self, own: Borrowed) -> AbstractContextManager[sa.Connection]:
        """A connection to look with; no transaction is left open on it."""
        return self._kept or _left_closed(own)


class Written:
    """Whether anybody else has written to the database: a question that costs next to nothing, on a kept connection."""

    def __init__(self, engine: sa.Engine) -> None:
        self._kept = Kept(engine.execution_options(isolation_level="AUTOCOMMIT"))

    def mark(self) -> Any:
        """The same as long as nobody has; SQLite counts the changes, PostgreSQL knows which transactions are over."""
        with self._kept as conn:
            sqlite = conn.dialect.name == "sqlite"
            asked = _driver(conn).execute("PRAGMA data_version" if sqlite else "SELECT txid_current_snapshot()::text")
            return asked.fetchall()[0][0]

    def close(self) -> None:
        """Give the connection back."""
        self._kept.close()


@contextmanager
def _left_closed(own: Borrowed) -> Iterator[sa.Connection]:
    try:
        yield own.conn
    finally:
        own.conn.connection.rollback()  # the driver opened a transaction by itself


class joined(FunctionElement[str]):
    """An aggregate: the texts of a column in their order, a comma between them."""

    inherit_cache = True
    type = sa.Text()


@compiles(joined)
def _joined(element: joined, compiler: Any, **how: Any) -> str:
    aggregate = "string_agg" if compiler.dialect.name == "postgresql" else "group_concat"
    return f"{aggregate}({compiler.process(element.clauses, **how)}, ',')"


class Prepared:
    """A statement that every turn needs: put together once, and run on the driver's own connection.

    Putting one together by SQLAlchemy costs more than SQLite needs to answer it. Values are given by name
    and are text, numbers, booleans or None. `run` gives the driver's cursor; its errors are the driver's.
    """

    def __init__(self, statement: sa.sql.expression.Executable) -> None:
        self._statement = statement
        self._texts: dict[str, tuple[str, dict[str, Any], list[str] | None]] = {}

    def run(self, conn: sa.Connection, **values: Any) -> Any:
        """Run it inside the transaction of `conn`, or as one look of its own when there is none."""
        dialect = conn.dialect
        text, constants, order = self._texts.get(dialect.name) or self._text(dialect)
        given = {**constants, **values}
        return _driver(conn).execute(text, given if order is None else [given[name] for name in order])

    def _text(self, dialect: sa.Dialect) -> tuple[str, dict[str, Any], list[str] | None]:
        compiled = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        found = self._texts[dialect.name] = (str(compiled), constants, compiled.positiontup)
        return found


def clean(text: str) -> str:
    """Text without control characters (PostgreSQL refuses NUL) and lone surrogates (no UTF-8 has them)."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))


def _keep_private(_dialect: Any, _record: Any, given: list[Any], _named: Any) -> None:
    """A new file is its owner's alone, wherever it lies and whoever makes it; of an old one, strangers' rights end.

    SQLite gives its log and its shared memory the rights that the file has. A group that was let in stays.
    """
    with suppress(
        OSError
    ):  # never of one that is there: closing it would give up the locks that this process has on it
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
            _driver(conn).execute(statement)
        except sqlite3.OperationalError as error:
            raise sa.exc.OperationalError(statement, None, error) from error


def _driver(conn: sa.Connection) -> Any:
    return conn.connection.driver_connection
