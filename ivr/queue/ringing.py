"""Rings agents for the callers who wait, and looks up offers of which nothing was heard."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.engine import twiml
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import due, lease, stamp
from ivr.queue import offers
from ivr.queue.tables import IN_ORDER, agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.dialling import CLOCKS_DIFFER, NotPlaced, Ringing, Telephone

LEG_ENDED = {
    "completed": "declined",
    "busy": "declined",
    "no-answer": "missed",
    "failed": "failed",
    "canceled": "failed",
}
"""Twilio's final status of the agent's leg → how the offer ended, if nothing more precise is known."""


def due_callers(context: Context) -> list[str]:
    """The callers for whom an agent may be rung now, the next one first; none where TaskRouter chooses the agents."""
    if context.settings.agent_mode == "taskrouter":
        return []
    is_due = queue_entries.c.next.is_(None) | (queue_entries.c.next <= stamp(context.machine()))
    query = sa.select(queue_entries.c.id).where(queue_entries.c.status == "queued", is_due).order_by(*IN_ORDER)
    with begin_read(context.engine) as conn:
        return list(conn.scalars(query))


def due_offers(context: Context) -> list[str]:
    """The offers of which nothing has been heard since they were leased."""
    with begin_read(context.engine) as conn:
        return due(conn, agent_offers, context.machine())


def ring(context: Context, entry_id: str) -> None:
    """Ring one agent for this caller, unless another worker was first or nobody is free."""
    with begin_write(context.engine) as conn:
        offer = offers.begin(conn, context, entry_id)
    if offer is not None:
        place(context, offer)


def place(context: Context, offer: offers.Offer) -> None:
    """Ask Twilio once to ring this agent."""
    url = f"{context.settings.public_base_url}/voice/offers/{offer.id}"
    asked = Ringing(offer.address, offer.caller_id, url + twiml.OVERRIDES, f"{url}/leg{twiml.OVERRIDES}")
    try:
        call = _telephone(context).ring(asked)
    except NotPlaced as refusal:
        logger("queue").error("agent cannot be rung", offer=offer.id, code=refusal.code)
        _settle(context, offer.id, "missed" if refusal.code else "failed")
    except Exception as error:  # nobody knows: it is looked for, not repeated
        logger("queue").warning("agent may be rung", offer=offer.id, type=type(error).__name__)
    else:
        with begin_write(context.engine) as conn:
            offers.set_call_sid(conn, offer.id, call)


def look(context: Context, offer_id: str) -> None:
    """Ask Twilio about an offer of which nothing was heard; a call that was never placed ends the offer."""
    row = lease(context.engine, agent_offers, offer_id, context.machine())
    if row is None:
        return
    with begin_read(context.engine) as conn:
        withdrawn = offers.is_withdrawn(conn, row)
    if withdrawn and row.call is not None and not _stopped(context, row.call):
        return  # tried again when the lease ends
    try:
        status = _status(context, row.call, row.address, datetime.fromisoformat(row.at) - CLOCKS_DIFFER)
    except Exception as error:  # asked again when the lease ends
        logger("queue").warning("agent not looked up", offer=offer_id, type=type(error).__name__)
        return
    if status is None or status in LEG_ENDED:
        _settle(context, offer_id, LEG_ENDED[status] if status else "failed")


def _stopped(context: Context, call: str) -> bool:
    """Stop ringing the agent, whose caller has left; an agent who has answered hears that when they accept."""
    try:
        _telephone(context).cancel(call)
    except Exception as error:
        logger("queue").warning("ringing not stopped", type=type(error).__name__)
        return False
    return True


def _status(context: Context, call: str | None, address: str, since: datetime) -> str | None:
    if call is None:
        with begin_read(context.engine) as conn:
            known = set(conn.scalars(sa.select(agent_offers.c.call).where(agent_offers.c.address == address)))
        found = [one for one in _telephone(context).placed(address, "", since) if one not in known]
        call = found[0] if found else None
    return _telephone(context).status(call) if call else None


def _settle(context: Context, offer_id: str, ended: str) -> None:
    with begin_write(context.engine) as conn:
        offers.settle(conn, offer_id, ended, context.machine())


def _telephone(context: Context) -> Telephone:
    assert context.telephone is not None, "this worker has no telephone"
    return context.telephone


CALLERS = Outbox("queue", due_callers, ring)
"""One at a time: Twilio places one call a second, unless an account has a higher limit."""
OFFERS = Outbox("offers to agents", due_offers, look)
