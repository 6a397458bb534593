"""Messages: a row of ids in the turn's transaction; number and words only when the worker sends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

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


def queue_message(
    conn: sa.Connection,
    client: DBOSClient,
    message_id: str,
    kind: str,
    about: dict[str, Any],
    call: str | None,
    now: datetime,
) -> None:
    """Promise a message in this transaction. `about` holds ids; its id makes a redo send it once."""
    row = {"id": message_id, "kind": kind, "about": json.dumps(about), "call": call, "at": now.isoformat()}
    conn.execute(sa.insert(messages).values(**row, status="queued"))
    enqueue(conn, client, "send_message", message_id, workflow_id=f"message:{message_id}")


def about(conn: sa.Connection, message_id: str) -> dict[str, Any]:
    """The ids that a message was promised with."""
    return json.loads(conn.execute(sa.select(messages.c.about).where(messages.c.id == message_id)).scalar_one())


@job("send_message")
def send_message(here: Surroundings, message_id: str) -> None:
    """Compose and send, unless that was done; then write down how it ended."""
    with begin_read(here.engine) as conn:
        row = conn.execute(sa.select(messages).where(messages.c.id == message_id)).first()
    if row is None or row.status != "queued":
        return
    if row.kind not in _composers:
        raise LookupError(f"nobody composes messages of kind {row.kind!r}; known: {sorted(_composers)}")
    text = _composers[row.kind](here.engine, here.settings, message_id)
    status, error = "dropped", None
    if text is not None:
        sent = here.provider.send(message_id, *text)
        status, error = sent.status, sent.error
    with begin_write(here.engine) as conn:
        conn.execute(sa.update(messages).where(messages.c.id == message_id).values(status=status, error=error))
