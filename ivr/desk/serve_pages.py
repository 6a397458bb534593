"""`/desk/calls/CALL/serve/…`: what an agent does for the caller from the card, in their own talk and the hour after it.

The talk is that with the caller, or the callback. In a callback the agent verifies the customer: the telephone that was
rung may have been answered by somebody else.

Each form has an id that was made when the page was drawn: a form that is sent twice acts once. A refusal says why, and
what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for

from ivr.calls.report import call_report
from ivr.desk import calls as seen
from ivr.desk.access import needs, person
from ivr.desk.context import Desk
from ivr.desk.own_talk import own_talk
from ivr.engine.secrets import ERASED
from ivr.serving import contact, freezes, matters
from ivr.serving.context import BY_AGENT, NAMED, Caller, Refused, Services, Serving, checked
from ivr.serving.offer import Offer, read_offer
from ivr.staff import acts
from ivr.storage.database import AnyRow, begin_read

Form = Mapping[str, str]
STATUS = {"level": 403, "form": 400}
"""Of a refusal; any other is 409."""


def _verify(serving: Serving, id: str, form: Form) -> None:
    freezes.verify(serving, id, form.get("how", ""), "sure" in form)


def _unfreeze(serving: Serving, id: str, _form: Form) -> None:
    freezes.unfreeze(serving, id)


def _add_to_case(serving: Serving, id: str, form: Form) -> None:
    told = (form.get("reference", ""), form.get("note", ""), form.get("stage", ""))
    matters.add_to_case(serving, id, *told, "sure" in form)


def _open_case(serving: Serving, id: str, form: Form) -> None:
    matters.open_for(serving, id, form.get("kind", ""), form.get("record", ""))


def _dispute(serving: Serving, id: str, form: Form) -> None:
    matters.dispute(serving, id, form.get("payment", ""), form.get("cause", ""))


def _text(serving: Serving, id: str, form: Form) -> None:
    kind, _, reference = form.get("text", "").partition(":")
    contact.send_text(serving, id, kind, reference)


def _callback(serving: Serving, id: str, form: Form) -> None:
    contact.promise_callback(serving, id, form.get("number", ""))


ACTS: dict[str, Callable[[Serving, str, Form], None]] = {
    "verify": _verify,
    "unfreeze": _unfreeze,
    "add-to-case": _add_to_case,
    "open-case": _open_case,
    "dispute": _dispute,
    "text": _text,
    "callback": _callback,
}


def blueprint(desk: Desk) -> Blueprint:
    """The posts of the forms; each leads back to the card."""
    pages = Blueprint("serve", __name__, url_prefix="/desk/calls")
    for act, do in ACTS.items():
        pages.add_url_rule(f"/<call>/serve/{act}", act, _posted(desk, do), methods=["POST"])
    return pages


def offer_for(desk: Desk, row: AnyRow) -> Offer | None:
    """What this person may do for the caller of this call now; None where they may do nothing."""
    serving = _serving(desk, row)
    return read_offer(serving) if serving else None


def _posted(desk: Desk, do: Callable[[Serving, str, Form], None]) -> Callable[[str], Any]:
    @needs("serve")
    def act(call: str) -> Any:
        with begin_read(desk.engine) as conn:
            row = seen.find(conn, person(), call, desk.business_now(conn))
        serving = _serving(desk, row) if row else None
        if serving is None:
            abort(404)
        card = url_for("calls.show", call=call)
        try:
            do(serving, checked(request.form.get("id", "")), request.form)
        except Refused as refused:
            says = "error-form" if refused.reason == "form" else f"unserved-{refused.reason}"
            return render_template("desk/error.html", says=says, leads=card), STATUS.get(refused.reason, 409)
        return redirect(f"{card}#serve", 303)

    return act


def _serving(desk: Desk, row: AnyRow) -> Serving | None:
    """This person as one who acts for the caller of a call that they see; None where they may not, or it was erased."""
    if not person().may("serve") or row.key_sealed == ERASED:
        return None
    with begin_read(desk.engine) as conn:
        talk = own_talk(conn, row.call, person().id, desk.now())
        report = call_report(conn, row.call) if talk or _supervises(conn, desk, row) else None
        if report is None or report["summary"] is None:
            return None
        caller = _caller(row, report)
        if talk is not None and talk.called_back is not None:
            caller = _called_back(conn, caller, talk.called_back)
    own = desk.sealer.for_call(row.key_sealed)
    services = Services(desk.engine, desk.settings, own, desk.wallet, desk.texts, desk.now)
    return Serving(caller, person().id, services, desk.business_now)


def _supervises(conn: sa.Connection, desk: Desk, row: AnyRow) -> bool:
    """For supervisors the calls of today, whose proof is as fresh as in an agent's own talk."""
    return person().may("supervise") and seen.is_of_today(conn, row, desk.business_now(conn))


def _caller(row: AnyRow, report: dict[str, Any]) -> Caller:
    summary = report["summary"]
    return Caller(
        row.call,
        row.wallet,
        summary["customer"],
        int(report["level"].removeprefix("L")),
        directed=bool(summary["told"].get("directed")),
        urgent=summary["priority"] == "high",
    )


def _called_back(conn: sa.Connection, caller: Caller, since: str) -> Caller:
    """The customer whom this agent rang back: what was proved in the call says who is wanted, not who has answered."""
    again = any(
        (one.act, one.customer, one.staff) == (acts.PROOF, caller.customer, person().id) and one.at >= since
        for one in acts.of_call(conn, caller.call)
    )
    return replace(caller, level=BY_AGENT if again else min(caller.level, NAMED), called_back=True)
