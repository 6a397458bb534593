"""`/desk/failures`: what the numbers of the wall stand for, each with its call or case, and "send again" for
texts and events."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for

from ivr.desk import calls as seen
from ivr.desk import failures
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.storage.database import begin_read, begin_write


def blueprint(desk: Desk) -> Blueprint:
    """The page, and the posts that send a text or an event again."""
    pages = Blueprint("failures", __name__, url_prefix="/desk/failures")

    @pages.get("")
    @needs("wall")
    def show() -> str:
        scope = person().scope
        with begin_read(desk.engine) as conn:
            left = failures.left(conn, scope, desk.business_now(conn))
            names = seen.known_wallets(conn, scope)
            zones = {wallet: seen.zone_of(conn, wallet) for wallet in names}
        given = {"most": failures.MOST, "carrier_errors": failures.CARRIER_ERRORS}
        return render_template("desk/failures.html", left=left, names=names, zones=zones, **given)

    @pages.post("/events/<delivery>/again")
    @needs("wall")
    def send_again(delivery: str) -> Any:
        with begin_write(desk.engine) as conn:
            if not failures.send_event_again(conn, person().scope, delivery, person(), desk.now()):
                abort(404)
        return redirect(url_for("failures.show") + "#deliveries-failed", 303)

    @pages.post("/texts/<message>/again")
    @needs("wall")
    def send_text_again(message: str) -> Any:
        with begin_write(desk.engine) as conn:
            if not failures.send_text_again(conn, person().scope, message, person(), desk.now()):
                abort(404)
        return redirect(url_for("failures.show") + "#texts-failed", 303)

    return pages
