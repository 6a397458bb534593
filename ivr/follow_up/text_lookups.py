"""Looking up texts of which nothing more was heard: Twilio has taken them, and no notice said how they ended.

The notice may have been lost, or there was none: not every carrier tells Twilio that a text has arrived, and then it
is `sent` for good. So each text is looked up once, a day after it was sent; a look that gets no answer is made again
for a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.messages import LOOK_AFTER, SENT, settle
from ivr.follow_up.outbox import LEASE, ROWS_A_LOOK, RetryPolicy, stamp
from ivr.follow_up.tables import messages
from ivr.storage.database import AnyRow, begin_read, begin_write

RETRIES = RetryPolicy(timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
"""For looks that get no answer."""


def due_lookups(context: Context) -> list[str]:
    """The texts to be looked up now, the longest unknown first."""
    query = sa.select(messages.c.id).where(_is_due(context.machine())).order_by(messages.c.look, messages.c.id)
    with begin_read(context.engine) as conn:
        return list(conn.scalars(query.limit(ROWS_A_LOOK)))


def look_up(context: Context, message_id: str) -> None:
    """Ask Twilio once how a text ended, unless another worker is asking, or a notice has come."""
    row = _lease(context, message_id)
    if row is None:
        return
    try:
        found = context.provider.look(row.sid)
    except Exception as error:  # asked again later
        logger("follow-up").warning("text not looked up", message=message_id, type=type(error).__name__)
        _look_again(context, row)
        return
    with begin_write(context.engine) as conn:
        conn.execute(sa.update(messages).where(_same(row)).values(look=None))
        if found is not None:
            settle(conn, _same(row), found.status, found.error)
    logger("follow-up").info("text looked up", message=message_id, status=found.status if found else "unknown")


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return (messages.c.status == SENT) & messages.c.sid.is_not(None) & (messages.c.look <= stamp(now))


def _lease(context: Context, message_id: str) -> AnyRow | None:
    """The text, leased; `look` of the row is when it was due."""
    now = context.machine()
    here = (messages.c.id == message_id) & _is_due(now)
    with begin_write(context.engine) as conn:
        row = conn.execute(sa.select(messages).where(here).with_for_update()).first()
        if row is not None:
            conn.execute(sa.update(messages).where(here).values(look=stamp(now + LEASE)))
    return row


def _look_again(context: Context, row: AnyRow) -> None:
    """Look again later, for a day; then the text stays as it is."""
    now = context.machine()
    following = RETRIES.next_try(datetime.fromisoformat(row.handed) + LOOK_AFTER, now)
    with begin_write(context.engine) as conn:
        conn.execute(sa.update(messages).where(_same(row)).values(look=stamp(following) if following else None))


def _same(row: AnyRow) -> sa.ColumnElement[bool]:
    """The text as it was sent then: sent again, it has another SID."""
    return (messages.c.id == row.id) & (messages.c.sid == row.sid)


OUTBOX = Outbox("text look-ups", due_lookups, look_up)
