"""`/desk/line`: a supervisor switches the line of their wallets, and announces something for a time.

Each change is shown before it is made, with the words that callers will hear; then the password is asked for, unless it
was typed lately, and the change is made once.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from ivr.desk import line, proof
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.desk.line import Announcing, Line, Switching
from ivr.operations import announcements
from ivr.operations.line_switch import number_of
from ivr.operations.wording import LONGEST_VALIDITY, Wrong
from ivr.storage.database import begin_read, begin_write

LARGEST = 2**31 - 1
"""Of a number that PostgreSQL compares with an id."""


def blueprint(desk: Desk) -> Blueprint:
    """The page and its three changes. A post with `step=do` makes the change, with `step=back` it leads back to the
    form, and any other is shown to be looked at."""
    pages = Blueprint("line", __name__, url_prefix="/desk/line")

    @pages.get("")
    @needs("switch-line")
    def show() -> str:
        return _page(desk)

    _add_switch(pages, desk)
    _add_announce(pages, desk)
    _add_end(pages, desk)
    return pages


def _add_switch(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/<wallet>/switch")
    @needs("switch-line")
    def switch(wallet: str) -> Any:
        typed, mine = Switching.typed(request.form), _line(desk, wallet)
        try:
            said = typed.spoken(mine.name)
        except Wrong as wrong:
            return _page(desk, mine, switching=typed, wrong=wrong), 400
        if _step() == "back":
            return _page(desk, mine, switching=typed)
        meanwhile = False
        if _step() == "do":
            if asked := proof.ask(desk, "line-switch"):
                return asked
            with begin_write(desk.engine) as conn:
                clocks = (desk.business_now(conn), desk.now())
                if typed.carry_out(conn, wallet, _looked_at(), person(), *clocks) == "done":
                    return redirect(url_for("line.show"), 303)
            meanwhile, mine = True, _line(desk, wallet)
        with begin_read(desk.engine) as conn:
            looked_at, met = number_of(conn, wallet), line.callers(conn, wallet)
        given = {"mine": mine, "typed": typed, "spoken": said, "met": met, "looked_at": looked_at}
        return render_template("desk/line_switch.html", meanwhile=meanwhile, **given), 409 if meanwhile else 200


def _add_announce(pages: Blueprint, desk: Desk) -> None:
    @pages.post("/<wallet>/announce")
    @needs("switch-line")
    def announce(wallet: str) -> Any:
        typed, mine = Announcing.typed(request.form), _line(desk, wallet)
        with begin_read(desk.engine) as conn:
            now, looked_at = desk.business_now(conn), announcements.newest(conn)
        if _step() == "back":
            return _page(desk, mine, announcing=typed)
        asked_for = typed.until_then(request.form.get("ends", "")) if _step() == "do" else typed
        try:
            wanted = asked_for.checked(wallet, mine.zone, now)
        except Wrong as wrong:
            return _page(desk, mine, announcing=typed, wrong=wrong), 400
        if _step() == "do":
            if asked := proof.ask(desk, "line-announce"):
                return asked
            with begin_write(desk.engine) as conn:
                line.announce(conn, wanted, _looked_at(), person(), desk.business_now(conn), desk.now())
            return redirect(url_for("line.show"), 303)
        given = {"mine": mine, "typed": typed, "one": wanted, "spoken": line.spoken(wanted), "looked_at": looked_at}
        return render_template("desk/line_announce.html", **given)


def _add_end(pages: Blueprint, desk: Desk) -> None:
    @pages.post(f"/announcements/<int(max={LARGEST}):number>/end")
    @needs("switch-line")
    def end(number: int) -> Any:
        with begin_read(desk.engine) as conn:
            one = announcements.find(conn, number)
        if one is None or one.wallet is None or one.wallet not in person().scope:
            abort(404)
        if _step() == "do":
            if asked := proof.ask(desk, "line-end"):
                return asked
            with begin_write(desk.engine) as conn:
                line.end(conn, number, person(), desk.business_now(conn), desk.now())
            return redirect(url_for("line.show"), 303)
        given = {"mine": _line(desk, one.wallet), "one": one, "spoken": line.spoken(one)}
        return render_template("desk/line_end.html", **given)


def _page(
    desk: Desk,
    of: Line | None = None,
    switching: Switching | None = None,
    announcing: Announcing | None = None,
    wrong: Wrong | None = None,
) -> str:
    """The page, with what was typed for one of the wallets and what is wrong with it."""
    with begin_read(desk.engine) as conn:
        now = desk.business_now(conn)
        found, everywhere = line.lines(conn, person(), now), line.for_all(conn, now)
    typed = {"typed_for": of.wallet if of else None, "switching": switching, "announcing": announcing}
    faults = wrong.faults if wrong else ()
    return render_template(
        "desk/line.html",
        lines=found,
        everywhere=everywhere,
        faults=faults,
        days=LONGEST_VALIDITY.days,
        **typed,
        **line.CHOICES,
    )


def _line(desk: Desk, wallet: str) -> Line:
    """The line of a wallet that this person has; 404 for any other."""
    with begin_read(desk.engine) as conn:
        found = [one for one in line.lines(conn, person(), desk.business_now(conn)) if one.wallet == wallet]
    if not found:
        abort(404)
    return found[0]


def _step() -> str:
    return request.form.get("step", "")


def _looked_at() -> int:
    text = request.form.get("looked_at", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
