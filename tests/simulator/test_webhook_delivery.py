"""Webhooks are signed and retried, and fall back, as Twilio's do."""

from __future__ import annotations

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender
from ivr.simulator.webhooks.transport import ClientTransport, HttpTransport
from tests.simulator.stub_app import TOKEN, zh

LINE = "+862155500100"


def test_overrides_are_obeyed_and_do_not_travel(stub, caller):
    """With rp=5xx an error is tried again; the fragment is neither sent nor signed."""
    stub.on("/voice", "<Redirect>/next?a=1#rc=2&amp;rp=ct,5xx</Redirect>").on("/next", 500, 503, zh("好。"))
    caller.dials(LINE).hears("好")
    assert len(stub.forms("/next")) == 3
    tokens = [headers["I-Twilio-Idempotency-Token"] for headers in stub.headers[1:4]]
    assert len(set(tokens)) == 1


def test_an_error_is_not_retried_by_default_but_falls_back(stub, caller):
    """Twilio repeats only a failed connection; an error goes straight to the fallback URL, with its code."""
    stub.on("/voice", 500).on("/voice/fallback", zh("请稍后再拨。"))
    caller.dials(LINE).hears("请稍后再拨")
    assert len(stub.forms("/voice")) == 1
    asked = stub.forms("/voice/fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{stub.url}/voice")


def test_without_a_working_fallback_the_caller_hears_an_error_and_is_cut_off(stub, caller):
    """The announcement is Twilio's, not the app's."""
    stub.on("/voice", 500).on("/voice/fallback", 500)
    assert caller.dials(LINE).hears("application error").over
    assert len(caller.faults) == 2


def test_an_answer_that_is_not_xml_falls_back(stub, caller):
    """A page for browsers is no TwiML."""
    stub.on("/voice", Response("{}", content_type="application/json")).on("/voice/fallback", zh("请稍后再拨。"))
    caller.dials(LINE).hears("请稍后再拨")
    assert caller.faults[0].code == 12300


def test_a_redirected_action_loses_its_digits(stub, caller):
    """A 3xx answer is followed without posting again."""
    moved = Response(status=302, headers={"Location": "/elsewhere"})
    stub.on("/voice", '<Gather numDigits="1" action="/chosen"/>').on("/chosen", moved).on("/elsewhere", zh("好。"))
    caller.dials(LINE).presses("1").hears("好")
    assert "Digits" not in stub.forms("/elsewhere")[0]


def test_a_slow_server_is_given_up_after_its_read_timeout(stub, caller):
    """rt is how long the first byte may take."""
    import time

    stub.answer = lambda: time.sleep(0.6)
    with pytest.raises(WebhookFailed) as caught:
        caller.webhooks.deliver(f"{stub.url}/slow#rt=150&rc=0", {})
    assert caught.value.code == 11205


def test_a_dead_server_is_tried_twice_by_default():
    """One retry after a failed connection, and none when the URL says so."""
    tries = []

    class Dead(HttpTransport):
        def send(self, *arguments):
            tries.append(arguments[1])
            return super().send(*arguments)

    dead = Dead("http://127.0.0.1:9")
    for fragment in ("", "#rc=0"):
        with pytest.raises(WebhookFailed, match="11205"):
            WebhookSender(dead, TOKEN).deliver(f"http://127.0.0.1:9/voice{fragment}", {})
    dead.close()
    assert len(tries) == 3


def test_a_server_with_another_token_refuses(stub):
    """The app checks signatures."""
    transport = HttpTransport(stub.url)
    stranger = Phone(transport, "another", repeat=False).dials(LINE)
    transport.close()
    assert "HTTP 403" in str(stranger.faults[0])


def _app(answer):
    app = Flask("inside")

    @app.post("/<path:_path>")
    def voice(_path):
        url = "https://ivr.example.com" + request.path
        assert RequestValidator(TOKEN).validate(url, request.form, request.headers["X-Twilio-Signature"])
        return Response(f"<Response>{answer()}</Response>", content_type="text/xml")

    return app


def test_a_phone_can_call_an_app_in_this_process():
    """The public address is signed although nothing listens there."""
    app = _app(lambda: zh("您好。"))
    Phone(ClientTransport(app.test_client(), "https://ivr.example.com"), TOKEN).dials(LINE).hears("您好")


def test_an_answer_that_changes_when_asked_again_is_caught():
    """Every webhook is sent twice; a retry by Twilio must get the same answer."""
    words = iter(["一。", "二。"])
    app = _app(lambda: zh(next(words)))
    with pytest.raises(AssertionError, match="differently"):
        Phone(ClientTransport(app.test_client(), "https://ivr.example.com"), TOKEN).dials(LINE)


def test_the_app_can_be_rebuilt_before_the_repeat():
    """A new process must answer like the one before."""
    transport = ClientTransport(_app(lambda: zh("您好。")).test_client(), "https://ivr.example.com")

    def restart():
        transport.client = _app(lambda: zh("失忆了。")).test_client()

    with pytest.raises(AssertionError, match="失忆了"):
        Phone(transport, TOKEN, before_repeat=restart).dials(LINE)
