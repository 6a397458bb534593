"""Text messages: a row of ids in the turn's transaction; the worker composes number and words when it sends them.

A text that fails is tried again by the retry policy of its kind; one that the provider refuses for good is not. Status
callbacks may overtake the provider's answer, come late or twice: a message only moves up LADDER, and delivered is the
top.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.engine.secrets import mask
from ivr.follow_up.context import Composer, Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import LEASE, QUEUED, due, finish, is_due, lease, retry, stamp
from ivr.follow_up.tables import messages
from ivr.follow_up.wording import faults, size
from ivr.storage.database import AnyRow, AnySelect, begin_read, begin_write
from ivr.telephony.texting import Sent, Text

SENT, FAILED, ARRIVED = "sent", ("failed", "undelivered"), "delivered"
LADDER = ((QUEUED,), (SENT,), FAILED, (ARRIVED,))
LOOK_AFTER = timedelta(days=1)
"""A text of which nothing was heard for so long after Twilio had it is looked up there."""
CODE = "code"
"""The kind of a one-time code: it is of no use later, and is never sent again by hand."""
ID = re.compile(r"[A-Za-z0-9_.:-]{1,120}")
SID = re.compile("(SM|MM)[0-9a-f]{32}")
"""Twilio's id of a text."""
SENT_AT_ONCE = 8
"""Texts that one worker sends at the same time."""


@dataclass(frozen=True)
class TextOutbox:
    """With this a turn's `write` promises texts."""

    clock: Callable[[sa.Connection], datetime]
    machine: Callable[[], datetime] = lambda: datetime.now(UTC)

    def send(self, conn: sa.Connection, message_id: str, delay: timedelta = timedelta(0)) -> None:
        """Promise the message `kind:id:…` in this transaction, once; it is due after `delay` of machine time."""
        if not ID.fullmatch(message_id):
            raise ValueError("a message is named by ids only, and this name holds something else; store that in a row")
        found = conn.scalar(sa.select(messages.c.id).where(messages.c.id == message_id))
        if found is None:
            start = stamp(self.machine() + delay)
            row = {"id": message_id, "at": self.clock(conn).isoformat(), "status": QUEUED, "since": start}
            row |= {"next": start} if delay else {}
            conn.execute(sa.insert(messages).values(**row, mark=secrets.token_hex(8)))


def send_message(context: Context, message_id: str) -> None:
    """Compose and send, unless that was done or another worker holds the lease; then write the outcome."""
    row = lease(context.engine, messages, message_id, context.machine())
    if row is None:
        return
    outcome, text, sent = _try(context, row)
    with begin_write(context.engine) as conn:
        finish(conn, messages, row, **outcome)
        if text is not None:
            _note_where(conn, row, text, sent, context.machine())


def send_again(conn: sa.Connection, message_id: str) -> bool:
    """Make a text that failed due at once, for another window; False for any other. It goes to the number that is on
    file then, and notices of the tries before do not reach it."""
    here = (messages.c.id == message_id) & messages.c.status.in_(FAILED) & ~messages.c.id.startswith(f"{CODE}:")
    again = {"status": QUEUED, "error": None, "tries": 0, "since": None, "next": None, "mark": secrets.token_hex(8)}
    again |= {"sid": None, "handed": None, "look": None}
    return bool(conn.execute(sa.update(messages).where(here).values(**again)).rowcount)


def due_messages(context: Context) -> list[str]:
    """The texts to be tried now."""
    with begin_read(context.engine) as conn:
        return due(conn, messages, context.machine())


OUTBOX = Outbox("texts", due_messages, send_message, SENT_AT_ONCE)


def notice(conn: sa.Connection, mark: str, status: str, error: int | None, sid: str = "") -> bool:
    """Keep what the provider says of a text; False when nothing follows from it, or nobody knows the mark."""
    here = messages.c.mark == mark
    if SID.fullmatch(sid):  # the answer to the request may be lost
        unanswered = messages.c.sid.is_(None) & (messages.c.status == QUEUED)
        conn.execute(sa.update(messages).where(here, unanswered).values(sid=sid))
    return settle(conn, here, status, error)


def settle(conn: sa.Connection, here: sa.ColumnElement[bool], status: str, error: int | None) -> bool:
    """Move a text up the ladder; False when it stands there, or higher."""
    step = next((step for step, names in enumerate(LADDER) if status in names), 0)
    below = [name for names in LADDER[:step] for name in names]
    told: dict[str, Any] = {"status": status, "error": error} | ({"number_mask": None} if status == ARRIVED else {})
    return bool(conn.execute(sa.update(messages).where(here, messages.c.status.in_(below)).values(**told)).rowcount)


def wait_until_sent(engine: sa.Engine, seconds: float = 5.0) -> bool:
    """Wait until no text is due or being tried, at most so long; False when time ran out."""
    until = time.monotonic() + seconds
    while True:
        with begin_read(engine) as conn:
            if not conn.scalar(_unfinished(datetime.now(UTC))):
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.05)


LEASED_SINCE = timedelta(seconds=5)
"""A worker may have leased a row after this process asked for the time, and before it asked the database."""


def _unfinished(now: datetime) -> AnySelect:
    """How many texts are due or leased; one whose try failed is among them while its next try is within a lease's
    time.
    """
    may_be_leased = (messages.c.tries > 0) & (messages.c.next <= stamp(now + LEASE + LEASED_SINCE))
    mine = (messages.c.status == QUEUED) & (is_due(messages, now) | may_be_leased)
    return sa.select(sa.func.count()).select_from(messages).where(mine)


def _composer(context: Context, message_id: str) -> Composer:
    """What composes this message, by the first part of its id."""
    kind = message_id.partition(":")[0]
    if kind not in context.composers:
        raise LookupError(f"no composer for messages of kind {kind!r}; known: {sorted(context.composers)}")
    return context.composers[kind]


def _note_where(conn: sa.Connection, row: AnyRow, text: Text, sent: Sent | None, now: datetime) -> None:
    """Keep the parts of a text that was sent, where it went, and when to look for it; it may have arrived meanwhile, or
    been erased, or the answer was lost and a notice says that it is on its way."""
    here = (messages.c.id == row.id) & (messages.c.mark == row.mark)
    if sent is not None:
        conn.execute(sa.update(messages).where(here).values(parts=size(text.body).parts))
    known = {"sid": sent.sid} if sent and sent.sid else {}
    waits = messages.c.status == SENT
    conn.execute(
        sa.update(messages).where(here, waits).values(handed=stamp(now), look=stamp(now + LOOK_AFTER), **known)
    )
    on_its_way = messages.c.status.in_([name for names in LADDER[:-1] for name in names])
    conn.execute(sa.update(messages).where(here, on_its_way).values(number_mask=mask(text.to)))


def _try(context: Context, row: AnyRow) -> tuple[dict[str, Any], Text | None, Sent | None]:
    """Make one try; the values that it leaves to be written, the text if there is one, and the provider's answer."""
    composer, text = _composer(context, row.id), None
    try:
        text = composer.compose(context, row.id)
        if text is None:
            return {"status": "dropped"}, None, None
        if refused := [fault.partition(":")[0] for fault in faults(text.unsigned)]:
            logger("follow-up").error("text not sent", message=row.id, holds=refused)
            return {"status": "failed"}, text, None
        tried = datetime.fromisoformat(row.since) if row.tries > 1 else None
        sent = context.provider.send(row.id, replace(text, mark=row.mark, tried=tried))
    except Exception as error:  # the text may have been sent or not
        logger("follow-up").warning("text failed", message=row.id, tries=row.tries, type=type(error).__name__)
        return retry(row, composer.policy, context.machine()) or {"status": "failed"}, text, None
    return {"status": sent.status, "error": sent.error}, text, sent
