"""Who asks: the session of a request, the rights that a page needs, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from ivr.desk.context import Desk
from ivr.staff import sessions
from ivr.staff.people import Person
from ivr.staff.roles import Right
from ivr.staff.sessions import SEEN_EVERY
from ivr.storage.database import begin_read, begin_write

View = Callable[..., Any]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEARTBEAT = "phone.here"
"""It comes from any open page and is no use of the session: the live stream keeps that of an agent at work."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def find_session(desk: Desk) -> None:
    """Look up the session of this request's cookie, and note that it was used."""
    id = request.cookies.get(desk.cookie, "")
    g.session, now = None, desk.now()
    if not id or request.endpoint == "static":
        return
    with begin_read(desk.engine) as conn:
        g.session = found = sessions.find(conn, id, now)
    is_use = request.endpoint != HEARTBEAT
    if found and is_use and not found.waits_for_code and now - found.seen >= SEEN_EVERY:
        with begin_write(desk.engine) as conn:
            sessions.keep(conn, found, now)


def person() -> Person:
    """Who asks, on pages that need a right or a session."""
    found: Person = g.session.person
    return found


def is_signed_in() -> bool:
    """Whether the request has a session that waits for nothing."""
    return g.get("session") is not None and not g.session.waits_for_code


def needs(*rights: Right) -> Callable[[View], View]:
    """Only for people who have one of these rights; without rights for everybody who is signed in.

    A request without a session is sent to the sign-in page; a person without the right gets 403.
    """

    def around(view: View) -> View:
        @wraps(view)
        def guarded(*given: Any, **named: Any) -> Any:
            if not is_signed_in():
                return redirect(url_for("sign_in.ask"), 303)
            if rights and not any(person().may(right) for right in rights):
                abort(403)
            return view(*given, **named)

        return guarded

    return around


def with_session(desk: Desk, answer: AnyResponse, id: str) -> AnyResponse:
    """The answer with a new session in its cookie; tokens of forms from before are void."""
    session.clear()
    answer.set_cookie(desk.cookie, id, secure=desk.is_secure, httponly=True, samesite="Lax", path="/")
    return answer


def without_session(desk: Desk, answer: AnyResponse) -> AnyResponse:
    """The answer that deletes the cookie."""
    session.clear()
    answer.delete_cookie(desk.cookie, secure=desk.is_secure, httponly=True, samesite="Lax", path="/")
    return answer


def with_headers(response: Response, secure: bool) -> Response:
    """Nothing is framed, run from elsewhere, or kept by a browser or proxy, except for the desk's own style and
    pictures."""
    response.headers.update(HEADERS)
    if more := g.get("more_policy"):
        _allow_voice(response, *more)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _allow_voice(response: Response, connects: str, media: str) -> None:
    """On the page of the telephone: the microphone, and what the SDK connects to and plays."""
    policy = POLICY.replace("connect-src 'self'", f"connect-src 'self' {connects}")
    response.headers["Content-Security-Policy"] = f"{policy}; media-src 'self' {media}"
    response.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")
