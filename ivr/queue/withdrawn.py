"""Ends the legs of agents who are not wanted any more: who declined at the desk, took a break or signed out while being
rung hears no ringing to its end.

The offer is over before Twilio is asked, so the caller goes on to the next agent at once, and however this leg ends is
nobody's miss. A leg that has been answered meanwhile ends, too. While the CallSid is not known, since the answer to the
request was lost or TaskRouter placed the call, the call is looked for by the agent's address.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.engine.journal import insert_new
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import QUEUED, RetryPolicy, due, finish, lease, retry
from ivr.queue.tables import agent_offers, withdrawn_legs
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.telephony.conferencing import Gone
from ivr.telephony.dialling import CLOCKS_DIFFER

SOON = RetryPolicy(timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=15))
"""Twilio lists a call within moments; looked for any longer, the agent's next call could be taken for it."""
TO_END = RetryPolicy(timedelta(seconds=1), timedelta(seconds=5), timedelta(minutes=1))
"""For a call that is known: longer than a telephone rings."""


def stop_ringing(conn: sa.Connection, offer: AnyRow) -> None:
    """End the leg of this offer as soon as the worker can. Repeating changes nothing."""
    leg = {"id": offer.id, "address": offer.address, "at": offer.at, "call": offer.call}
    insert_new(conn, withdrawn_legs, leg | {"status": QUEUED, "tries": 0})


def set_call_sid(conn: sa.Connection, offer_id: str, call: str) -> None:
    """The CallSid has become known: the leg can be ended at once."""
    here = (withdrawn_legs.c.id == offer_id) & withdrawn_legs.c.call.is_(None)
    conn.execute(sa.update(withdrawn_legs).where(here).values(call=call, next=None))


def due_legs(context: Context) -> list[str]:
    """The legs that are to end."""
    with begin_read(context.engine) as conn:
        return due(conn, withdrawn_legs, context.machine())


def end(context: Context, leg_id: str) -> None:
    """End one leg."""
    row = lease(context.engine, withdrawn_legs, leg_id, context.machine())
    if row is None:
        return
    try:
        ended = _ended(context, row)
    except Exception as error:
        logger("queue").warning("ringing not stopped", offer=leg_id, type=type(error).__name__)
        ended = False
    again = {} if ended else retry(row, TO_END if row.call else SOON, context.machine())
    with begin_write(context.engine) as conn:
        if finish(conn, withdrawn_legs, row, **again or {"status": "done"}) and not again:
            conn.execute(sa.delete(withdrawn_legs).where(withdrawn_legs.c.id == row.id))


def _ended(context: Context, row: AnyRow) -> bool:
    """Whether the leg is over now; one whose call is not found yet is looked for again."""
    assert context.conferencing is not None, "this worker acts on no calls"
    calls = [row.call] if row.call else _placed(context, row)
    for call in calls:
        with suppress(Gone):  # over already
            context.conferencing.hang_up(call)
            break
    return bool(calls)


def _placed(context: Context, row: AnyRow) -> list[str]:
    """Calls to this agent of which no other offer knows."""
    assert context.telephone is not None, "this worker has no telephone"
    with begin_read(context.engine) as conn:
        known = set(conn.scalars(sa.select(agent_offers.c.call).where(agent_offers.c.address == row.address)))
    since = datetime.fromisoformat(row.at) - CLOCKS_DIFFER
    return [one for one in context.telephone.placed(row.address, "", since) if one not in known]


LEGS = Outbox("withdrawn legs", due_legs, end, at_once=4)
