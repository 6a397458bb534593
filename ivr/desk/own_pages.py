"""`/desk/me`: where one is signed in, with "end", and one's own password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.desk import access
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.staff import audit, people, sessions
from ivr.staff.credentials import LONGEST_PASSWORD, SHORTEST_PASSWORD
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence


def blueprint(desk: Desk) -> Blueprint:
    """`/desk/me` and its posts."""
    pages = Blueprint("own", __name__, url_prefix="/desk/me")

    @pages.get("")
    @needs()
    def show() -> str:
        return _page(desk)

    @pages.post("/sessions/<int(max=2147483647):number>/end")
    @needs()
    def end(number: int) -> Response:
        with begin_write(desk.engine) as conn:
            if not sessions.end(conn, person().id, number, desk.now()):
                abort(404)
            presence.left(conn, person().id, desk.now())
            audit.record(conn, person().id, "session-ended", person().id, desk.now())
        return redirect(url_for("own.show"), 303)

    @pages.post("/password")
    @needs()
    def change_password() -> Any:
        wrong = _wrong_password(desk)
        if wrong:
            return _page(desk, wrong), 400
        hashed = desk.sign_in.credentials.hash(request.form["new"])
        with begin_write(desk.engine) as conn:
            people.set_password(conn, person().id, hashed, person().id, desk.now())
            presence.left(conn, person().id, desk.now())
        return access.without_session(desk, redirect(url_for("sign_in.ask"), 303))

    return pages


def _page(desk: Desk, wrong: str | None = None) -> str:
    with begin_read(desk.engine) as conn:
        listed = sessions.of(conn, person().id, desk.now())
    return render_template(
        "desk/me.html", sessions=listed, here=g.session.number, wrong=wrong, shortest=SHORTEST_PASSWORD
    )


def _wrong_password(desk: Desk) -> str | None:
    """Why the password is not changed. The old one is checked under the limits of sign-in: a session that was left open
    is no way to guess it."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        return "password-length"
    if new != again:
        return "password-differs"
    right = desk.sign_in.is_own_password(person().id, old, request.remote_addr or "", desk.now())
    return None if right else "password-wrong"
