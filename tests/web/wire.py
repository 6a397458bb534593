"""Raw requests to a line, signed as Twilio signs them, or not; every answer is held to the rules of the wire."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ivr.simulator.account.sids import new_sid
from ivr.simulator.twiml.validation import check
from tests.call_flows.line import BORROWED, HAIYUN, OMAR, Caller, Line

PLACES = [
    "/voice",
    "/voice/calls/CA1/turns/1",
    "/voice/status",
    "/voice/fallback",
    "/voice/calls/CA1/whisper/1",
    "/voice/calls/CA1/whisper/1/answer",
]
OURS = ("CallSid", "AccountSid", "To", "ForwardedFrom")
"""What a document may hold of what was posted: the call's id in its addresses, the line as the caller id."""


def ringing(**more: Any) -> dict[str, Any]:
    """The form of an incoming call."""
    return {"CallSid": new_sid(), "From": BORROWED, "To": HAIYUN, "CallStatus": "ringing", **more}


def in_progress(sid: str, **more: Any) -> dict[str, Any]:
    """The form of a turn of a call that goes on."""
    return {"CallSid": sid, "CallStatus": "in-progress", **more}


def signature(url: str, form: Mapping[str, Any], token: str) -> str:
    """What Twilio's own library makes of it."""
    read = parse_qsl(encoded(form), keep_blank_values=True, errors="werkzeug.url_quote")  # no UTF-8 has surrogates
    return str(RequestValidator(token).compute_signature(url, MultiDict(read)))


def encoded(form: Mapping[str, Any]) -> str:
    """A form as it travels."""
    return urlencode(form, doseq=True, errors="surrogatepass")


def post(
    line: Line,
    path: str,
    form: Mapping[str, Any] | bytes,
    *,
    token: str = "",
    method: str = "POST",
    signed: str | None = None,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/x-www-form-urlencoded",
) -> TestResponse:
    """One request; `signed` replaces the right signature, and "" leaves the header out."""
    base, given = line.settings.public_base_url, form if isinstance(form, Mapping) else {}
    right = signature(base + path, given if method == "POST" else {}, token or line.settings.twilio_auth_token)
    mark = right if signed is None else signed
    body = form if isinstance(form, bytes) else encoded(form).encode()
    answer = line.app.test_client().open(
        path,
        method=method,
        base_url="http://127.0.0.1:5000",  # what a proxy calls; the public address is another matter
        data=body,
        headers={**(headers or {}), **({"X-Twilio-Signature": mark} if mark else {})},
        content_type=content_type,
    )
    assert answer.status_code < 500, (path, form, answer.status)
    if answer.status_code == 200:
        assert answer.content_type == "text/xml; charset=utf-8"
        assert check(answer.text, "whisper" if "/whisper/" in path else "call") == [], (path, form)
    assert not list(echoes(given, answer.text)), (path, form, answer.text)
    return answer


def echoes(form: Mapping[str, Any], body: str) -> Iterable[str]:
    """What came in and went out again as it was, in words or addresses."""
    root = ET.fromstring(body.encode()) if body.startswith("<?xml") else None
    text = (
        body
        if root is None
        else "\n".join([*root.itertext(), *(value for e in root.iter() for value in e.attrib.values())])
    )
    for name, values in MultiDict(form).lists():
        yield from (raw for raw in values if name not in OURS and (len(raw) > 3 or not raw.isascii()) and raw in text)


def spoken(answer: TestResponse) -> str:
    """The document of an answer that has one."""
    assert answer.status_code == 200, answer.status
    return answer.text


def play(line: Line, sid: str, turn: int, **more: Any) -> str:
    """A turn of a call that goes on; its document."""
    return spoken(post(line, f"/voice/calls/{sid}/turns/{turn}", in_progress(sid, **more)))


def due(caller: Caller) -> int:
    """The number of the turn that the call waits for."""
    return int(re.findall(r"/turns/(\d+)", caller.documents[-1])[-1])


def at_main_menu(line: Line, lang: str = "zh", from_: str = BORROWED) -> Caller:
    """A call that waits at the main menu."""
    return Caller(line, lang, repeat=False).calls(from_=from_)


def at_amount(line: Line, from_: str = BORROWED) -> Caller:
    """A call that waits for an amount."""
    caller = at_main_menu(line, from_=from_).picks("充值与支付问题", "").picks("充值失败", "").proves(OMAR)
    return caller.picks("不清楚", "").picks("银行卡", "")
