"""`/desk/`: the calls of today; `/desk/calls/CALL`: the card of one, with "reveal" for one masked field.

Each look at a card is in the audit log before the card is shown, and so is each revealed field with its reason; if the
row cannot be written, nothing is shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for

from ivr.cases.stages import STAGES
from ivr.config.logs import logger
from ivr.desk import calls as seen
from ivr.desk import phone_pages, room, serve_pages
from ivr.desk.access import needs, person
from ivr.desk.card import FIELDS, Card, card, open_field
from ivr.desk.context import Desk
from ivr.desk.own_talk import own_talk
from ivr.desk.words import language
from ivr.handover.summary_views import record_view
from ivr.queue import talk_notes
from ivr.queue.talk_notes import OUTCOMES, TalkNote
from ivr.serving.freezes import PROOFS
from ivr.serving.matters import KINDS
from ivr.serving.offer import done_in
from ivr.staff import acts, audit
from ivr.staff.tables import audit_log
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.wallet.types import DISPUTE_REASONS

REASONS = ("customer-asked", "call-back", "case-work", "complaint")
REVEALED_SECONDS = 30
"""After so many seconds a revealed value is hidden again."""
MOST_PAGES = 100
"""Older pages of today's calls are not opened by their address: each one is searched from the newest call on."""
CHOICES = {"proofs": PROOFS, "kinds": KINDS, "causes": DISPUTE_REASONS, "stages": STAGES}
"""What the forms for the customer let choose."""
MANY, HOUR = 20, timedelta(hours=1)
"""Fields that one person reveals within an hour and that are worth an error in the log."""


def blueprint(desk: Desk) -> Blueprint:
    """The home page, the card, and its reveals."""
    pages = Blueprint("calls", __name__, url_prefix="/desk")
    _add_home(pages, desk)
    _add_card(pages, desk)
    _add_reveal(pages, desk)
    _add_outcome(pages, desk)
    return pages


def _add_home(pages: Blueprint, desk: Desk) -> None:
    @pages.get("/")
    @needs()
    def home() -> Any:
        if person().may("people"):
            return redirect(url_for("people.show_all"), 303)
        page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
        with begin_read(desk.engine) as conn:
            listed, more = seen.today(conn, person(), desk.business_now(conn), page)
            wallets = seen.known_wallets(conn, person().scope)
            now = desk.now()
            view = room.view(room.read_floor(conn, now, desk.briefs), person(), language())
        return render_template(
            "desk/home.html",
            calls=listed,
            wallets=wallets,
            page=page,
            more=more,
            view=view,
            now=now,
            panel=phone_pages.panel(desk),
            lab_phone=phone_pages.lab_phone(desk),
        )


def _add_card(pages: Blueprint, desk: Desk) -> None:
    @pages.get("/calls/<call>")
    @needs("calls", "own-calls")
    def show(call: str) -> str:
        row = _note(desk, call, "call-seen")
        return _page(desk, row, _card(desk, row))


def _add_reveal(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/calls/<call>/reveal")
    @needs("reveal")
    def reveal(call: str) -> str:
        field, reason = request.form.get("field", ""), request.form.get("reason", "")
        if field not in FIELDS or reason not in REASONS:
            abort(400)
        row = _note(desk, call, "field-revealed", field=field, reason=reason)
        shown = _card(desk, row)
        with begin_read(desk.engine) as conn:
            value = open_field(conn, row, shown.summary or {}, field, desk.sealer)
            _warn_of_many(conn, desk)
        return _page(desk, row, shown, {field: value} if value and field in shown.masked else {})


def _add_outcome(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/calls/<call>/outcome")
    @needs("take-calls")
    def outcome(call: str) -> Any:
        form, now = request.form, desk.now()
        if form.get("outcome", "") not in OUTCOMES:
            abort(400)
        texts = (form.get("note", ""), form.get("follow_up", ""))
        written = TalkNote(person().id, audit.stamp(now), form["outcome"], *texts)
        with begin_write(desk.engine) as conn:
            row = seen.find(conn, person(), call, desk.business_now(conn))
            talk = own_talk(conn, call, person().id, now) if row else None
            if row is None or talk is None or not talk_notes.write(conn, talk.entry, call, desk.sealer, written):
                abort(404)
            audit.record(conn, person().id, "talk-noted", call, now, row.wallet, outcome=written.outcome)
        return redirect(url_for("calls.home") if form.get("from") == "home" else url_for("calls.show", call=call), 303)


def _note(desk: Desk, call: str, act: str, **details: str) -> AnyRow:
    """The row of a call that the person may see, after the look at it is in the audit log; 404 for any other call."""
    with begin_write(desk.engine) as conn:
        row = seen.find(conn, person(), call, desk.business_now(conn))
        if row is None:
            abort(404)
        audit.record(conn, person().id, act, call, desk.now(), row.wallet, **details)
        record_view(conn, call, person().id, desk.now())
    return row


def _card(desk: Desk, row: AnyRow) -> Card:
    with begin_read(desk.engine) as conn:
        found = card(conn, person().scope, row, desk.sealer)
    if found is None:
        abort(404)
    return found


def _page(desk: Desk, row: AnyRow, shown: Card, revealed: dict[str, str] | None = None) -> str:
    may_reveal = person().may("reveal")
    with begin_read(desk.engine) as conn:
        notes = talk_notes.of_call(conn, shown.call, desk.sealer)
        done = done_in(conn, shown.call)
        may_write = own_talk(conn, shown.call, person().id, desk.now()) is not None
    return render_template(
        "desk/card.html",
        card=shown,
        revealed=revealed or {},
        reasons=REASONS if may_reveal else (),
        seconds=REVEALED_SECONDS,
        notes=notes,
        own=next((one for one in notes if one.staff == person().id), None),
        may_write=may_write,
        outcomes=OUTCOMES,
        done=done,
        offer=serve_pages.offer_for(desk, row),
        choices=CHOICES,
        new_id=acts.new_id,
    )


def _warn_of_many(conn: sa.Connection, desk: Desk) -> None:
    mine = (audit_log.c.who == person().id) & (audit_log.c.act == "field-revealed")
    lately = audit_log.c.at > audit.stamp(desk.now() - HOUR)
    number = conn.scalar(sa.select(sa.func.count()).where(mine, lately)) or 0
    if number >= MANY:
        logger("desk").error("many fields revealed", person=person().id, number=number, within=str(HOUR))
