"""`/desk/phone`: the browser of an agent as telephone: accept, decline, talk, hang up; and the token of the Voice SDK.

The state of a call comes from the server, so a reload changes nothing. In the lab the simulator operates the telephone,
and everything works by forms. With Twilio the window of this page operates it, and follows what the server says: it
answers when the offer was accepted, in whichever window that was.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, send_file, url_for

from ivr.callbacks import attempts, desk_agents
from ivr.desk.access import is_signed_in, needs, person
from ivr.desk.context import Desk
from ivr.queue import offers
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.talks import browser_legs, operations
from ivr.telephony import voice_sdk
from ivr.telephony.softphone import Leg, NotReached

SCRIPT = "X-Desk-Script"
"""A header of requests by the page's script, which shows the answer itself."""
MOST_WORDS = 300
"""Characters that an agent may say at once on the lab's telephone, which reads them out."""


@dataclass(frozen=True)
class Panel:
    """The telephone as its person sees it: `kind` is lab, sdk or none; `why` there is none."""

    kind: str
    why: str | None
    leg: Leg | None
    offer: AnyRow | None
    """The open offer of a caller or a callback; its id and state."""
    asked: AnyRow | None
    """The leg by which a colleague consults this person, or a supervisor hears a talk."""

    @property
    def rings_for(self) -> AnyRow | None:
        """What the telephone rings for, or goes on with."""
        return self.offer or self.asked


def blueprint(desk: Desk) -> Blueprint:
    """`/desk/phone` and its posts."""
    pages = Blueprint("phone", __name__, url_prefix="/desk/phone")
    _add_pages(pages, desk)
    _add_deeds(pages, desk)
    _add_sdk(pages, desk)
    _add_words(pages, desk)
    return pages


def signed_out(desk: Desk, id: str) -> None:
    """A person's last session has ended: their browser is no telephone any more."""
    if desk.softphone is not None:
        with suppress(NotReached):  # the registration ends by itself
            desk.softphone.leave(id)


def panel(desk: Desk) -> Panel | None:
    """The telephone of who asks, whose browser is open now; None for a person who is rung elsewhere."""
    if not _is_rung_here():
        return None
    with begin_read(desk.engine) as conn:
        asked = browser_legs.of_person(conn, person().id)
        offer = offers.of_agent(conn, person().id) or desk_agents.of_agent(conn, person().id)
    kind, why, leg = _kind(desk), None, None
    if kind == "none":
        why = voice_sdk.missing(desk.settings)
    elif desk.softphone is not None:
        try:
            leg = desk.softphone.here(person().id)
        except NotReached:
            kind, why = "none", "not-reached"
    return Panel(kind, why, leg, offer, asked)


def _kind(desk: Desk) -> str:
    if desk.softphone is not None:
        return "lab"
    return "none" if voice_sdk.missing(desk.settings) else "sdk"


def _is_rung_here() -> bool:
    return is_signed_in() and person().may("take-calls") and person().address == f"client:{person().id}"


def _add_words(pages: Blueprint, desk: Desk) -> None:
    @pages.app_context_processor
    def for_templates() -> dict[str, Any]:
        """`phone_kind`: whether the person's telephone is their browser, and which; empty when they are rung
        elsewhere.
        """
        return {"phone_kind": _kind(desk) if _is_rung_here() else ""}


def lab_phone(desk: Desk) -> str:
    """Where a caller may be played in the lab."""
    return f"http://127.0.0.1:{desk.settings.port + 1}/phone/"


def _add_pages(pages: Blueprint, desk: Desk) -> None:
    lab = lab_phone(desk)

    @pages.get("")
    @needs("take-calls")
    def show() -> str:
        found = panel(desk)
        if found is not None and found.kind == "sdk":
            g.more_policy = voice_sdk.policy(desk.settings)
        return render_template("desk/phone.html", panel=found, lab_phone=lab, edge=voice_sdk.edge(desk.settings))

    @pages.post("/here")
    @needs("take-calls")
    def here() -> Any:
        found = panel(desk)
        return render_template("desk/phone_panel.html", panel=found, lab_phone=lab) if found else ("", 204)


def _add_deeds(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/accept")
    @needs("take-calls")
    def accept() -> Any:
        with begin_write(desk.engine) as conn:
            taken = _accept(conn, desk, request.form.get("offer", ""))
        if taken is None:
            return _done("phone-gone", 409)
        return _operate(desk, lambda phone: phone.accept(person().id, taken.call))

    @pages.post("/decline")
    @needs("take-calls")
    def decline() -> Any:
        with begin_write(desk.engine) as conn:
            declined = _decline(conn, desk, request.form.get("offer", ""))
        return _operate(desk, lambda phone: phone.decline(person().id)) if declined else _done()

    @pages.post("/say")
    @needs("take-calls")
    def say() -> Any:
        words = request.form.get("words", "").strip()
        if not 0 < len(words) <= MOST_WORDS:
            abort(400)
        return _operate(desk, lambda phone: phone.say(person().id, words))

    @pages.post("/hang-up")
    @needs("take-calls")
    def hang_up() -> Any:
        with begin_write(desk.engine) as conn:
            operations.hang_up(conn, person(), desk.now())  # or the end of the leg would look like a cut
        return _operate(desk, lambda phone: phone.hang_up(person().id))


def _add_sdk(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/token")
    @needs("take-calls")
    def token() -> Response:
        if not _is_rung_here() or _kind(desk) != "sdk":
            abort(404)
        return jsonify(token=voice_sdk.token(desk.settings, person().id))

    @pages.get("/voice-sdk.js")
    @needs("take-calls")
    def sdk() -> Response:
        if _kind(desk) != "sdk":
            abort(404)
        return send_file(voice_sdk.FILE, mimetype="text/javascript")


def _accept(conn: sa.Connection, desk: Desk, id: str) -> AnyRow | None:
    """Accept the offer, or the leg, of this id; it holds the CallSid. None when it is not one's own, or over."""
    if asked := browser_legs.accept(conn, person().id, id):
        return asked
    if (back := _own_callback(conn, id)) is not None:
        desk_agents.claim(conn, back.id)
        return back
    offer = _own_offer(conn, id)
    return offer if offer is not None and offers.claim(conn, offer.id, desk.now()) is not None else None


def _decline(conn: sa.Connection, desk: Desk, id: str) -> bool:
    if browser_legs.decline(conn, person().id, id, desk.now()):
        return True
    if _own_callback(conn, id) is not None:
        return attempts.decline(conn, person().id, desk.now())
    offer = _own_offer(conn, id)
    return offer is not None and offers.decline(conn, offer.id, desk.now())


def _own_offer(conn: sa.Connection, id: str) -> AnyRow | None:
    """An open offer of a caller that rings the browser of who asks."""
    return _mine(offers.of_agent(conn, person().id), id)


def _own_callback(conn: sa.Connection, id: str) -> AnyRow | None:
    """The same of a callback."""
    return _mine(desk_agents.of_agent(conn, person().id), id)


def _mine(offer: AnyRow | None, id: str) -> AnyRow | None:
    mine = offer is not None and (offer.id, offer.address) == (id, f"client:{person().id}")
    return offer if mine else None


def _operate(desk: Desk, act: Any) -> Any:
    """Operate the telephone where the server does that; elsewhere the page's script does it, after this answer."""
    if desk.softphone is not None and _is_rung_here():
        try:
            act(desk.softphone)
        except NotReached:
            return _done("phone-not-reached", 409)
    return _done()


def _done(says: str = "", code: int = 204) -> Any:
    """For a form the page again, or what went wrong; for the script only that."""
    if request.headers.get(SCRIPT):
        return (render_template("desk/says.html", says=says), code) if says else ("", code)
    return (render_template("desk/error.html", says=says), code) if says else redirect(url_for("calls.home"), 303)
