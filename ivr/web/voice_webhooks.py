"""Twilio's voice webhooks: incoming calls, turns, whispers, status callbacks and the fallback.

They never answer with a 5xx: on a fault the caller hears an apology, see `static_replies`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Request, Response, abort, request
from werkzeug.exceptions import HTTPException

from ivr.calls.report import has_follow_up, keep_summary, tell_crm
from ivr.engine import journal, twiml
from ivr.engine.entries import keys_of
from ivr.engine.prompts import Recorded
from ivr.engine.runtime import Runtime
from ivr.engine.secrets import mask
from ivr.engine.turn import Input, UnknownTurn, take_turn
from ivr.engine.utterances import Utterance
from ivr.handover.agents import at_work
from ivr.identity import callers
from ivr.identity.barred import BARRED, why_barred
from ivr.operations import announcements
from ivr.queue import entries
from ivr.storage.database import begin_read, begin_write, clean
from ivr.talks import talk as talks
from ivr.telephony.own_numbers import answered_by
from ivr.wallet import directory
from ivr.web import agent_legs, hold_music, queue_webhooks, recording_webhooks, talk_webhooks
from ivr.web.static_replies import StaticReplies
from ivr.web.twilio_signature import is_signed

OVER = {"completed", "busy", "failed", "no-answer", "canceled"}
SAFE_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
AGAIN = {"again": "1"}
FIRST_TRY = re.compile(r"https?://[^/?#]+/voice(?:#|$)")
"""The address of a call's first webhook; a second try has `?again=1` behind it."""


def voice_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice`."""
    voice = Blueprint("voice", __name__, url_prefix="/voice")
    static_replies = StaticReplies(runtime)

    @voice.before_app_request  # before a 404 or 405 could reveal which addresses exist
    def refuse_forgeries() -> None:
        asked, settings = here(), runtime.settings
        account = settings.twilio_account_sid
        if not f"{asked.path}/".startswith("/voice/") or asked.path == hold_music.ADDRESS:
            return
        if not is_signed(asked, settings.public_base_url, settings.tokens, settings.twilio_shared_keys):
            abort(403)
        if account and asked.values.get("AccountSid") != account:
            abort(403)
        if not SAFE_SID.fullmatch((asked.view_args or {}).get("sid", "CA")):
            abort(404)  # we never gave out such an address

    def guarded(view: Callable[..., str | None]) -> Callable[..., Response]:
        """The view's document; a static reply when the view fails or returns None."""

        @wraps(view)
        def answer(**path: Any) -> Response:
            try:
                body = view(**path) or static_replies.reply(request, retry=False)
            except HTTPException:
                raise
            except Exception as error:
                runtime.log.error("webhook failed", path=request.path, type=type(error).__name__)
                body = static_replies.reply(request, retry="turn" in path)
            return Response(body, mimetype="text/xml")

        return answer

    @voice.post("")
    @guarded
    def incoming() -> str | None:
        return answer_call(runtime, request.form)

    @voice.post("/calls/<sid>/turns/<int(min=1):turn>")
    @guarded
    def next_turn(sid: str, turn: int) -> str | None:
        return play_turn(runtime, sid, turn)

    @voice.post("/calls/<sid>/whisper/<int(min=1):turn>")
    @guarded
    def whispering(sid: str, turn: int) -> str:
        return agent_legs.announce_to_agent(runtime, sid, turn)

    @voice.post("/calls/<sid>/whisper/<int(min=1):turn>/answer")
    @guarded
    def whispered(sid: str, turn: int) -> str:
        return agent_legs.agent_answered(runtime, sid, turn, request.form)

    @voice.post("/status")
    @guarded
    def status() -> str:
        return call_status(runtime, request.form)

    @voice.post("/fallback")
    @guarded
    def fallback() -> str | None:
        return fall_back(runtime, request.form)

    return voice


def here() -> Request:
    """The request itself: Flask's proxy looks it up at every attribute."""
    return request._get_current_object()  # type: ignore[attr-defined]


def answer_call(runtime: Runtime, form: Any) -> str | None:
    """The first turn of a call: the number dialled decides the wallet, the caller's earlier choice the language.

    None for a CallSid of a form that Twilio never sends.
    """
    sid = form.get("CallSid", "")
    if not SAFE_SID.fullmatch(sid):
        return None
    caller, to, forwarded = (clean(form.get(name) or "").strip() for name in ("From", "To", "ForwardedFrom"))
    line = forwarded or to
    with begin_read(runtime.engine) as conn:
        wallet = directory.by_line(conn, line, to)
        if wallet is None:
            return unknown_line(runtime)
        number = callers.number_of(caller, wallet, to)
        caller_mark = runtime.sealer.fingerprint(number) if number else None
        language = callers.language_of(conn, caller_mark)
        now = runtime.clock(conn)
        barred = why_barred(conn, caller_mark, wallet.id, now, runtime.settings.calls_an_hour)
        announced = announcements.for_caller(conn, wallet.id, "menu", now)
    facts: dict[str, Any] = {
        "wallet": wallet.id,
        "name": dict(wallet.name),
        "line": wallet.line,
        "timezone": wallet.timezone,
        "caller_mark": caller_mark,
        "caller_tail": mask(number) if number else None,
        "remembered": language is not None,
        "at_work": at_work(wallet, now),
        "calendar": wallet.calendar,
    }
    if announced:
        facts["announced"] = announced
    if barred:
        facts["barred"] = barred
        BARRED.labels(barred).inc()
    if (answered := answered_by(to, wallet.line, wallet.country)) != wallet.line:
        facts["number"] = answered
    if wallet.only_language:
        language = facts["only_language"] = wallet.only_language
        facts["remembered"] = True
    keep_call(runtime, sid, facts, line, number)
    return take_turn(runtime, sid, 0, None, {"language": language or "zh", "facts": facts})


def keep_call(runtime: Runtime, sid: str, facts: dict[str, Any], line: str, number: str | None) -> None:
    """Store the call's row; a status callback may have made it before."""
    key = runtime.sealer.new_key()
    sealed = runtime.sealer.for_call(key).seal(number) if number else None
    values = {
        "call": sid,
        "caller_mark": facts["caller_mark"],
        "caller_sealed": sealed,
        "key_sealed": key,
        "wallet": facts["wallet"],
        "line": line,
    }
    with begin_write(runtime.engine) as conn:
        values["started"] = runtime.clock(conn).isoformat()
        if not journal.insert_new(conn, journal.calls, values):
            early = (journal.calls.c.call == sid) & journal.calls.c.wallet.is_(None)
            conn.execute(sa.update(journal.calls).where(early).values(**values))


def play_turn(runtime: Runtime, sid: str, turn: int) -> str | None:
    """The answer to a wait; None when the call is not known. CallStatus says whether the caller is still there."""
    form = here().form
    if form.get("CallSid") not in (None, sid):
        abort(403)
    if form.get("QueueResult", "").startswith("redirected"):
        return twiml.document("")  # the leg does something else already: nobody plays this answer
    recorded = recording_webhooks.take(runtime, sid, turn, form)
    if form.get("CallStatus") in OVER:
        agent_legs.ended(runtime, sid, turn, form)
        ended = {"dial": form.get("DialCallStatus"), "recording": recorded and recorded.id}
        with begin_write(runtime.engine) as conn:
            now = runtime.clock(conn)
            journal.add_notice(conn, sid, "ended-with", str(turn), now, ended)
            over(conn, runtime, sid, now)
        return twiml.document("")
    asked = request.args if here().query_string else {}
    if goes_on := talk_webhooks.caller_goes_on(runtime, sid, turn, form, asked):
        return goes_on
    try:
        return take_turn(runtime, sid, turn, keyed(runtime, sid, turn, form, recorded))
    except UnknownTurn as error:
        runtime.log.error("call forgotten", call=sid, turn=turn, type=type(error).__name__)
        return None


def keyed(runtime: Runtime, sid: str, turn: int, form: Any, recorded: Recorded | None = None) -> Input:
    """Twilio's form → the caller's input. Twilio reports a bare `#` in several ways; they all become "#"."""
    asked = request.args if here().query_string else {}
    if asked.get("talk"):
        return Input(queued=queue_webhooks.result(runtime, sid, "bridged"))
    if "DialCallStatus" in form:
        return Input(dialled=agent_legs.ended(runtime, sid, turn, form))
    if "QueueResult" in form:
        return Input(queued=queue_webhooks.result(runtime, sid, form["QueueResult"]))
    if asked.get("again"):
        ended = agent_legs.ended(runtime, sid, turn, form)
        return Input(again=True, dialled=ended, queued=queue_webhooks.outcome(runtime, sid))
    if asked.get("quiet") and not form.get("Digits"):
        return Input(keys=None, at=runtime.key_clock())
    return Input(keys=keys_of(form.get("Digits")) or "#", recorded=recorded, at=runtime.key_clock())


def call_status(runtime: Runtime, form: Any) -> str:
    """A status callback, stored once; it may come before `/voice`, late, or twice."""
    sid, state = form.get("CallSid", ""), clean(form.get("CallStatus", ""))
    if SAFE_SID.fullmatch(sid):
        with begin_write(runtime.engine) as conn:
            now = runtime.clock(conn)
            sequence = clean(form.get("SequenceNumber", state))[:32]
            journal.add_notice(conn, sid, "status", sequence, now, {"status": state})
            journal.insert_new(conn, journal.calls, {"call": sid, "started": now.isoformat()})
            if state in OVER:
                over(conn, runtime, sid, now)
    return twiml.document("")


def over(conn: sa.Connection, runtime: Runtime, sid: str, now: datetime) -> None:
    """End a call: by its status callback or, where none comes, by the last webhook of the call itself."""
    open_call = (journal.calls.c.call == sid) & journal.calls.c.ended.is_(None)
    conn.execute(sa.update(journal.calls).where(open_call).values(ended=now.isoformat()))
    entries.caller_gone(conn, sid, runtime.machine())
    talks.caller_gone(conn, sid, runtime.machine())
    keep_summary(conn, sid, runtime.sealer)
    if runtime.settings.crm_url and has_follow_up(conn, sid):
        tell_crm(conn, runtime.settings, sid, now)


def fall_back(runtime: Runtime, form: Any) -> str | None:
    """A call whose webhook failed: the turn after an agent's leg, the last stored reply again, or its first turn once
    more."""
    sid = form.get("CallSid", "")
    if form.get("CallStatus") in OVER:
        return twiml.document("")
    failed = agent_legs.TURN.search(form.get("ErrorUrl", ""))
    if failed and (goes_on := talk_webhooks.caller_goes_on(runtime, sid, int(failed[1]), form, AGAIN)):
        return goes_on
    if "QueueResult" in form:
        queue_webhooks.result(runtime, sid, form["QueueResult"])
    if (after := agent_legs.after_the_leg(runtime, sid, form)) is not None:
        return take_turn(runtime, sid, *after)
    with begin_read(runtime.engine) as conn:
        stored, key = journal.last_reply(conn, sid), journal.key(conn, sid)
    if stored is None and FIRST_TRY.match(form.get("ErrorUrl", "")):
        return twiml.document(twiml.redirect(f"{runtime.base_url}/voice?again=1"))
    return runtime.sealer.for_call(key).open(stored) if stored else None


def unknown_line(runtime: Runtime) -> str:
    """The reply at a number that belongs to no wallet: a polite sentence, then hang up."""
    lines = [Utterance("line-unknown", language="zh"), Utterance("line-unknown", language="en")]
    spoken = runtime.speaker.speak(lines, "zh", date.today())
    return twiml.document(twiml.says(spoken) + twiml.HANG_UP)
