"""`/desk/people`: an admin adds people, changes them, makes passwords and secrets, and ends sessions.

An admin sees the people whose wallets all lie within their own, and gives no wallet that they do not have. A new
password or secret is shown in the answer to the post that made it, and never again. Each change needs that the admin
typed their own password lately.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import segno
import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup

from ivr.desk import calls as seen
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.desk.proof import needs_proof
from ivr.staff import people, sessions
from ivr.staff.credentials import new_password, new_totp_secret, totp_uri
from ivr.staff.people import Person, WrongPerson
from ivr.staff.roles import LANGUAGES, ROLES, TOPICS
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence

CHOICES = {"roles": ROLES, "all_languages": LANGUAGES, "topics": TOPICS}
NEW = Person("", "", "agent", ())
Change = Callable[[sa.Connection, Person], object]


def blueprint(desk: Desk) -> Blueprint:
    """The list, the form of a new person, and the page of each."""
    pages = Blueprint("people", __name__, url_prefix="/desk/people")
    _add_list(pages, desk)
    _add_one(pages, desk)
    _add_acts(pages, desk)
    return pages


def _add_list(pages: Blueprint, desk: Desk) -> None:
    @pages.get("")
    @needs("people")
    def show_all() -> str:
        return _list(desk)

    @pages.post("")
    @needs("people")
    @needs_proof(desk, "add-person")
    def add() -> Any:
        new = _typed(request.form.get("id", "").strip())
        password = new_password()
        hashed = desk.sign_in.credentials.hash(password)
        try:
            _check_wallets(new)
            with begin_write(desk.engine) as conn:
                people.add(conn, new, hashed, person().id, desk.now())
                secret = _new_app(desk, conn, new) if new.needs_code else None
        except WrongPerson as error:
            return _list(desk, new, error), 400
        return _page(desk, new.id, password=password, secret=secret)


def _add_one(pages: Blueprint, desk: Desk) -> None:
    @pages.get("/<id>")
    @needs("people")
    def show(id: str) -> str:
        return _page(desk, id)

    @pages.post("/<id>")
    @needs("people")
    @needs_proof(desk, "save")
    def change(id: str) -> Any:
        changed = _typed(id)
        try:
            _check_wallets(changed)
            with begin_write(desk.engine) as conn:
                before = _visible_in(conn, id)
                people.change(conn, replace(changed, disabled=before.disabled), person().id, desk.now())
                presence.left(conn, id, desk.now())
        except WrongPerson as error:
            return _page(desk, id, wrong=error), 400
        return redirect(url_for("people.show", id=id), 303)


def _add_acts(pages: Blueprint, desk: Desk) -> None:
    def act(id: str, change: Change) -> Any:
        with begin_write(desk.engine) as conn:
            change(conn, _visible_in(conn, id))
            presence.left(conn, id, desk.now())
        return redirect(url_for("people.show", id=id), 303)

    @pages.post("/<id>/disable")
    @needs("people")
    @needs_proof(desk, "disable")
    def disable(id: str) -> Any:
        def change(conn: sa.Connection, one: Person) -> None:
            people.disable(conn, one.id, person().id, desk.now())
            presence.ring_no_more(conn, one.id, desk.now())

        return act(id, change)

    @pages.post("/<id>/enable")
    @needs("people")
    @needs_proof(desk, "enable")
    def enable(id: str) -> Any:
        def change(conn: sa.Connection, one: Person) -> None:
            people.enable(conn, one.id, person().id, desk.now())
            desk.sign_in.forget_tries(conn, one.id)

        return act(id, change)

    @pages.post("/<id>/end-sessions")
    @needs("people")
    @needs_proof(desk, "end-sessions")
    def end_sessions(id: str) -> Any:
        return act(id, lambda conn, one: people.end_all(conn, one.id, person().id, desk.now()))

    @pages.post("/<id>/password")
    @needs("people")
    @needs_proof(desk, "make-password")
    def make_password(id: str) -> str:
        _visible(desk, id)
        password = new_password()
        hashed = desk.sign_in.credentials.hash(password)
        with begin_write(desk.engine) as conn:
            people.set_password(conn, id, hashed, person().id, desk.now())
            presence.left(conn, id, desk.now())
            desk.sign_in.forget_tries(conn, id)
        return _page(desk, id, password=password)

    @pages.post("/<id>/totp")
    @needs("people")
    @needs_proof(desk, "make-secret")
    def make_secret(id: str) -> str:
        with begin_write(desk.engine) as conn:
            secret = _new_app(desk, conn, _visible_in(conn, id))
            presence.left(conn, id, desk.now())
        return _page(desk, id, secret=secret)


def _typed(id: str) -> Person:
    """The person as the form has them, not checked."""
    one = request.form.get
    several = {name: tuple(request.form.getlist(name)) for name in ("wallets", "languages", "topics")}
    return Person(id, one("name", ""), one("role", ""), address=one("address", ""), **several)  # type: ignore[arg-type]


def _check_wallets(one: Person) -> None:
    """Raises WrongPerson for a wallet that the admin does not have."""
    if not person().scope.holds(one.wallets):
        raise WrongPerson("wallets", "an admin gives only wallets of their own")


def _list(desk: Desk, new: Person = NEW, wrong: WrongPerson | None = None) -> str:
    with begin_read(desk.engine) as conn:
        found = people.everybody(conn, person().scope)
        wallets = seen.known_wallets(conn, person().scope)
    return render_template("desk/people.html", people=found, wallets=wallets, one=new, wrong=wrong, **CHOICES)


def _page(
    desk: Desk, id: str, wrong: WrongPerson | None = None, password: str | None = None, secret: str | None = None
) -> str:
    with begin_read(desk.engine) as conn:
        one = _visible_in(conn, id)
        wallets = seen.known_wallets(conn, person().scope)
        listed = sessions.of(conn, id, desk.now())
    made = {"password": password, "secret": secret, "qr": _qr(secret, id) if secret else None}
    shown = replace(_typed(id), disabled=one.disabled) if wrong else one
    return render_template(
        "desk/person.html", one=shown, wallets=wallets, wrong=wrong, sessions=listed, made=made, **CHOICES
    )


def _visible(desk: Desk, id: str) -> Person:
    with begin_read(desk.engine) as conn:
        return _visible_in(conn, id)


def _visible_in(conn: sa.Connection, id: str) -> Person:
    """A person whom the admin sees; 404 for any other."""
    found = people.find(conn, id)
    if found is None or not person().scope.holds(found.wallets):
        abort(404)
    return found


def _new_app(desk: Desk, conn: sa.Connection, one: Person) -> str:
    secret = new_totp_secret()
    people.set_totp(conn, one.id, desk.sealer.seal(secret), person().id, desk.now())
    return secret


def _qr(secret: str, id: str) -> Markup:
    """The QR code that an authenticator app reads, as a picture within the page."""
    return Markup(segno.make(totp_uri(secret, id), micro=False).svg_inline(scale=5, border=2, light="#fff"))
