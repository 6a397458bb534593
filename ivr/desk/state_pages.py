"""`/desk/state`: an agent's own state, chosen by a button: available, break or offline."""

from __future__ import annotations

from typing import get_args

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.queue.agents import Wish
from ivr.storage.database import begin_write
from ivr.talks import presence


def blueprint(desk: Desk) -> Blueprint:
    """The post of the buttons."""
    pages = Blueprint("state", __name__, url_prefix="/desk")

    @pages.post("/state")
    @needs("take-calls")
    def choose() -> Response:
        asked = request.form.get("state", "")
        wanted: Wish | None = next((one for one in get_args(Wish) if one == asked), None)
        if wanted is None or not person().address:
            abort(400)
        with begin_write(desk.engine) as conn:
            presence.choose(conn, person().id, wanted, desk.now())
        return redirect(url_for("calls.home"), 303)

    return pages
