"""Signing in: name and password, then the code of those who need one; signing out; and the language of the pages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.desk import access, phone_pages
from ivr.desk.context import Desk
from ivr.desk.words import COOKIE
from ivr.staff import audit, sessions
from ivr.staff.roles import LANGUAGES
from ivr.staff.sign_in import Signed
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence

YEAR = 365 * 24 * 3600


def blueprint(desk: Desk) -> Blueprint:
    """`/desk/sign-in`, `/desk/sign-in/code`, `/desk/sign-out`, `/desk/language`."""
    pages = Blueprint("sign_in", __name__, url_prefix="/desk")
    _add_password(pages, desk)
    _add_code(pages, desk)
    _add_sign_out(pages, desk)
    return pages


def _add_password(pages: Blueprint, desk: Desk) -> None:
    @pages.get("/sign-in")
    def ask() -> Any:
        return redirect(url_for("calls.home"), 303) if access.is_signed_in() else _form(desk)

    @pages.post("/sign-in")
    def take() -> Any:
        typed = request.form
        signed = desk.sign_in.with_password(
            typed.get("name", "").strip(), typed.get("password", ""), _address(), _browser(), desk.now()
        )
        return _answer(desk, signed) if signed.session else (_form(desk, signed), 401)


def _add_code(pages: Blueprint, desk: Desk) -> None:
    @pages.get("/sign-in/code")
    def ask_code() -> Any:
        return _code_form(desk) if _waits() else redirect(url_for("sign_in.ask"), 303)

    @pages.post("/sign-in/code")
    def take_code() -> Any:
        if not _waits():
            return redirect(url_for("sign_in.ask"), 303)
        id, typed = request.cookies.get(desk.cookie, ""), request.form.get("code", "").replace(" ", "")
        signed = desk.sign_in.with_code(g.session, id, typed, _address(), _browser(), desk.now())
        return _answer(desk, signed) if signed.session else (_code_form(desk, signed), 401)


def _add_sign_out(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/sign-out")
    def sign_out() -> Response:
        if g.session is not None:
            with begin_write(desk.engine) as conn:
                sessions.end(conn, g.session.person.id, g.session.number, desk.now())
                presence.left(conn, g.session.person.id, desk.now())
                audit.record(conn, g.session.person.id, "signed-out", g.session.person.id, desk.now())
                elsewhere = sessions.of(conn, g.session.person.id, desk.now())
            if not elsewhere:
                phone_pages.signed_out(desk, g.session.person.id)
        return access.without_session(desk, redirect(url_for("sign_in.ask"), 303))

    @pages.post("/language")
    def choose_language() -> Response:
        chosen = request.form.get("language", "")
        answer = redirect(url_for("calls.home") if access.is_signed_in() else url_for("sign_in.ask"), 303)
        if chosen in LANGUAGES:
            answer.set_cookie(COOKIE, chosen, max_age=YEAR, secure=desk.is_secure, httponly=True, samesite="Lax")
        return answer


def _answer(desk: Desk, signed: Signed) -> Response:
    to = "sign_in.ask_code" if signed.waits_for_code else "calls.home"
    if not signed.waits_for_code:
        with begin_write(desk.engine) as conn:
            presence.arrived(conn, signed.session or "", desk.now())
    return access.with_session(desk, redirect(url_for(to), 303), signed.session or "")


def _form(desk: Desk, signed: Signed | None = None) -> str:
    demo = desk.sign_in.credentials.demo_people()
    return render_template("desk/sign_in.html", refused=signed.refused if signed else None, demo=demo)


def _code_form(desk: Desk, signed: Signed | None = None) -> str:
    with begin_read(desk.engine) as conn:
        row = conn.execute(sa.select(staff).where(staff.c.id == g.session.person.id)).one()
    shown = desk.sign_in.credentials.shown_code(row, desk.now())
    return render_template("desk/code.html", refused=signed.refused if signed else None, shown=shown)


def _waits() -> bool:
    return g.session is not None and g.session.waits_for_code


def _address() -> str:
    return request.remote_addr or ""


def _browser() -> str:
    return request.user_agent.string
