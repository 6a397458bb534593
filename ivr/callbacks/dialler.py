"""The round that rings callbacks whose slot has come, and finds out what became of calls that nothing was heard of."""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.callbacks import attempts
from ivr.callbacks.tables import ring_attempts
from ivr.callbacks.tables import rings as table
from ivr.config.logs import logger
from ivr.engine import twiml
from ivr.follow_up.jobs import Surroundings
from ivr.follow_up.telephone import NotPlaced, Ringing, Telephone
from ivr.follow_up.tries import due, take
from ivr.storage.database import begin_read, begin_write

CLOCKS_DIFFER = timedelta(seconds=30)
ENDED = {
    "completed": "declined", "busy": "agent busy", "no-answer": "agent did not answer", "failed": "agent not reachable",
    "canceled": "canceled",
}  # fmt: skip
"""Twilio's words for a call that is over → how an attempt ended that nothing better is known of."""


def ring_due(here: Surroundings) -> None:
    """One walk: first what is uncertain, then whose slot has come."""
    if here.telephone is None:
        return
    with begin_read(here.engine) as conn:
        unheard = due(conn, ring_attempts, here.machine())
        waiting = due(conn, table, here.clock(conn))
    for attempt_id in unheard:
        look(here, here.telephone, attempt_id)
    for callback in waiting:
        ring(here, here.telephone, callback)


def ring(here: Surroundings, telephone: Telephone, callback: str) -> None:
    """One agent's telephone for this callback, unless another worker was first or it cannot be now."""
    with begin_write(here.engine) as conn:
        attempt = attempts.begin(conn, here, callback)
    if attempt is None:
        return
    url = f"{here.settings.public_base_url}/voice/rings/{attempt.id}"
    try:
        call = telephone.ring(
            Ringing(attempt.agent, attempt.caller_id, url + twiml.OVERRIDES, f"{url}/leg{twiml.OVERRIDES}")
        )
    except NotPlaced as refusal:
        _settle(here, attempt.id, f"refused with {refusal.code}" if refusal.code else attempts.UNASKED)
    except Exception as error:  # nobody knows: it is looked for, not repeated
        logger("follow-up").warning("call may be placed", callback=callback, type=type(error).__name__)
    else:
        with begin_write(here.engine) as conn:
            attempts.know(conn, attempt.id, call)


def look(here: Surroundings, telephone: Telephone, attempt_id: str) -> None:
    """Ask what became of an attempt; a call that was never placed is placed anew."""
    row = take(here.engine, ring_attempts, attempt_id, here.machine())
    if row is None:
        return
    with begin_read(here.engine) as conn:
        ours, others = attempts.caller_id_of(conn, here.settings, row.ring), attempts.known(conn, row.agent)
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
        _settle(here, attempt_id, attempts.UNASKED)
        return
    with begin_write(here.engine) as conn:
        attempts.know(conn, attempt_id, found[0])
    if status in ENDED:
        _settle(here, attempt_id, ENDED[status])


def _settle(here: Surroundings, attempt_id: str, ended: str) -> None:
    with begin_write(here.engine) as conn:
        attempts.settle(conn, attempt_id, ended, here.clock(conn))
