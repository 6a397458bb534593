"""`/desk/talks/TALK/…`: what an agent or a supervisor does with a talk. A refusal says why, and what to do.

`TALK` is the id of the offer with which this person has the talk. What is done is written here and asked of Twilio by
the worker, so no page waits for Twilio.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for

from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.queue.agents import everybody
from ivr.staff.roles import TOPICS
from ivr.storage.database import begin_read, begin_write
from ivr.talks import operations
from ivr.talks.operations import LONGEST_NOTE, Hears, Refused, To
from ivr.talks.view import colleagues, of_offer, read_talks

PLAIN = {
    "hold": operations.hold,
    "unhold": operations.unhold,
    "complete": operations.complete,
    "cancel": operations.cancel,
    "end": operations.end,
    "rejoin": operations.rejoin,
}
WITH_SOMEBODY = {"consult": operations.consult, "transfer": operations.transfer}


def blueprint(desk: Desk) -> Blueprint:
    """The posts of the buttons; each leads back to the home page."""
    pages = Blueprint("talks", __name__, url_prefix="/desk/talks")
    for act in PLAIN:
        pages.add_url_rule(f"/<talk>/{act}", act, _plain(desk, act), methods=["POST"])
    for act in WITH_SOMEBODY:
        pages.add_url_rule(f"/<talk>/{act}", act, _with_somebody(desk, act), methods=["POST"])

    @pages.get("/<talk>/choose")
    @needs("own-calls")
    def choose(talk: str) -> str:
        with begin_read(desk.engine) as conn:
            now = desk.now()
            mine = of_offer(read_talks(conn, now), talk)
            if mine is None or mine.staff != person().id or mine.wallet not in person().scope:
                abort(404)
            free = colleagues(mine, person(), everybody(conn, now))
        given = {"talk": mine, "colleagues": free, "topics": TOPICS, "longest": LONGEST_NOTE}
        return render_template("desk/talk_choose.html", **given)

    @pages.post("/<talk>/supervise")
    @needs("supervise")
    def supervise(talk: str) -> Any:
        hears = request.form.get("hears", "")
        if hears == "stop":
            return _carried_out(desk, lambda conn: operations.stop_supervising(conn, talk, person(), desk.now()))
        known: Hears | None = next((one for one in get_args(Hears) if one == hears), None)
        if known is None:
            abort(400)
        return _carried_out(desk, lambda conn: operations.supervise(conn, talk, person(), known, desk.now()))

    return pages


def _plain(desk: Desk, act: str) -> Callable[[str], Any]:
    @needs("own-calls")
    def do(talk: str) -> Any:
        return _carried_out(desk, lambda conn: PLAIN[act](conn, talk, person(), desk.now()))

    return do


def _with_somebody(desk: Desk, act: str) -> Callable[[str], Any]:
    """With whom is `person:NAME` or `topic:TOPIC`."""

    @needs("own-calls")
    def do(talk: str) -> Any:
        kind, _, name = request.form.get("to", "").partition(":")
        note = request.form.get("note", "")
        if kind not in ("person", "topic") or len(note) > LONGEST_NOTE:
            abort(400)
        to = To(name if kind == "person" else "", name if kind == "topic" else "", note)
        return _carried_out(desk, lambda conn: WITH_SOMEBODY[act](conn, desk.sealer, talk, person(), to, desk.now()))

    return do


def _carried_out(desk: Desk, act: Callable[[sa.Connection], None]) -> Any:
    """The home page, or what is wrong: 404 for a talk that this person has nothing to do with, else 409."""
    try:
        with begin_write(desk.engine) as conn:
            act(conn)
    except Refused as refused:
        if refused.reason == "no-talk":
            abort(404)
        return render_template("desk/error.html", says=f"refused-{refused.reason}"), 409
    return redirect(url_for("calls.home"), 303)
