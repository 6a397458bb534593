"""The scene: business time, agents, and what the wallet's API and the text provider do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from ivr.lab.tables import scene as table


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


def read(conn: sa.Connection) -> Scene:
    """The scene as it stands."""
    document = conn.scalar(sa.select(table.c.document))
    return Scene(**json.loads(document)) if document else Scene()


def change(conn: sa.Connection, **fields: Any) -> Scene:
    """Change some of it; the new scene."""
    new = replace(read(conn), **fields)
    conn.execute(sa.delete(table))
    conn.execute(sa.insert(table).values(id=1, document=json.dumps(asdict(new))))
    return new
