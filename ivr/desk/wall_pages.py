"""`/desk/wall`: the wall of a supervisor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from ivr.desk import wall
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.desk.room import read_floor
from ivr.storage.database import begin_read


def blueprint(desk: Desk) -> Blueprint:
    """The page; the stream keeps it live."""
    pages = Blueprint("wall", __name__, url_prefix="/desk")

    @pages.get("/wall")
    @needs("wall")
    def show() -> str:
        now, days = desk.now(), wall.Days(desk)
        with begin_read(desk.engine) as conn:
            shown = wall.wall(read_floor(conn, now, desk.briefs), person(), days.of(conn, person().scope))
        return render_template("desk/wall_page.html", view=shown, now=now)

    @pages.app_context_processor
    def for_templates() -> dict[str, Any]:
        """`alarm_seconds`: the wait from which the wall's longest wait is marked, as the log has an error; and T and
        S of the service level."""
        return {
            "alarm_seconds": desk.settings.queue_alarm_seconds,
            "level_seconds": desk.settings.service_level_seconds,
            "short_seconds": desk.settings.short_abandon_seconds,
        }

    return pages
