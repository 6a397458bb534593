"""Twilio's webhooks of an offer: the agent's leg, from its first word to the end of the talk.

The addresses are `/voice/offers/<id>…`; unsigned requests are refused by the voice blueprint. The leg is a call that we
placed. It hears who is calling and nothing about the caller; 1 accepts; then comes the summary, then the caller out of
the queue. A repeated request gets the same answer.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, request

from ivr.calls.report import keep_summary, tell_crm
from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.runtime import Runtime
from ivr.engine.speaking import SpokenText
from ivr.engine.utterances import Utterance
from ivr.handover.whisper import announcement, whisper
from ivr.queue import entries, offers
from ivr.queue.ringing import LEG_ENDED
from ivr.storage.database import begin_read, begin_write
from ivr.talks import talk as talks
from ivr.task_routing import assignments
from ivr.web.guarded import guarded
from ivr.web.talk_webhooks import note_of

ADDRESS = "/<string(length=16):offer_id>"


def offers_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice/offers/<offer_id>`; after a fault the caller keeps their place in the queue."""
    room = Blueprint("offers", __name__, url_prefix="/voice/offers")
    views = {"": announce, "/answer": answered, "/joined": joined, "/after": after, "/leg": leg}
    for path, view in views.items():
        methods = ["POST", "GET"] if view is leg else ["POST"]
        room.add_url_rule(ADDRESS + path, view.__name__, guarded(runtime, view, "/voice/offers"), methods=methods)
    return room


def announce(runtime: Runtime, offer_id: str) -> str:
    """What whoever answers may hear, also a mailbox: the name of the line, and key 1 to accept.

    An agent who accepted in the browser hears the summary and the caller instead.
    """
    with begin_write(runtime.engine) as conn:
        offer = offers.find(conn, offer_id)
        if offer is None:
            return twiml.HANG_UP
        offers.set_call_sid(conn, offer_id, request.form.get("CallSid", ""))
        if not offers.needs_no_key(conn, offer):
            call = offers.call_of(conn, offer)
            spoken = announcement(conn, call, _wallet_of(conn, call), runtime.speaker)
            return twiml.decide(spoken, _url(runtime, offer_id, "/answer"))
    return _take(runtime, offer_id)


def answered(runtime: Runtime, offer_id: str) -> str:
    """Key 1 claims the caller: then the summary, then the caller. Any other key declines."""
    if keys_of(request.form.get("Digits")) == "1":
        return _take(runtime, offer_id)
    with begin_write(runtime.engine) as conn:
        offers.settle(conn, offer_id, "declined", runtime.machine())
    return twiml.HANG_UP


def _take(runtime: Runtime, offer_id: str) -> str:
    """Claim the caller; then the summary, then the caller. Repeating is the same."""
    with begin_write(runtime.engine) as conn:
        entry = offers.claim(conn, offer_id, runtime.machine())
        if entry is None:
            return _has_left(runtime, conn, offer_id)
        if (offer := offers.find(conn, offer_id)) is not None:
            talks.begin(conn, offer, entry, runtime.machine())
        keep_summary(conn, entry.call, runtime.sealer)
        tell_crm(conn, runtime.settings, entry.call, runtime.clock(conn))
    with begin_read(runtime.engine) as conn:
        spoken = whisper(conn, entry.call, runtime.speaker) + note_for(runtime, conn, entry.call)
        reserved = assignments.reservation_of(conn, offer_id)
    joined_at, after_at = _url(runtime, offer_id, "/joined"), _url(runtime, offer_id, "/after")
    if reserved is not None:
        pause = runtime.settings.taskrouter_pause_sid
        return twiml.says(spoken) + twiml.take_reserved(reserved, pause, after_at, joined_at)
    return twiml.says(spoken) + twiml.take_from_queue(entry.call, after_at, joined_at)


def joined(runtime: Runtime, offer_id: str) -> str:
    """Played to the caller at the moment in which the two are joined. Without a claim there is nobody to join."""
    with begin_write(runtime.engine) as conn:
        offers.join(conn, offer_id, runtime.machine())
        offer = offers.find(conn, offer_id)
        language = _call_language(conn, offers.call_of(conn, offer)) if offer else "zh"
    return twiml.says(runtime.speaker.speak([Utterance("queue-agent-here")], language, date.min))


def after(runtime: Runtime, offer_id: str) -> str:
    """The talk is over, or the caller was gone before it began."""
    with begin_write(runtime.engine) as conn:
        if request.form.get("DialBridged") == "true":
            offers.join(conn, offer_id, runtime.machine())  # in case the request at the joining was lost
            talks.leg_ended(conn, offer_id, "done", runtime.machine())
            offers.settle(conn, offer_id, "done", runtime.machine())
            return twiml.HANG_UP
        return _has_left(runtime, conn, offer_id)


def leg(runtime: Runtime, offer_id: str) -> str:
    """The status callback of the agent's leg; TaskRouter sends it by GET."""
    status = request.values.get("CallStatus", "")
    with begin_write(runtime.engine) as conn:
        offers.set_call_sid(conn, offer_id, request.values.get("CallSid", ""))
        if status in LEG_ENDED:
            talks.leg_ended(conn, offer_id, LEG_ENDED[status], runtime.machine())
            offers.settle(conn, offer_id, LEG_ENDED[status], runtime.machine())
    return ""


def note_for(runtime: Runtime, conn: sa.Connection, call: str) -> list[SpokenText]:
    """What the agent who transferred this caller noted for the next one."""
    earlier = talks.transferred(conn, call)
    return note_of(runtime, conn, earlier) if earlier is not None else []


def _has_left(runtime: Runtime, conn: sa.Connection, offer_id: str) -> str:
    """Tell the agent that the caller has hung up; this leg ends."""
    offer = offers.find(conn, offer_id)
    language = _call_language(conn, offers.call_of(conn, offer)) if offer else "zh"
    if offer is not None:
        call = offers.call_of(conn, offer)
        if conn.scalar(sa.select(journal.calls.c.ended).where(journal.calls.c.call == call)):
            entries.caller_gone(conn, call, runtime.machine())
        offers.settle(conn, offer_id, "withdrawn", runtime.machine())
    said = runtime.speaker.speak([Utterance("whisper-customer-left")], language, date.min)
    return twiml.says(said) + twiml.HANG_UP


def _call_language(conn: sa.Connection, call: str) -> str:
    rows = journal.rows(conn, call)
    return rows[-1].language if rows else "zh"


def _wallet_of(conn: sa.Connection, call: str) -> str:
    return str(conn.scalar(sa.select(journal.calls.c.wallet).where(journal.calls.c.call == call)))


def _url(runtime: Runtime, offer_id: str, path: str) -> str:
    return f"{runtime.base_url}/voice/offers/{offer_id}{path}"
