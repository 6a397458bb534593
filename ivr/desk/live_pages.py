"""`/desk/stream`: server-sent events of one open page, each with the regions of that page as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, g, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import generate_csrf

from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.desk.live import PAGES, TOKEN, Hub, Stream
from ivr.desk.room import View
from ivr.desk.wall import Wall
from ivr.desk.words import COOKIE, language
from ivr.staff.sessions import Session

FIRST = b"retry: 1000\n\n"


def blueprint(desk: Desk) -> Blueprint:
    """The stream; each process has one hub."""
    pages = Blueprint("live", __name__, url_prefix="/desk")

    @pages.record
    def add_hub(state: BlueprintSetupState) -> None:
        app = cast("Flask", state.app)
        app.extensions["hub"] = Hub(desk, drawer(app))

    @pages.get("/stream")
    @needs("take-calls")
    def stream() -> Response:
        page = request.args.get("page", "")
        if page not in PAGES:
            abort(400)
        if page == "wall" and not person().may("wall"):
            abort(403)
        opened = current_app.extensions["hub"].open(g.session.number, page, language(), generate_csrf())
        if opened is None:
            abort(503)
        answer = Response(_events(opened, request.environ.get("gunicorn.socket")), mimetype="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        return answer

    return pages


def drawer(app: Flask) -> Any:
    """Draws a region outside of any request, as the page would have it."""

    def draw(session: Session, lang: str, name: str, view: View | Wall) -> str:
        with app.test_request_context("/desk/", headers={"Cookie": f"{COOKIE}={lang}"}):
            g.session = session
            return render_template(f"desk/{name}.html", view=view, now=None, csrf_token=lambda: TOKEN)

    return draw


def _events(stream: Stream, connection: Any) -> Iterator[bytes]:
    """The server's loop goes on with the stream, if it can; else this thread does."""
    yield FIRST
    if hasattr(connection, "hand_over"):
        connection.hand_over(stream)
    else:
        yield from stream
