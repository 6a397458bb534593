"""Typing the password again before what must not be done by whoever finds an open browser: changing people, switching
the line.

The page that asks stands in place of the answer, and holds what was posted: with the right password and code the same
post goes on as if nobody had asked, so nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import g, render_template, request

from ivr.desk.access import View
from ivr.desk.context import Desk
from ivr.staff.tables import staff
from ivr.storage.database import begin_read

PASSWORD, CODE = "proof-password", "proof-code"
OWN = (PASSWORD, CODE, "csrf_token")
Asked = tuple[str, int]


def ask(desk: Desk, what: str) -> Asked | None:
    """The page that asks for password and code before `what` (the name of its words); None: they were typed lately, or
    are right in this post."""
    if g.session.is_proved(desk.now()):
        return None
    password, code = request.form.get(PASSWORD), request.form.get(CODE, "").replace(" ", "")
    if password is None:
        return _page(desk, what, None)
    refused = desk.sign_in.prove(g.session, password, code, request.remote_addr or "", desk.now())
    return _page(desk, what, refused) if refused else None


def needs_proof(desk: Desk, what: str) -> Callable[[View], View]:
    """A post that goes on only with a proof; for routes whose right was checked before."""

    def around(view: View) -> View:
        @wraps(view)
        def proved(*given: Any, **named: Any) -> Any:
            return ask(desk, what) or view(*given, **named)

        return proved

    return around


def _page(desk: Desk, what: str, refused: str | None) -> Asked:
    with begin_read(desk.engine) as conn:
        row = conn.execute(sa.select(staff).where(staff.c.id == g.session.person.id)).one()
    credentials = desk.sign_in.credentials
    posted = [(name, value) for name, value in request.form.items(multi=True) if name not in OWN]
    given = {
        "what": what,
        "refused": refused,
        "posted": posted,
        "has_app": credentials.totp_secret(row) is not None,
        "shown": credentials.shown_code(row, desk.now()),
        "demo": next((password for id, _, password in credentials.demo_people() if id == row.id), ""),
    }
    return render_template("desk/proof.html", **given), 401
