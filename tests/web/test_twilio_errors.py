"""What Twilio refused comes to the log and to the metrics, by its number, and nothing that was keyed comes with it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from tests.web.wire import post

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
CALL, MESSAGE = "CA" + "0a" * 16, "SM" + "0b" * 16
KEYED, CALLER = "4815162342", "+8613900000009"


def counted(code, where):
    """How often this was told in this process."""
    return REGISTRY.get_sample_value("ivr_twilio_errors_total", {"code": code, "where": where}) or 0


def told(line, path, form):
    """What a signed webhook leaves in the log of errors, and its answer."""
    with capture_logs() as logs:
        answer = post(line, path, form)
    return [one for one in logs if one["event"] == "twilio tells of an error"], answer


def event(code, base, level="Error", **more):
    """What the Debugger sends, in its form: the request that failed stands in it, with all that was keyed."""
    asked = {"url": f"{base}/voice/calls/{CALL}/turns/3?again=1", "parameters": {"Digits": KEYED, "From": CALLER}}
    payload = {"resource_sid": CALL, "service_sid": None, "error_code": code, "webhook": {"request": asked}, **more}
    return {
        "Sid": "NO" + "0c" * 16,
        "AccountSid": "AC" + "0" * 32,
        "Timestamp": "2026-11-30T09:00:00Z",
        "Level": level,
        "PayloadType": "application/json",
        "Payload": json.dumps(payload),
    }


@pytest.mark.parametrize(
    "path, form, where, about",
    [
        ("/voice/fallback", {"CallSid": CALL, "ErrorCode": "11200"}, "voice.fallback", CALL),
        ("/voice/status", {"CallSid": CALL, "CallStatus": "failed", "ErrorCode": "13214"}, "voice.status", CALL),
        (
            "/voice/texts/0123456789abcdef",
            {"MessageSid": MESSAGE, "MessageStatus": "undelivered", "ErrorCode": "30034"},
            "texts.told",
            MESSAGE,
        ),
        (
            "/voice/rings/0123456789abcdef/leg",
            {"CallSid": CALL, "CallStatus": "failed", "ErrorCode": "21215"},
            "rings.leg",
            CALL,
        ),
        (f"/voice/calls/{CALL}/recordings/2", {"CallSid": CALL, "ErrorCode": "13617"}, "recordings.told", CALL),
    ],
)
def test_an_error_code_in_any_webhook_is_logged_and_counted(line, path, form, where, about):
    """Once for each time that it is told."""
    before = counted(form["ErrorCode"], where)
    failed = f"{line.settings.public_base_url}/voice/calls/{CALL}/turns/3?again=1"
    (entry,), _ = told(line, path, form | {"ErrorUrl": failed})
    assert (entry["code"], entry["where"], entry["about"]) == (int(form["ErrorCode"]), where, about)
    assert entry["path"] == f"/voice/calls/{CALL}/turns/3"
    assert counted(form["ErrorCode"], where) == before + 1


@pytest.mark.parametrize("level", ["Error", "Warning"])
def test_the_debuggers_events_are_logged_and_counted_without_what_was_keyed(line, level):
    """The payload holds the whole request that failed."""
    before = counted("13214", "debugger")
    (entry,), answer = told(line, "/voice/errors", event("13214", line.settings.public_base_url, level))
    assert answer.status_code == 204 and entry["log_level"] == level.lower()
    assert (entry["code"], entry["about"], entry["path"]) == (13214, CALL, f"/voice/calls/{CALL}/turns/3")
    assert KEYED not in str(entry) and CALLER not in str(entry)
    assert counted("13214", "debugger") == before + 1


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        "[" * 5000,
        json.dumps({"error_code": {"a": 1}}),
        json.dumps({"webhook": []}),
        json.dumps({"error_code": "<b>"}),
    ],
)
def test_a_payload_that_says_nothing_is_taken_and_counts_nothing(line, payload):
    """Twilio has nothing from a refusal."""
    entries, answer = told(line, "/voice/errors", event("1", "") | {"Payload": payload})
    assert (entries, answer.status_code) == ([], 204)


@pytest.mark.parametrize("code", ["", "0", "00000", "x" * 500, "😀", "１１２００", "-1", "1234567"])
def test_what_is_no_error_is_not_counted(line, code):
    """A recording that is well comes with 0."""
    entries, _ = told(line, "/voice/fallback", {"CallSid": CALL, "ErrorCode": code, "ErrorUrl": "https://x/<b>"})
    assert entries == []


def test_an_address_that_is_not_ours_and_an_id_that_is_none_stay_out_of_the_log(line):
    """Only the number is left."""
    (entry,), _ = told(
        line, "/voice/fallback", {"CallSid": "CA1", "ErrorCode": "11200", "ErrorUrl": "https://x/secret"}
    )
    assert set(entry) == {"event", "log_level", "code", "where"}


def test_a_stranger_can_count_nothing(line):
    """Unsigned, or of another account: 403."""
    before = counted("11200", "voice.fallback"), counted("13214", "debugger")
    form = {"CallSid": CALL, "ErrorCode": "11200"}
    assert post(line, "/voice/fallback", form, signed="x").status_code == 403
    assert post(line, "/voice/errors", event("13214", ""), signed="").status_code == 403
    line.settings = replace(line.settings, twilio_account_sid="AC" + "9" * 32)
    line.restart()
    assert post(line, "/voice/errors", event("13214", "")).status_code == 403
    assert before == (counted("11200", "voice.fallback"), counted("13214", "debugger"))


def test_a_webhook_may_be_signed_by_a_shared_key_of_the_account(line):
    """By SHA-256, as the header says; the token goes on to be taken."""
    line.settings = replace(line.settings, twilio_shared_keys={"webhooks_sharedkey_1": "one"})
    line.restart()
    form = {"CallSid": CALL, "CallStatus": "completed"}
    url = f"{line.settings.public_base_url}/voice/status"
    chosen = {"X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    signature = RequestValidator("one").compute_signature(url, form, "HMAC_SHA256")
    assert post(line, "/voice/status", form, signed=signature, headers=chosen).status_code == 200
    assert post(line, "/voice/status", form, headers=chosen).status_code == 403
    assert post(line, "/voice/status", form).status_code == 200
