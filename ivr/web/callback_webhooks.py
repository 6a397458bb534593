"""Twilio's webhooks of a callback: the agent who is rung first, then the customer, and the status callback.

The addresses are `/voice/rings/<attempt_id>…`; unsigned requests are refused by the voice
blueprint. The agent's leg is the call that we placed. The customer's is dialled from it, after the agent has
accepted. A repeated request gets the same answer.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, request

from ivr.callbacks import attempts, desk_agents
from ivr.callbacks.dialler import ENDED
from ivr.callbacks.tables import callbacks, ring_attempts
from ivr.calls.report import tell_crm
from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.runtime import Runtime
from ivr.engine.utterances import Utterance
from ivr.follow_up.outbox import QUEUED
from ivr.handover.whisper import announcement, whisper
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.wallet import directory
from ivr.web.guarded import guarded

ADDRESS = "/<string(length=16):attempt_id>"


def callbacks_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice/rings/<attempt_id>`; after a fault the dialler asks Twilio how the call ended."""
    room = Blueprint("rings", __name__, url_prefix="/voice/rings")
    views = {
        "": agent_hears,
        "/answer": agent_answers,
        "/customer": customer_hears,
        "/customer/answer": customer_answers,
        "/talked": talked,
        "/leg": leg,
    }
    for path, view in views.items():
        room.add_url_rule(ADDRESS + path, view.__name__, guarded(runtime, view, "/voice/rings"), methods=["POST"])
    return room


def agent_hears(runtime: Runtime, attempt_id: str) -> str:
    """What whoever answers may hear, also a voice mailbox; 1 accepts. The desk's button has accepted already."""
    with begin_write(runtime.engine) as conn:
        found = _open(conn, attempt_id)
        if found is None:
            return twiml.HANG_UP
        attempts.set_call_sid(conn, attempt_id, request.form.get("CallSid", ""))
        tell_crm(conn, runtime.settings, found.call, runtime.clock(conn))
        accepted = desk_agents.accepted_by_button(conn, attempt_id)
        spoken = announcement(conn, found.call, found.wallet, runtime.speaker)
    if accepted:
        return _take(runtime, attempt_id)
    return twiml.decide(spoken, _url(runtime, attempt_id, "/answer"))


def agent_answers(runtime: Runtime, attempt_id: str) -> str:
    """Key 1 accepts. Any other key hangs up."""
    return _take(runtime, attempt_id) if keys_of(request.form.get("Digits")) == "1" else twiml.HANG_UP


def _take(runtime: Runtime, attempt_id: str) -> str:
    """The agent hears what the customer wanted, then the customer is rung. Repeating is the same."""
    with begin_write(runtime.engine) as conn:
        found = _open(conn, attempt_id)
        if found is None:
            return twiml.HANG_UP
        number = attempts.number_of(conn, found, runtime.sealer)
        if not attempts.may_be_rung(runtime.settings, number):
            return twiml.HANG_UP
        ours = attempts.caller_id_of(conn, runtime.settings, found.id)
        attempts.accept(conn, attempt_id)
        spoken = whisper(conn, found.call, runtime.speaker, Utterance("whisper-callback"))
    seconds = runtime.settings.ring_seconds
    return twiml.says(spoken) + twiml.dial(
        number, seconds, ours, _url(runtime, attempt_id, "/talked"), _url(runtime, attempt_id, "/customer")
    )


def customer_hears(runtime: Runtime, attempt_id: str) -> str:
    """Who is calling and why. Nothing about the account: anybody, or a voice mailbox, may have answered."""
    with begin_read(runtime.engine) as conn:
        found = _open(conn, attempt_id)
        if found is None:
            return twiml.HANG_UP
        language, name = _language(conn, found.call), dict(directory.by_id(conn, found.wallet).name)
    lines = [Utterance("callback-greeting", {"name": name}), Utterance("callback-greeting.join", key="1")]
    return twiml.decide(runtime.speaker.speak(lines, language, date.min), _url(runtime, attempt_id, "/customer/answer"))


def customer_answers(runtime: Runtime, attempt_id: str) -> str:
    """Key 1 joins the two, by an empty document."""
    if keys_of(request.form.get("Digits")) != "1":
        return twiml.HANG_UP
    with begin_write(runtime.engine) as conn:
        return "" if attempts.join(conn, attempt_id, runtime.machine()) else twiml.HANG_UP


def talked(runtime: Runtime, attempt_id: str) -> str:
    """The customer's leg has ended: the agent is told when the customer was not reached."""
    ended = request.form.get("DialCallStatus", "")
    with begin_write(runtime.engine) as conn:
        if request.form.get("DialBridged") == "false":
            attempts.unjoin(conn, attempt_id, "agent left", runtime.clock(conn), runtime.machine())
        missed = _open(conn, attempt_id)
        said = f"customer: {ended if ended in ENDED else 'unknown'}"
        attempts.settle(conn, attempt_id, said, runtime.clock(conn), runtime.machine())
        if missed is None:
            return twiml.HANG_UP
        language = _language(conn, missed.call)
    return twiml.says(runtime.speaker.speak([Utterance("whisper-not-reached")], language, date.min)) + twiml.HANG_UP


def leg(runtime: Runtime, attempt_id: str) -> str:
    """The status callback of the agent's leg."""
    status = request.form.get("CallStatus", "")
    with begin_write(runtime.engine) as conn:
        attempts.set_call_sid(conn, attempt_id, request.form.get("CallSid", ""))
        if status in ENDED:
            attempts.settle(conn, attempt_id, ENDED[status], runtime.clock(conn), runtime.machine())
    return ""


def _open(conn: sa.Connection, attempt_id: str) -> AnyRow | None:
    """The callback of an attempt, as long as it is open: the two are not joined yet, and it has not ended."""
    mine = (ring_attempts.c.id == attempt_id) & (ring_attempts.c.status == QUEUED) & ring_attempts.c.ended.is_(None)
    ring = sa.select(ring_attempts.c.ring).where(mine).scalar_subquery()
    return conn.execute(sa.select(callbacks).where(callbacks.c.id == ring)).first()


def _url(runtime: Runtime, attempt_id: str, path: str) -> str:
    return f"{runtime.base_url}/voice/rings/{attempt_id}{path}"


def _language(conn: sa.Connection, call: str) -> str:
    rows = journal.rows(conn, call)
    return rows[-1].language if rows else "zh"
