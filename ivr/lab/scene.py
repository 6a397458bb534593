"""The lab's scene: business time, agents, and the behaviour of the wallet's API and the text provider."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ivr.engine.hot_path import CompiledStatement
from ivr.engine.journal import insert_new
from ivr.lab.tables import scene as table

UNTOUCHED = {"id": 1, "document": "{}"}


@dataclass(frozen=True)
class Scene:
    """`clock_now` is ISO 8601 or None (real time); `clock_set_at` is machine time; the rest as the lab's API says."""

    clock_now: str | None = None
    clock_set_at: str | None = None
    clock_runs: bool = False
    agents_available: int = 1
    agents_answer: str = "accept"
    wallet: str = "ok"
    sms: str = "ok"


DOCUMENT = CompiledStatement(sa.select(table.c.document))


def read(conn: sa.Connection) -> Scene:
    """Read the present scene."""
    found = DOCUMENT.run(conn).fetchone()
    return _scene(found[0] if found else None)


def change(conn: sa.Connection, **fields: Any) -> Scene:
    """Change some fields and return the new scene. Concurrent changes wait for each other; none is lost."""
    insert_new(conn, table, UNTOUCHED)  # a row to lock
    new = replace(_scene(conn.scalar(sa.select(table.c.document).with_for_update())), **fields)
    conn.execute(sa.update(table).values(document=json.dumps(asdict(new))))
    return new


@lru_cache(maxsize=8)
def _scene(document: str | None) -> Scene:
    return Scene(**json.loads(document or "{}"))
