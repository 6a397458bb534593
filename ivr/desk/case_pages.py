"""`/desk/cases/REFERENCE`: a case or a dispute of one's wallets, with its stage, dates and call."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, render_template

from ivr.cases.stages import OPEN
from ivr.cases.tables import cases, disputes, overdue
from ivr.desk import calls as seen
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.staff import acts, audit
from ivr.staff.scope import Scope
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.voice_notes.tables import voice_notes


def blueprint(desk: Desk) -> Blueprint:
    """The case page."""
    pages = Blueprint("cases", __name__, url_prefix="/desk/cases")

    @pages.get("/<reference>")
    @needs("cases")
    def show(reference: str) -> str:
        with begin_write(desk.engine) as conn:
            row = find_case(conn, person().scope, reference)
            if row is None:
                abort(404)
            audit.record(conn, person().id, "case-seen", reference, desk.now(), row.wallet)
        with begin_read(desk.engine) as conn:
            late = conn.scalar(sa.select(overdue.c.at).where(overdue.c.reference == reference))
            notes = conn.execute(
                sa.select(voice_notes).where(voice_notes.c.reference == reference, voice_notes.c.wallet == row.wallet)
            ).all()
            written = acts.notes_of(conn, row.wallet, reference, desk.sealer)
            call = seen.find(conn, person(), row.call, desk.business_now(conn)) if row.call else None
            zone, wallet = seen.zone_of(conn, row.wallet), seen.name_of(conn, row.wallet)
        return render_template(
            "desk/case.html",
            case=row,
            late=late,
            notes=notes,
            written=written,
            call=call,
            zone=zone,
            wallet=wallet,
            is_open=row.status in OPEN,
            is_dispute=hasattr(row, "refund_to"),
        )

    return pages


def find_case(conn: sa.Connection, scope: Scope, reference: str) -> AnyRow | None:
    """The case or dispute with this reference, in these wallets."""
    for table in (cases, disputes):
        here = (table.c.reference == reference) & scope.covers(table.c.wallet)
        row = conn.execute(sa.select(table).where(here)).first()
        if row is not None:
            return row
    return None
