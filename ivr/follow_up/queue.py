"""Handing work over: a follow-up is enqueued in the transaction of the turn that promised it.

The application version is a constant on both sides. Were it derived from the release, a roll-back
would strand everything that the newer one had enqueued. Inputs are ids, in plain JSON, never a
number, a text or a code: whoever searches this database for personal values must be able to see all.
"""

from __future__ import annotations

import re
import time
from datetime import datetime

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions, WorkflowSerializationFormat

from ivr.storage.database import begin_read

QUEUE = "follow-up"
VERSION = "1"
ID = re.compile(r"[A-Za-z0-9_.:-]{1,120}")
UNFINISHED = ("ENQUEUED", "PENDING")


def make_client(engine: sa.Engine) -> DBOSClient:
    """A client on our own engine: enqueueing takes no connection of its own."""
    return DBOSClient(system_database_engine=engine, lazy=True)


def enqueue(
    conn: sa.Connection, client: DBOSClient, workflow_name: str, *ids: str, workflow_id: str, delay: float = 0
) -> None:
    """Hand a job to the worker when this transaction commits; the same `workflow_id` again is a no-op."""
    for value in ids:
        if not ID.fullmatch(value):
            raise ValueError(f"{workflow_name}: a follow-up takes ids only, and this input is none; store it in a row")
    options: EnqueueOptions = {
        "workflow_name": workflow_name,
        "queue_name": QUEUE,
        "workflow_id": workflow_id,
        "app_version": VERSION,
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }
    if delay:
        options["delay_seconds"] = delay
    client.enqueue_in_transaction(conn, options, *ids)


def unfinished(conn: sa.Connection) -> int:
    """How many follow-ups are due and not done; what is delayed is not due."""
    due = f"SELECT count(*) FROM {_table(conn)} WHERE queue_name = :queue AND status IN :unfinished"
    query = sa.text(due).bindparams(sa.bindparam("unfinished", UNFINISHED, expanding=True), queue=QUEUE)
    return conn.scalar(query) or 0


def wait_until_done(engine: sa.Engine, seconds: float = 5.0) -> bool:
    """Wait until nothing is due, at most so long; False when time ran out."""
    until = time.monotonic() + seconds
    while True:
        with begin_read(engine) as conn:
            if not unfinished(conn):
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.05)


def forget_waiting(conn: sa.Connection) -> None:
    """Drop all but what runs (the lab's reset): a job that was done keeps its id, and its like would never run again.

    What runs finds its row gone, and ends.
    """
    jobs, steps = _table(conn), _table(conn, "operation_outputs")
    conn.execute(sa.text(f"DELETE FROM {jobs} WHERE queue_name = :queue AND status <> 'PENDING'"), {"queue": QUEUE})
    # A job whose steps are remembered would not run them again under the same id.
    conn.execute(sa.text(f"DELETE FROM {steps} WHERE workflow_uuid NOT IN (SELECT workflow_uuid FROM {jobs})"))


def oldest_waiting(conn: sa.Connection, now: datetime) -> float:
    """Seconds that the oldest due follow-up has waited; 0 when nothing waits."""
    query = sa.text(f"SELECT min(created_at) FROM {_table(conn)} WHERE queue_name = :queue AND status = 'ENQUEUED'")
    since = conn.scalar(query, {"queue": QUEUE})
    return max(0.0, now.timestamp() - since / 1000) if since else 0.0


def _table(conn: sa.Connection, name: str = "workflow_status") -> str:
    return f"dbos.{name}" if conn.dialect.name == "postgresql" else name
