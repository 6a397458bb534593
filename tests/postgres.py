"""PostgreSQL for tests: new databases, and one that is put back to its first state for each test that takes it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

LONGEST_GOODBYE = 5.0
OURS = "relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = 'public')"
TABLES = f"SELECT oid::regclass::text FROM pg_class WHERE {OURS} AND relkind = 'r' ORDER BY oid"
SEQUENCES = f"SELECT oid::regclass::text FROM pg_class WHERE {OURS} AND relkind = 'S' ORDER BY oid"
SHAPE = f"""
SELECT c.oid, relname, attname, atttypid, attnotnull FROM pg_class c LEFT JOIN pg_attribute ON attrelid = c.oid
WHERE {OURS} ORDER BY c.oid, attnum
"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
VERSIONS = {"alembic_version"}
"""The table in which a migrated database has rows."""


class Server:
    """Makes and drops databases over one connection that it keeps; `url` is the server's own database."""

    def __init__(self, uri: str) -> None:
        self.url = sa.make_url(uri).set(drivername="postgresql+psycopg")
        self._uri, self._numbers = uri, itertools.count(1)
        self._conn = self.connection("postgres")

    def connection(self, database: str, **settings: str) -> psycopg.Connection[Any]:
        """One that commits each statement."""
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return psycopg.connect(self._uri, dbname=database, autocommit=True, prepare_threshold=None, options=options)

    def administer(self, statement: str) -> None:
        """Run a statement on the server's own database."""
        self._conn.execute(statement)

    def create(self, template: str = "template1") -> str:
        """The name of a new database."""
        name = f"ivr_{next(self._numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever may be connected to it."""
        self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """Of one database, with what it takes to connect."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database, which is dropped afterwards."""
        name = self.create(template)
        yield self.address(name)
        self.drop(name)

    def close(self) -> None:
        """Let go of the connection."""
        self._conn.close()


class Shared:
    """One migrated database. A test may do with its rows what it likes; when more than rows has changed, it is made
    anew.
    """

    def __init__(self, server: Server, template: str) -> None:
        self._server, self._template = server, template
        self._make()

    def in_first_state(self) -> str:
        """Its address; nobody else is connected, and rows and sequences are as the migrations left them."""
        if not self._put_back():
            self._conn.close()
            self._server.drop(self._name)
            self._make()
        return self._server.address(self._name)

    def close(self) -> None:
        """Let go of the connection."""
        self._conn.close()

    def _make(self) -> None:
        self._name = self._server.create(self._template)
        # Foreign keys are not asked about their rows: all rows go.
        self._conn = self._server.connection(self._name, session_replication_role="replica", lock_timeout="5s")
        self._tables = set(self._column(TABLES))
        emptied = [f"DELETE FROM {table}" for table in self._tables - VERSIONS]
        rewound = [f"SELECT setval('{sequence}', 1, false)" for sequence in self._column(SEQUENCES)]
        self._script = "; ".join(emptied + rewound)
        self._first = self._state()

    def _put_back(self) -> bool:
        try:
            self._send_others_away()
            for table in set(self._column(TABLES)) - self._tables:
                self._conn.execute(f"DROP TABLE {table} CASCADE")
            self._conn.execute(self._script)
            return self._state() == self._first
        except (psycopg.Error, TimeoutError):
            return False

    def _send_others_away(self) -> None:
        until = time.monotonic() + LONGEST_GOODBYE
        while self._column(OTHERS):
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.001)

    def _state(self) -> list[Any]:
        queries = [SHAPE, *(f"TABLE {table}" for table in sorted(VERSIONS))]
        return [self._conn.execute(query).fetchall() for query in queries]

    def _column(self, query: str) -> list[Any]:
        return [value for (value,) in self._conn.execute(query)]
