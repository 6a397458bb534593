"""Plain turns that end at the same time are stored together: one write to the disk for all of them.

A caller is answered when the turn is safe, and on SQLite that is one fsync a transaction, however many rows
are in it. Whoever comes first stores what stands in the queue by then; the others find theirs done. PostgreSQL does
this by itself.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.journal import LastTurn, Row
from ivr.storage import Kept, writing

_COLUMNS = [column.name for column in journal.journal.c]


class Ending:
    """A turn that waits to be stored; `turned` is let go when it was, or when its own thread shall lead."""

    def __init__(self, values: dict[str, Any], reply: str) -> None:
        self.values, self.reply = values, reply
        self.stored: bool | None = None
        self.failure: Exception | None = None
        self.turned = threading.Lock()
        self.turned.acquire()


class Commits:
    """The turns of this process that are about to end."""

    def __init__(self, engine: sa.Engine) -> None:
        self._writer = Kept(engine) if engine.dialect.name == "sqlite" else None
        self._queue: list[Ending] = []
        self._led = False
        self._mine = threading.Lock()

    def append(self, row: Row, reply: str, before: LastTurn | None = None) -> bool:
        """Store a turn that has no claim and wrote nothing else; False: it was not stored, look closer.

        Raises what the database raised; then none of those who ended together was stored.
        """
        if self._writer is None:
            return False
        ending = Ending(journal.values_of(row, before), reply)
        with self._mine:
            self._queue.append(ending)
            leads, self._led = not self._led, True
        if not leads:
            ending.turned.acquire()
        if ending.stored is None:
            self._lead(self._writer)
        if ending.failure is not None:
            raise ending.failure
        return bool(ending.stored)

    def _lead(self, writer: Kept) -> None:
        """Store all that is finished, and hand over to the first who came meanwhile."""
        with self._mine:
            endings, self._queue = self._queue, []
        try:
            _store(writer, endings)
        finally:
            with self._mine:
                following = self._queue[:1]
                self._led = bool(following)
            for ending in endings + following:
                ending.turned.release()


def _store(writer: Kept, endings: list[Ending]) -> None:
    try:
        with writer as conn, writing(conn):
            stored = _insert(conn.connection.driver_connection, endings)
    except Exception as error:
        for ending in endings:
            ending.failure, ending.stored = error, False
    else:
        for ending, mine in zip(endings, stored, strict=True):
            ending.stored = mine


def _insert(driver: Any, endings: list[Ending]) -> list[bool]:
    """Two statements however many turns: after each one SQLite's driver lets another thread have the interpreter."""
    keep, insert = _statements(len(endings))
    last = driver.execute(keep, [ending.reply for ending in endings]).lastrowid
    numbers = range(last - len(endings) + 1, last + 1)
    rows = [{**ending.values, "reply": number} for ending, number in zip(endings, numbers, strict=True)]
    done = driver.execute(insert, [row[name] for row in rows for name in _COLUMNS])
    if done.rowcount == len(endings):
        return [True] * len(endings)
    stored = [_is_stored(driver, row) for row in rows]
    driver.executemany("DELETE FROM replies WHERE id = ?", [(n,) for n, mine in zip(numbers, stored, strict=True) if not mine])  # fmt: skip
    return stored


def _is_stored(driver: Any, row: dict[str, Any]) -> bool:
    there = driver.execute("SELECT reply FROM journal WHERE call = ? AND turn = ?", (row["call"], row["turn"]))
    return bool(there.fetchone() == (row["reply"],))


@cache
def _statements(number: int) -> tuple[str, str]:
    """Keep so many replies; insert so many turns, all but those that are there or are claimed."""
    row = f"({', '.join('?' * len(_COLUMNS))})"
    return (
        f"INSERT INTO replies (reply) VALUES {', '.join(['(?)'] * number)}",
        f"INSERT INTO journal ({', '.join(_COLUMNS)}) SELECT * FROM (VALUES {', '.join([row] * number)}) AS ended"
        " WHERE NOT EXISTS (SELECT 1 FROM claims WHERE call = ended.column1 AND turn = ended.column2)"
        " ON CONFLICT DO NOTHING",
    )
