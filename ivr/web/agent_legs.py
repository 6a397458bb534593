"""An agent's leg of a warm transfer: the announcement, the agent's key, the whisper, and how the leg ended for the
caller.

The agent's key decides whether they take the call, and never `DialCallStatus`: a leg that was answered and declined is
`completed`. But a 1 for a caller who has left joins nobody; only `DialBridged` or the end of the call shows that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from ivr.calls.report import UNJOINED, keep_summary, tell_crm
from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.live_turn import Input
from ivr.engine.runtime import Runtime
from ivr.engine.utterances import Utterance
from ivr.handover.whisper import announcement, whisper
from ivr.queue import entries
from ivr.storage.database import begin_read, begin_write

NOT_REACHED = ("busy", "no-answer", "failed", "canceled")
TURN = re.compile(r"/voice/calls/[^/]+/turns/([0-9]{1,9})(?:[?#]|$)")


def announce_to_agent(runtime: Runtime, sid: str, turn: int) -> str:
    """What whoever answers may hear, also a voice mailbox: that the line has a call, and key 1 to accept."""
    with begin_write(runtime.engine) as conn:
        wallet = conn.scalar(sa.select(journal.calls.c.wallet).where(journal.calls.c.call == sid))
        if wallet is None:
            return twiml.document(twiml.HANG_UP)
        keep_summary(conn, sid, runtime.sealer)
        tell_crm(conn, runtime.settings, sid, runtime.clock(conn))
        spoken = announcement(conn, sid, wallet, runtime.speaker)
    action = f"{runtime.base_url}/voice/calls/{sid}/whisper/{turn}/answer"
    return twiml.document(twiml.decide(spoken, action))


def agent_answered(runtime: Runtime, sid: str, turn: int, form: Mapping[str, str]) -> str:
    """Key 1: the summary, and its end joins the two. Any other key, or a caller who has left, ends the leg."""
    accepted = keys_of(form.get("Digits")) == "1"
    with begin_write(runtime.engine) as conn:
        gone = accepted and _is_over(conn, sid)
        verdict = "gone" if gone else "accepted" if accepted else "declined"
        told = {"verdict": verdict, "leg": form.get("CallSid")}
        journal.add_notice(conn, sid, "whisper", str(turn), runtime.clock(conn), told)
        kept = _keyed(conn, sid, turn)
        spoken = whisper(conn, sid, runtime.speaker) if kept == "accepted" else []
    if kept == "accepted":
        return twiml.document(twiml.says(spoken))
    return twiml.document((_nobody_there(runtime, sid) if kept == "gone" else "") + twiml.HANG_UP)


def ended(runtime: Runtime, sid: str, turn: int, form: Mapping[str, str]) -> str | None:
    """How this turn's leg ended: accepted, declined, busy, no-answer, failed or canceled; None when nobody knows.

    The form of a repeated request, or of the fallback, says nothing about the leg; then only the agent's key counts.
    """
    with begin_read(runtime.engine) as conn:
        verdict, unjoined = _keyed(conn, sid, turn), journal.find_notice(conn, sid, UNJOINED, str(turn))
    if verdict == "accepted" and form.get("DialBridged") == "false" and not unjoined:
        with begin_write(runtime.engine) as conn:
            unjoined = {"status": form.get("DialCallStatus")}
            journal.add_notice(conn, sid, UNJOINED, str(turn), runtime.clock(conn), unjoined)
    if verdict is not None:
        return "failed" if verdict == "accepted" and unjoined else "declined" if verdict == "gone" else verdict
    status = form.get("DialCallStatus")
    return status if status in NOT_REACHED else "declined" if status else None


def after_the_leg(runtime: Runtime, sid: str, form: Mapping[str, str]) -> tuple[int, Input] | None:
    """The turn whose request failed after an agent's leg, and how the leg ended; None when another request failed.

    The fallback must not ring the same agent again, least of all after a conversation.
    """
    with begin_read(runtime.engine) as conn:
        past = journal.load_state(conn, sid, runtime.state_query)
        waits = past.last.wait if past.last else None
        if waits is None or waits["kind"] not in ("Dial", "Queue"):
            return None
        queued = entries.outcome_of(conn, sid) if waits["kind"] == "Queue" else None
        rung = _keyed(conn, sid, past.turns) is not None
    if waits["kind"] == "Queue":
        return (past.turns, Input(again=True, queued=queued)) if queued else None
    failed = TURN.search(form.get("ErrorUrl", ""))
    if not (rung or "DialCallStatus" in form or (failed and int(failed[1]) == past.turns)):
        return None  # Twilio may never have got the document that rings the agent
    return past.turns, Input(again=True, dialled=ended(runtime, sid, past.turns, form))


def _keyed(conn: sa.Connection, sid: str, turn: int) -> str | None:
    found = journal.find_notice(conn, sid, "whisper", str(turn))
    return str(found["verdict"]) if found else None


def _is_over(conn: sa.Connection, sid: str) -> bool:
    here = sa.select(journal.calls.c.ended).where(journal.calls.c.call == sid)
    return conn.scalar(here) is not None


def _nobody_there(runtime: Runtime, sid: str) -> str:
    with begin_read(runtime.engine) as conn:
        rows = journal.rows(conn, sid)
    language = rows[-1].language if rows else "zh"
    return twiml.says(runtime.speaker.speak([Utterance("whisper-customer-left")], language, date.min))
