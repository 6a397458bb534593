"""`/desk/audit`: who did what, for one's wallets and for the people whose wallets all lie in them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.staff import audit, people
from ivr.staff.audit import Entry
from ivr.staff.scope import Scope
from ivr.storage.database import begin_read

ROWS_A_PAGE = 100
"""Rows of the audit log on one page."""
LARGEST_ID = 2**31 - 1
"""Of a number that PostgreSQL compares with an id."""


def blueprint(desk: Desk) -> Blueprint:
    """The page of the audit log."""
    pages = Blueprint("audit", __name__, url_prefix="/desk/audit")

    @pages.get("")
    @needs("audit")
    def show() -> str:
        about, before = request.args.get("about", ""), request.args.get("before", 0, type=int)
        scope = person().scope
        with begin_read(desk.engine) as conn:
            ours = [one.id for one in people.everybody(conn, scope)]
            rows = audit.entries(conn, scope, ours, about, min(max(before, 0), LARGEST_ID), ROWS_A_PAGE)
        entries = [_within(entry, scope) for _, entry in rows]
        older = rows[-1][0] if len(rows) == ROWS_A_PAGE else None
        return render_template("desk/audit.html", entries=entries, about=about, older=older)

    return pages


def _within(entry: Entry, scope: Scope) -> Entry:
    """The entry without wallets of elsewhere: a person may have had other wallets before."""
    details = entry.details
    if "wallets" in details:
        details = details | {"wallets": [one for one in details["wallets"] if one in scope]}
    return replace(entry, details=details)
