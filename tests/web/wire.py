"""Raw requests to a line, signed as Twilio signs them, or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ivr.simulator.executor import new_sid
from ivr.simulator.twiml_rules import check
from tests.call_flows.line import BORROWED, HAIYUN, Line

RAW = ("DROP", "１２", "😀", "<script")


def ringing(**more: str) -> dict[str, str]:
    """The form of an incoming call."""
    return {"CallSid": new_sid(), "From": BORROWED, "To": HAIYUN, "CallStatus": "ringing", **more}


def post(
    line: Line,
    path: str,
    form: Mapping[str, Any],
    *,
    token: str = "",
    method: str = "POST",
    signature: str | None = None,
    **more: Any,
) -> TestResponse:
    """One request; `signature` replaces the right one, and "" leaves the header out."""
    base = line.settings.public_base_url
    right = RequestValidator(token or line.settings.twilio_auth_token).compute_signature(base + path, MultiDict(form))
    headers = dict(more.pop("headers", {}))
    if signature != "":
        headers["X-Twilio-Signature"] = signature or right
    body = urlencode(form, doseq=True, errors="surrogatepass")
    return line.app.test_client().open(
        path, method=method, base_url=base, data=body, headers=headers, content_type="application/x-www-form-urlencoded"
    )


def spoken(answer: TestResponse) -> str:
    """A fine answer's document: 200, valid TwiML, no echo of what was sent."""
    assert answer.status_code == 200, answer.status
    assert check(answer.text) == []
    assert not any(raw in answer.text for raw in RAW)
    return answer.text
