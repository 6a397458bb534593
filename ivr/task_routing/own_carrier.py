"""Rings workers whom a carrier of one's own reaches: TaskRouter's instruction to call knows no BYOC trunk.

TaskRouter has reserved the worker and was told that it hears later. The call is placed as where the line chooses the
agent, with the trunk; when the two are joined, the bridge accepts the reservation.
"""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import LEASE, QUEUED, stamp
from ivr.queue import offers, ringing
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from ivr.task_routing.tables import task_reservations
from ivr.telephony.dialling import OWN_CARRIER

UNPLACED = (
    (agent_offers.c.status == QUEUED)
    & (agent_offers.c.state == "ringing")
    & (agent_offers.c.tries == 0)
    & agent_offers.c.call.is_(None)
    & agent_offers.c.address.startswith(OWN_CARRIER)
)
"""Offers whose call nobody has asked Twilio for. One that was asked for is looked up, and not asked for again."""


def due_calls(context: Context) -> list[str]:
    """The reserved workers who are to be rung, for callers who are still there."""
    reserved = sa.select(task_reservations.c.offer)
    waits = sa.select(queue_entries.c.id).where(queue_entries.c.status == "offered")
    here = UNPLACED & agent_offers.c.id.in_(reserved) & agent_offers.c.entry.in_(waits)
    query = sa.select(agent_offers.c.id).where(here).order_by(agent_offers.c.at)
    with begin_read(context.engine) as conn:
        return list(conn.scalars(query))


def ring(context: Context, offer_id: str) -> None:
    """Ring one worker, unless another process was first."""
    here = agent_offers.c.id == offer_id
    tried = {"tries": 1, "next": stamp(context.machine() + LEASE)}
    with begin_write(context.engine) as conn:
        if not conn.execute(sa.update(agent_offers).where(here, UNPLACED).values(**tried)).rowcount:
            return
        offer = conn.execute(sa.select(agent_offers).where(here)).one()
        entry = conn.execute(sa.select(queue_entries).where(queue_entries.c.id == offer.entry)).one()
        caller_id = offers.caller_id_for(conn, context.settings, entry)
    ringing.place(context, offers.Offer(offer_id, offer.address, caller_id))


CALLS = Outbox("calls by an own carrier", due_calls, ring)
