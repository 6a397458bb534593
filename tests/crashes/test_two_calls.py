"""Two calls that want the same at the same moment, in two transactions: one record, and both callers are told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.cases.cases import open_case
from ivr.cases.tables import cases
from ivr.engine.effects import World
from ivr.identity.callers import language_of, remember_language
from ivr.identity.tables import languages
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.conftest import line

__all__ = ["line"]
CALLS = ("CA" + "a" * 32, "CA" + "b" * 32)


@pytest.fixture
def together(line) -> Callable[..., list[Any]]:
    """Run the effect for two calls; the second begins before the first has committed."""
    runtime = line.app.extensions["line"]

    def world(conn: sa.Connection, call: str) -> World:
        return World(call, f"{call}:1:x:1", runtime.clock(conn), time.monotonic() + 4, conn, runtime)

    def run(effect: Any, *arguments: Any) -> list[Any]:
        found: list[Any] = []

        def second() -> None:
            with begin_write(runtime.engine) as conn:
                found.append(effect.run(world(conn, CALLS[1]), *arguments))

        with begin_write(runtime.engine) as conn:
            found.append(effect.run(world(conn, CALLS[0]), *arguments))
            thread = threading.Thread(target=second)
            thread.start()
            wait_until_somebody_waits(runtime.engine)
        thread.join(30)
        return found

    return run


def wait_until_somebody_waits(engine: sa.Engine) -> None:
    """On PostgreSQL for a row of the first; on SQLite nobody gets that far, for there is one writer."""
    until = time.monotonic() + 30
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while engine.dialect.name == "postgresql" and time.monotonic() < until:
        with begin_read(engine) as conn:
            if conn.scalar(waits):
                return
        time.sleep(0.02)


def count(line, table: sa.Table) -> int:
    with begin_read(line.app.extensions["line"].engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table))


def test_two_calls_about_one_record_open_one_case(line, together):
    """With one reference, and one text about it."""
    first, second = together(open_case, "K1", "haiyun", "unknown", "U2")
    assert second == replace(first, known=True) and count(line, cases) == 1
    assert len(line.texts()) == 1


def test_two_calls_from_one_number_may_both_choose_a_language(line, together):
    """A switchboard of a firm has one number for many people."""
    assert together(remember_language, "mark", "en") == [None, None]
    assert count(line, languages) == 1
    with begin_read(line.app.extensions["line"].engine) as conn:
        assert language_of(conn, "mark") == "en"
