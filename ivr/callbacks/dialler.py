"""The dialler: rings an agent for each callback whose slot has come, and looks up attempts without a result."""

from __future__ import annotations

from datetime import datetime

from ivr.callbacks import attempts
from ivr.callbacks.tables import callback_queue as table
from ivr.callbacks.tables import ring_attempts
from ivr.config.logs import logger
from ivr.engine import twiml
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import due, lease
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.dialling import CLOCKS_DIFFER, NotPlaced, Ringing, Telephone

ENDED = {
    "completed": "declined",
    "busy": "agent busy",
    "no-answer": "agent did not answer",
    "failed": "agent not reachable",
    "canceled": "canceled",
}
"""Twilio's final call status → how an attempt ended, if nothing more precise is known."""


def due_callbacks(context: Context) -> list[str]:
    """The callbacks whose slot has come, by business time."""
    with begin_read(context.engine) as conn:
        return due(conn, table, context.clock(conn))


def due_attempts(context: Context) -> list[str]:
    """The attempts of which nothing has been heard since they were leased."""
    with begin_read(context.engine) as conn:
        return due(conn, ring_attempts, context.machine())


def ring(context: Context, callback: str) -> None:
    """Ring one agent for this callback, unless another worker was first or it cannot be rung now."""
    with begin_write(context.engine) as conn:
        attempt = attempts.begin(conn, context, callback)
    if attempt is None:
        return
    url = f"{context.settings.public_base_url}/voice/rings/{attempt.id}"
    try:
        call = _telephone(context).ring(
            Ringing(attempt.agent, attempt.caller_id, url + twiml.OVERRIDES, f"{url}/leg{twiml.OVERRIDES}")
        )
    except NotPlaced as refusal:
        _settle(context, attempt.id, f"refused with {refusal.code}" if refusal.code else attempts.UNASKED)
    except Exception as error:  # nobody knows: it is looked for, not repeated
        logger("follow-up").warning("call may be placed", callback=callback, type=type(error).__name__)
    else:
        with begin_write(context.engine) as conn:
            attempts.set_call_sid(conn, attempt.id, call)


def look(context: Context, attempt_id: str) -> None:
    """Ask Twilio about an attempt of which nothing was heard; a call that was never placed is placed anew."""
    row = lease(context.engine, ring_attempts, attempt_id, context.machine())
    if row is None:
        return
    telephone = _telephone(context)
    with begin_read(context.engine) as conn:
        ours, others = attempts.caller_id_of(conn, context.settings, row.ring), attempts.call_sids_of(conn, row.agent)
    try:
        since = datetime.fromisoformat(row.at) - CLOCKS_DIFFER
        found = (
            [row.call] if row.call else [one for one in telephone.placed(row.agent, ours, since) if one not in others]
        )
        status = telephone.status(found[0]) if found else None
    except Exception as error:  # asked again in a minute
        logger("follow-up").warning("call not looked up", attempt=attempt_id, type=type(error).__name__)
        return
    if status is None:
        _settle(context, attempt_id, attempts.UNASKED)
        return
    with begin_write(context.engine) as conn:
        attempts.set_call_sid(conn, attempt_id, found[0])
    if status in ENDED:
        _settle(context, attempt_id, ENDED[status])


def _settle(context: Context, attempt_id: str, ended: str) -> None:
    with begin_write(context.engine) as conn:
        attempts.settle(conn, attempt_id, ended, context.clock(conn), context.machine())


def _telephone(context: Context) -> Telephone:
    assert context.telephone is not None, "this worker has no telephone"
    return context.telephone


ATTEMPTS = Outbox("callback attempts", due_attempts, look)
CALLBACKS = Outbox("callbacks", due_callbacks, ring)
"""One at a time: Twilio places one call a second, unless an account has a higher limit."""
