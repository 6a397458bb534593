"""Answers to requests with test credentials: magic numbers for four requests, 403 for all others. Nothing is sent."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, request

from ivr.simulator.account.sids import new_sid
from ivr.simulator.rest.calls import numbers_of
from ivr.simulator.rest.messages import check
from ivr.simulator.rest.responses import RestError

VALID = "+15005550006"
BUYING = {"+15005550000": 21422, "+15005550001": 21421}
AREAS = {"533": 21452}
TEXTING_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611, VALID: 0}
TEXTING_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
CALLING_FROM = {"+15005550001": 21212, VALID: 0}
CALLING_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}


def answer() -> tuple[Response, int]:
    """The answer to a request with test credentials."""
    path, form = request.path, request.form
    if request.method == "POST" and path.endswith("/IncomingPhoneNumbers.json"):
        _refuse(BUYING.get(form.get("PhoneNumber", ""), 0) or AREAS.get(form.get("AreaCode", ""), 0))
        number = form.get("PhoneNumber") or f"+1{form['AreaCode']}5550006"
        return jsonify(sid=new_sid("PN"), phone_number=number, friendly_name=number), 201
    if request.method == "POST" and path.endswith("/Messages.json"):
        return _text(form)
    if request.method == "POST" and path.endswith("/Calls.json"):
        return _call(form)
    if request.method == "GET" and (found := re.fullmatch(r"/v2/PhoneNumbers/(\+[0-9]+)", path)):
        swap = {"last_sim_swap": {"swapped_in_period": False, "swapped_period": "PT48H"}, "error_code": None}
        return jsonify(phone_number=found[1], valid=True, country_code="US", sim_swap=swap), 200
    raise RestError(403, 20008, "Resource not accessible with Test Account Credentials")


def _text(form: Any) -> tuple[Response, int]:
    _refuse(TEXTING_FROM.get(form.get("From", ""), 21606) or TEXTING_TO.get(form.get("To", ""), 0))
    check(form)
    return jsonify(sid=new_sid("SM"), status="queued", to=form["To"], **{"from": form["From"]}, body=form["Body"]), 201


def _call(form: Any) -> tuple[Response, int]:
    _refuse(CALLING_FROM.get(form.get("From", ""), 21210) or CALLING_TO.get(form.get("To", ""), 0))
    to, caller = numbers_of(form)
    return jsonify(sid=new_sid(), status="queued", to=to, **{"from": caller}), 201


def _refuse(code: int) -> None:
    if code:
        raise RestError(400, code, f"Refused by a magic number ({code})")
