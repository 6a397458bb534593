"""Messages: a row of ids in the turn's transaction; number and words only when the worker sends it.

The first try is a job of the turn's own. What did not work, or whose job never came, is tried again by a round, for as
long as the kind of message is of use; what the provider refuses for good is not. Notices of delivery may overtake the provider's
answer, come late or twice: a message only moves up, and delivered is the top.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient

from ivr.config.logs import logger
from ivr.config.settings import Settings
from ivr.follow_up.jobs import Surroundings, job
from ivr.follow_up.queue import enqueue
from ivr.follow_up.sms import Text
from ivr.follow_up.tables import messages
from ivr.follow_up.tries import QUEUED, Patience, after_failure, due_again, put_back, stamp, take
from ivr.follow_up.wording import faults, size
from ivr.storage.database import AnyRow, begin_read, begin_write

Compose = Callable[[sa.Engine, Settings, str], Text | None]
DAY = Patience(timedelta(seconds=30), timedelta(hours=1), timedelta(days=1))
LADDER = ((QUEUED,), ("sent",), ("failed", "undelivered"), ("delivered",))
_composers: dict[str, tuple[Compose, Patience]] = {}


def composes(kind: str, patience: Patience = DAY) -> Callable[[Compose], Compose]:
    """Register who writes messages of this kind: (engine, settings, message id) → a text, or None for nobody."""

    def register(compose: Compose) -> Compose:
        _composers[kind] = (compose, patience)
        return compose

    return register


def composer(message_id: str) -> tuple[Compose, Patience]:
    """Who writes this message, by the first part of its id, and how long it is of use."""
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
    machine: Callable[[], datetime] = lambda: datetime.now(UTC)

    def send(self, conn: sa.Connection, message_id: str, delay: timedelta = timedelta(0)) -> None:
        """Promise the message `kind:id:…` in this transaction; the same one again is promised once.

        What is delayed, by the machine's time, is left to the round.
        """
        found = conn.scalar(sa.select(messages.c.id).where(messages.c.id == message_id))
        if found is None:
            due = self.machine() + delay
            row = {"id": message_id, "at": self.clock(conn).isoformat(), "status": QUEUED, "since": stamp(due)}
            row |= {"next": stamp(due)} if delay else {}
            conn.execute(sa.insert(messages).values(**row, mark=secrets.token_hex(8)))
            if not delay:
                self.job(conn, "send_message", message_id)

    def job(self, conn: sa.Connection, name: str, *ids: str, delay: float = 0) -> None:
        """Enqueue any job, once for its ids."""
        enqueue(conn, self.client, name, *ids, workflow_id=":".join((name, *ids)), delay=delay)


@job("send_message")
def send_message(here: Surroundings, message_id: str) -> None:
    """Compose and send, unless that was done or another worker is at it; then write down how it ended."""
    row = take(here.engine, messages, message_id, here.machine())
    if row is None:
        return
    outcome, parts = _try(here, row)
    with begin_write(here.engine) as conn:
        put_back(conn, messages, row, **outcome)
        if parts:
            conn.execute(sa.update(messages).where(messages.c.id == message_id).values(parts=parts))


def send_due(here: Surroundings) -> None:
    """One more try for all that is due again."""
    with begin_read(here.engine) as conn:
        waiting = due_again(conn, messages, here.machine())
    for message_id in waiting:
        send_message(here, message_id)


def notice(conn: sa.Connection, mark: str, status: str, error: int | None) -> bool:
    """Keep what the provider says of a text; False when nothing follows from it, or nobody knows the mark."""
    step = next((step for step, names in enumerate(LADDER) if status in names), 0)
    below = [name for names in LADDER[:step] for name in names]
    here = (messages.c.mark == mark) & messages.c.status.in_(below)
    return bool(conn.execute(sa.update(messages).where(here).values(status=status, error=error)).rowcount)


def _try(here: Surroundings, row: AnyRow) -> tuple[dict[str, Any], int | None]:
    """One try: what it leaves to be written, and the parts of the text."""
    compose, patience = composer(row.id)
    try:
        text = compose(here.engine, here.settings, row.id)
        if text is None:
            return {"status": "dropped"}, None
        if refused := [fault.partition(":")[0] for fault in faults(text.unsigned)]:
            logger("follow-up").error("text not sent", message=row.id, holds=refused)
            return {"status": "failed"}, None
        tried = datetime.fromisoformat(row.since) if row.tries > 1 else None
        sent = here.provider.send(row.id, replace(text, mark=row.mark, tried=tried))
    except Exception as error:  # nobody knows how it ended
        logger("follow-up").warning("text failed", message=row.id, tries=row.tries, type=type(error).__name__)
        return after_failure(row, patience, here.machine()) or {"status": "failed"}, None
    return {"status": sent.status, "error": sent.error}, size(text.body).parts
