"""Who may speak to the telephone side: Twilio, by its signature over the public address and the whole form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.call_flows.line import LINFU
from tests.web.wire import PLACES, at_main_menu, in_progress, play, post, ringing, signature, spoken

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # it is not looked at before
FORGED = ["", "x", "ünïcode", "A" * 27 + "=", "A" * 5000, "\t", "=", "None"]


def right(line, path: str, form) -> str:
    return signature(line.settings.public_base_url + path, form, line.settings.twilio_auth_token)


def test_a_missing_or_forged_signature_is_refused_everywhere(line):
    """403, no TwiML, and the call is not known afterwards."""
    for path in [*PLACES, "/voice/", "/voice/nothing", "/voice/calls/CA1/turns/x"]:
        form = ringing()
        mark = right(line, path, form)
        for forged in [*FORGED, mark[:-1], mark + "=", mark.swapcase(), mark[::-1], f" {mark}x"]:
            answer = post(line, path, form, signed=forged)
            assert (answer.status_code, "<Response>" in answer.text) == (403, False), (path, forged)
    assert line.app.test_client().get(f"/lab/calls/{form['CallSid']}").status_code == 404


def test_another_account_s_token_signs_nothing(line):
    """Nor does an empty one."""
    for path in PLACES:
        form = ringing()
        assert post(line, path, form, token="other").status_code == 403
        assert (
            post(line, path, form, signed=signature(line.settings.public_base_url + path, form, "")).status_code == 403
        )


def test_only_posts_are_webhooks_and_a_stranger_is_not_told_so(line):
    """Signed: 405, or 404 where nothing is; unsigned: 403 whatever the method."""
    for path in PLACES:
        mark = right(line, path, {})
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            assert post(line, path, {}, method=method, signed="").status_code == 403, (method, path)
            assert post(line, path, {}, method=method, signed=mark).status_code == 405, (method, path)
        assert post(line, path, {}, method="OPTIONS", signed="").status_code == 403
    assert post(line, "/voice/nothing", ringing()).status_code == 404


def test_a_call_placed_by_get_is_not_answered(line):
    """Everything in the query, and signed: the number's voice URL must say POST."""
    path = "/voice?CallSid=CA1&To=%2B864000000101&CallStatus=ringing"
    assert post(line, path, {}, method="GET").status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form | {"To": LINFU},
        lambda form: form | {"Digits": "1"},
        lambda form: form | {"Empty": ""},
        lambda form: {name: value for name, value in form.items() if name != "From"},
        lambda form: form | {"CallStatus": form["CallStatus"] + " "},
        lambda form: form | {"CallStatus": [form["CallStatus"], "completed"]},
        lambda form: {name.lower(): value for name, value in form.items()},
        lambda form: {},
    ],
    ids=["changed", "added", "blank", "left out", "space", "repeated", "case", "nothing"],
)
def test_a_tampered_form_is_refused(line, change):
    """Every parameter is under the signature; only their order is not."""
    form = ringing()
    mark = right(line, "/voice", form)
    assert post(line, "/voice", change(form), signed=mark).status_code == 403
    spoken(post(line, "/voice", dict(reversed(form.items())), signed=mark))


def test_a_tampered_query_or_path_is_refused(line):
    """A turn's signature opens no other turn, and no other page."""
    caller = at_main_menu(line)
    path, form = f"/voice/calls/{caller.sid}/turns/2", in_progress(caller.sid, Digits="5")
    mark = right(line, path, form)
    for other in (
        f"{path}?again=1",
        f"{path}?",
        f"{path}0",
        path[:-1] + "1",
        path.replace("turns", "whisper"),
        "/voice",
    ):
        assert post(line, other, form, signed=mark).status_code == 403, other
    assert "信息咨询" in spoken(post(line, path, form, signed=mark))


def test_a_replayed_request_gets_the_stored_reply_and_changes_nothing(line):
    """The same bytes, however far the call has come."""
    form = ringing()
    first = spoken(post(line, "/voice", form))
    replies = [play(line, form["CallSid"], turn, Digits=keys) for turn, keys in ((1, "1"), (2, "5"), (3, "#"))]
    assert spoken(post(line, "/voice", form)) == first
    again = [play(line, form["CallSid"], turn, Digits=keys) for turn, keys in ((1, "1"), (2, "5"), (3, "#"))]
    other = [play(line, form["CallSid"], turn, Digits="0") for turn in (1, 2, 3)]
    assert replies == again == other
    assert len(line.get(f"calls/{form['CallSid']}")["turns"]) == 4


def test_behind_a_proxy_only_the_public_address_is_signed(line):
    """What the request or its proxy believes about host and scheme counts for nothing, in both directions."""
    line.settings = replace(line.settings, public_base_url="https://ivr.example.com")
    line.restart()
    form, token = ringing(), line.settings.twilio_auth_token
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "81",
        "X-Forwarded-Prefix": "/x",
        "X-Original-URL": "/lab/sms",
        "Forwarded": "host=evil.example;proto=http",
    }
    for address in ("http://evil.example", "https://evil.example", "http://127.0.0.1:5000", "http://ivr.example.com"):
        mark = signature(address + "/voice", form, token)
        assert post(line, "/voice", form, signed=mark, headers=lies).status_code == 403, address
    document = spoken(post(line, "/voice", form, headers=lies))
    assert 'action="https://ivr.example.com/voice/' in document and "evil" not in document
    mark = signature("https://ivr.example.com:443/voice", form, token)
    assert spoken(post(line, "/voice", form, signed=mark)) == document


@pytest.mark.parametrize(
    "query",
    ["name=%E4%BD%A0%3A%2F&x=1", "a=%2b+%20", "a=1&a=2&a=1", "=&&=", "%00=%FF", "a=%25", "a[0]=1", "a=;'\"|"],
)
def test_a_query_is_signed_as_it_came(line, query):
    """Escapes are not decoded, re-encoded or sorted before they are compared."""
    form = ringing()
    spoken(post(line, f"/voice?{query}", form))
    if "%" in query:
        assert (
            post(line, f"/voice?{query}", form, signed=right(line, f"/voice?{query.lower()}x", form)).status_code == 403
        )


def test_each_distinct_value_of_a_repeated_parameter_is_signed(line):
    """Dropping one would break calls over SIP, whose headers repeat."""
    form = ringing(SipHeader=["b", "a", "b"])
    spoken(post(line, "/voice", form))
    mark = right(line, "/voice", form | {"SipHeader": "a"})
    assert post(line, "/voice", form, signed=mark).status_code == 403


def test_the_account_is_checked_when_there_is_one(line):
    """A webhook of another account, or of none, is refused though the signature fits."""
    account = "AC" + "1" * 32
    line.settings = replace(line.settings, twilio_account_sid=account)
    line.restart()
    for path in PLACES:
        for other in ("AC" + "2" * 32, "", account.lower(), account + " "):
            assert post(line, path, ringing(AccountSid=other)).status_code == 403, (path, other)
        assert post(line, path, ringing()).status_code == 403
    spoken(post(line, "/voice", ringing(AccountSid=account)))


def test_the_next_token_is_good_while_one_is_rotated(line):
    """Both, and no third."""
    line.settings = replace(line.settings, twilio_auth_token_next="tomorrow")
    line.restart()
    for token, status in ((line.settings.twilio_auth_token, 200), ("tomorrow", 200), ("yesterday", 403)):
        assert post(line, "/voice", ringing(), token=token).status_code == status


def test_a_body_that_is_no_form_is_never_a_fault(line):
    """JSON, a file, bytes and half an escape: refused, or answered like a form that says nothing."""
    for content_type in (
        "application/json",
        "text/xml",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "x",
        "",
    ):
        for body in (b"{}", b"\xff\xfe\x00", b"--x\r\n", b"CallSid=%zz&a=%", b"&&&==", b"[" * 10_000):
            assert post(line, "/voice", body, content_type=content_type).status_code in (200, 400, 403), (
                content_type,
                body,
            )
