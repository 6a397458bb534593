"""`/desk/search`: by a reference, a CallSid, the last four digits of the caller's number, or the whole number.

What was typed is posted, so it stands in no address and no log; the audit log holds the kind of a search.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ivr.desk import calls as seen
from ivr.desk.access import needs, person
from ivr.desk.case_pages import find_case
from ivr.desk.context import Desk
from ivr.staff import audit
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.numbers import candidates
from ivr.wallet.references import REFERENCE_DIGITS

TAIL_SEARCHED = timedelta(days=7)
"""How far back a search by the last digits of a number goes: they fit many callers. words.toml says it."""
SEPARATORS = re.compile(r"[\s()./-]")
KINDS = {
    "reference": re.compile(f"[0-9]{{{REFERENCE_DIGITS}}}"),
    "call": re.compile("CA[0-9a-f]{32}"),
    "tail": re.compile("[0-9]{4}"),
    "number": re.compile(r"\+?[0-9]{7,20}"),
}


def blueprint(desk: Desk) -> Blueprint:
    """The form, and what it finds."""
    pages = Blueprint("search", __name__, url_prefix="/desk/search")

    @pages.get("")
    @needs("cases")
    def ask() -> str:
        return render_template("desk/search.html", searched=False, calls=[])

    @pages.post("")
    @needs("cases")
    def take() -> Any:
        return _search(desk, SEPARATORS.sub("", request.form.get("q", "")))

    return pages


def _search(desk: Desk, typed: str) -> Any:
    kind = next((name for name, form in KINDS.items() if form.fullmatch(typed)), "nothing")
    with begin_write(desk.engine) as conn:
        audit.record(conn, person().id, "searched", person().id, desk.now(), kind=kind)
    with begin_read(desk.engine) as conn:
        now, found = desk.business_now(conn), []
        if kind == "reference" and find_case(conn, person().scope, typed):
            return redirect(url_for("cases.show", reference=typed), 303)
        if kind == "call" and seen.find(conn, person(), typed, now):
            return redirect(url_for("calls.show", call=typed), 303)
        if kind == "tail":
            found = seen.with_tail(conn, person(), typed, now - TAIL_SEARCHED, now)
        if kind in ("number", "reference"):
            marks = _marks(desk, typed, seen.countries(conn, person().scope))
            found = seen.from_number(conn, person(), marks, now)
    return render_template("desk/search.html", searched=True, unread=kind == "nothing", calls=found)


def _marks(desk: Desk, typed: str, countries: set[str]) -> set[str]:
    """The keyed hashes of the numbers that were typed, as each wallet's country reads them."""
    keys = f"00{typed[1:]}" if typed.startswith("+") else typed
    read = {number for country in countries for number in candidates(keys, country) if number.startswith("+")}
    return {desk.sealer.fingerprint(number) for number in read}
