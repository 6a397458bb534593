"""Messages: a row of ids in the turn's transaction; number and words only when the worker sends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from dbos import DBOSClient

from ivr.follow_up.jobs import Surroundings, job
from ivr.follow_up.queue import enqueue
from ivr.follow_up.tables import messages
from ivr.settings import Settings
from ivr.storage import begin_read, begin_write

Compose = Callable[[sa.Engine, Settings, str], tuple[str, str] | None]
_composers: dict[str, Compose] = {}


def composes(kind: str) -> Callable[[Compose], Compose]:
    """Register who writes messages of this kind: (engine, settings, message id) → (to, body), or None for nobody."""

    def register(compose: Compose) -> Compose:
        _composers[kind] = compose
        return compose

    return register


def composer(message_id: str) -> Compose:
    """Who writes this message, by the first part of its id."""
    kind = message_id.partition(":")[0]
    if kind not in _composers:
        raise LookupError(
            f"nobody composes {kind!r} messages; known: {sorted(_composers)}. Is its follow_ups.py there?"
        )
    return _composers[kind]


@dataclass(frozen=True)
class FollowUp:
    """What a turn's `write` promises things with."""

    client: DBOSClient
    clock: Callable[[sa.Connection], datetime]

    def send(self, conn: sa.Connection, message_id: str) -> None:
        """Promise the message `kind:id:…` in this transaction; the same one again is promised once."""
        found = conn.scalar(sa.select(messages.c.id).where(messages.c.id == message_id))
        if found is None:
            row = {"id": message_id, "at": self.clock(conn).isoformat(), "status": "queued"}
            conn.execute(sa.insert(messages).values(**row))
            self.job(conn, "send_message", message_id)

    def job(self, conn: sa.Connection, name: str, *ids: str, delay: float = 0) -> None:
        """Enqueue any job, once for its ids."""
        enqueue(conn, self.client, name, *ids, workflow_id=":".join((name, *ids)), delay=delay)


@job("send_message")
def send_message(here: Surroundings, message_id: str) -> None:
    """Compose and send, unless that was done; then write down how it ended."""
    with begin_read(here.engine) as conn:
        row = conn.execute(sa.select(messages).where(messages.c.id == message_id)).first()
    if row is None or row.status != "queued":
        return
    text = composer(message_id)(here.engine, here.settings, message_id)
    status, error = "dropped", None
    if text is not None:
        sent = here.provider.send(message_id, *text)
        status, error = sent.status, sent.error
    with begin_write(here.engine) as conn:
        conn.execute(sa.update(messages).where(messages.c.id == message_id).values(status=status, error=error))
