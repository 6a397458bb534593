"""What Twilio does when a webhook is slow, dead, wrong or too large, checked on the simulator."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from flask import Response

from ivr.simulator.twiml.schema import overrides_fault
from ivr.simulator.webhooks.delivery import ConnectionOverrides, WebhookFailed, WebhookSender
from ivr.simulator.webhooks.transport import Answer, ConnectFailed, ReadTimedOut
from tests.simulator.running_simulator import LINE
from tests.simulator.stub_app import TOKEN, zh

URL = "https://ivr.example.com/voice"
SORRY = zh("请稍后再拨。")


class FailingTransport:
    """A transport that fails or answers as given, in order; the last one is repeated."""

    base_url = "https://ivr.example.com"

    def __init__(self, *fates):
        self.fates, self.tries = list(fates), []

    def send(self, method, url, form, headers, connect, read):
        self.tries.append((connect, read, headers["I-Twilio-Idempotency-Token"], method, dict(form)))
        fate = self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]
        if isinstance(fate, Exception):
            raise fate
        return fate if isinstance(fate, Answer) else Answer(fate, b"<Response/>")


def attempts(fragment, *fates):
    """How often one request is sent."""
    line = FailingTransport(*fates)
    with suppress(WebhookFailed):
        WebhookSender(line, TOKEN).deliver(URL + fragment, {})
    return len(line.tries)


def code(*fates, fragment=""):
    """The error code of a request that fails after all retries."""
    with pytest.raises(WebhookFailed) as failed:
        WebhookSender(FailingTransport(*fates), TOKEN).deliver(URL + fragment, {})
    return failed.value.code


def test_the_default_time_outs_and_retries():
    """5 s to connect, 15 s to read, 15 s in total, one retry after a failed connection [Connection Overrides]."""
    assert ConnectionOverrides.of(URL) == ConnectionOverrides(5.0, 15.0, 15.0, 1, frozenset({"ct"}))


def test_the_fragment_sets_time_outs_and_retries():
    """In milliseconds; `all` is every kind [Connection Overrides]."""
    assert ConnectionOverrides.of(URL + "#ct=1000&rt=5000&tt=9000&rc=2&rp=all") == ConnectionOverrides(
        1.0, 5.0, 9.0, 2, frozenset({"ct", "rt", "4xx", "5xx"})
    )


@pytest.mark.parametrize(
    "pair, fine",
    [
        ("ct=100", True),
        ("ct=99", False),
        ("ct=10001", False),
        ("rt=15000", True),
        ("rt=15001", False),
        ("tt=15001", False),
        ("rc=0", True),
        ("rc=5", True),
        ("rc=6", False),
        ("rp=ct,rt,5xx", True),
        ("rp=6xx", False),
        ("sni=y", True),
        ("sni=x", False),
        ("e=ashburn,umatilla", True),
        ("zz=1", False),
    ],
)
def test_the_ranges_of_the_fragment(pair, fine):
    """What is outside is 11243 [Connection Overrides]."""
    assert (overrides_fault(f"{URL}#{pair}") is None) == fine


@pytest.mark.parametrize(
    "fragment, fates, expected",
    [
        ("", [ConnectFailed()], 2),
        ("", [500], 1),
        ("", [404], 1),
        ("", [ReadTimedOut()], 1),
        ("#rc=3&rp=5xx", [503], 4),
        ("#rc=3&rp=4xx", [503], 1),
        ("#rc=2&rp=4xx", [404], 3),
        ("#rc=2&rp=rt", [ReadTimedOut()], 3),
        ("#rc=2&rp=rt", [ConnectFailed()], 1),
        ("#rc=0", [ConnectFailed()], 1),
        ("#rc=5&rp=all", [500, 404, ReadTimedOut(), 200], 4),
    ],
)
def test_what_is_tried_again(fragment, fates, expected):
    """By default a failed connection only; otherwise what the policy names [Connection Overrides]."""
    assert attempts(fragment, *fates) == expected


def test_all_tries_of_one_request_share_a_token():
    """So that the app can tell a retry from another request [Connection Overrides]."""
    line = FailingTransport(500, 500, 200)
    WebhookSender(line, TOKEN).deliver(URL + "#rc=2&rp=5xx", {})
    assert len({token for _c, _r, token, _m, _f in line.tries}) == 1


def test_the_total_time_bounds_all_tries():
    """A try gets no more than what is left of it [Connection Overrides]."""

    class Slow(FailingTransport):
        def send(self, *arguments):
            time.sleep(0.15)
            return super().send(*arguments)

    line = Slow(500)
    with pytest.raises(WebhookFailed):
        WebhookSender(line, TOKEN).deliver(URL + "#rc=5&rp=5xx&tt=200", {})
    assert len(line.tries) == 2 and line.tries[1][1] < 0.1


@pytest.mark.parametrize(
    "fate, expected",
    [(500, 11200), (404, 11200), (ConnectFailed(), 11205), (Answer(302, b"", "", "/voice"), 11215)],
)
def test_each_failure_has_its_code(fate, expected):
    """Status, connection, more than ten redirects [error dictionary]."""
    assert code(fate) == expected


def test_ten_redirects_are_followed():
    """By GET, without what was posted [Gather]."""
    line = FailingTransport(*[Answer(307, b"", "", "/voice")] * 10, 200)
    assert WebhookSender(line, TOKEN).deliver(URL, {"Digits": "1", "CallSid": "CA1"}).status == 200
    assert line.tries[-1][3:] == ("GET", {"CallSid": "CA1"})


@pytest.mark.parametrize(
    "answer, expected",
    [
        (Response("<Response>" + "<Pause/>" * 9000 + "</Response>", content_type="text/xml"), "11750"),
        (Response("", content_type="text/xml"), "11770"),
        (Response("<Response>", content_type="text/xml"), "12100"),
        (Response("<Answer/>", content_type="text/xml"), "12102"),
        (Response("{}", content_type="application/json"), "12300"),
        (500, "11200"),
        (403, "11200"),
    ],
)
def test_a_document_that_cannot_be_used_goes_to_the_fallback(simulator, answer, expected):
    """With the code and the address that failed [Availability and Reliability]."""
    simulator.stub.on("/voice", answer).on("/voice/fallback", SORRY)
    call = simulator.dials()
    asked = simulator.stub.forms("/voice/fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == (expected, simulator.url("/voice"))
    assert call["heard"][-1]["text"] == "请稍后再拨。"


def test_without_any_fallback_the_caller_hears_an_announcement(simulator):
    """And is cut off [Availability and Reliability]."""
    simulator.stub.on("/voice", 500).on("/voice/fallback", 500)
    call = simulator.dials()
    assert call["over"] and "application error" in call["heard"][-1]["text"]


def test_a_call_made_by_rest_has_the_fallback_it_was_given(simulator):
    """And no other [Calls resource]."""
    simulator.stub.on("/x", 500).on("/other", SORRY)
    made = simulator.rest.calls.create(
        to="+8613900000009", from_=LINE, url=simulator.url("/x"), fallback_url=simulator.url("/other")
    )
    assert simulator.sees(made.sid)["heard"][-1]["text"] == "请稍后再拨。"


def test_a_status_callback_has_no_fallback(simulator):
    """It is lost [Call Status Callbacks]."""
    simulator.stub.on("/voice/status", 500)
    simulator.dials()
    assert simulator.stub.forms("/voice/fallback") == []


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "text/html; charset=utf-8", "text/plain"])
def test_what_counts_as_twiml(simulator, kind):
    """XML, HTML, and plain text that parses [TwiML for Voice]."""
    simulator.stub.on("/voice", Response(f"<Response>{SORRY}</Response>", content_type=kind))
    assert simulator.dials()["heard"][0]["text"] == "请稍后再拨。"


def test_plain_text_is_read_aloud(simulator):
    """And then the call ends [TwiML for Voice]."""
    simulator.stub.on("/voice", Response("hello", content_type="text/plain"))
    call = simulator.dials()
    assert call["heard"][0]["text"] == "hello" and call["over"]


def test_a_sound_is_played(simulator):
    """And then the call ends [TwiML for Voice]."""
    simulator.stub.on("/voice", Response(b"RIFF", content_type="audio/wav"))
    call = simulator.dials()
    assert call["heard"][0]["text"] == f"[{simulator.url('/voice')}]" and call["over"]


@pytest.mark.parametrize(
    "verb, warning",
    [
        ("<Dance/>", "12200"),
        ('<Pause lenght="9"/>', "12200"),
        ("<say>hello</say>", "12200"),
        (zh("汉" * 501), "13521"),
        (zh("%" * 1600), "13521"),
    ],
)
def test_a_warning_passes_the_verb_over_and_the_call_goes_on(simulator, verb, warning):
    """Unknown verbs, attributes and cases; words that are too long are not spoken [error dictionary]."""
    simulator.stub.on("/voice", verb + SORRY)
    call = simulator.dials()
    assert [piece["text"] for piece in call["heard"]] == ["请稍后再拨。"] and warning in call["warnings"][0]


def test_a_bad_fragment_is_named(simulator):
    """11243 [error dictionary]."""
    simulator.stub.on("/voice", '<Gather action="/x#rc=9"/>')
    assert "11243" in simulator.dials()["warnings"][0]
