"""A call that is held in a browser, without the browser: what people do at odd moments."""

from __future__ import annotations

import time

import pytest

from ivr.simulator.browser_phone.live_call import LiveCall
from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.delivery import HttpTransport
from tests.simulator.stub_app import TOKEN, en

AGENT = "+8619900009001"
RINGS = f"<Dial action='/dialled'><Number url='/whisper'>{AGENT}</Number></Dial>"
OFFER = f"<Gather numDigits='1' finishOnKey='' action='/offered'>{en('For a call back, press 1.')}</Gather>"


@pytest.fixture
def live(stub):
    """A call whose agent somebody answers for; it is at the first question."""
    stub.on("/voice", OFFER).on("/offered", RINGS).on("/dialled", OFFER)
    stub.on("/whisper", en("Not verified. To accept, press 1."))
    transport = HttpTransport(stub.url)

    def phone(timed, seat):
        return Phone(timed, TOKEN, repeat=False, agents=seat, strict=False)

    call = LiveCall(transport, phone, "+864000000101", "+8613900000001", "by-hand", lambda: "accept", time.monotonic)
    call.begin()
    reaches(call, "listening")
    yield call
    call.seat.leave()
    call.close()
    transport.close()


def reaches(call, state):
    """It comes there by itself, soon."""
    until = time.monotonic() + 10
    while call.picture()["state"] != state:
        assert time.monotonic() < until, call.picture()
        time.sleep(0.01)
    return call


def does(call, kind, keys=""):
    """A deed of the only window; it is done at once."""
    assert call.order(kind, keys, "window", call.version).wait(10), kind


def rings(call):
    """The agent's telephone rings."""
    call.order("press", "1", "window", call.version)
    return reaches(call, "agent-rings")


@pytest.mark.parametrize(("kind", "keys"), [("press", "1"), ("wait", "")])
def test_what_a_caller_does_while_an_agent_is_rung_answers_no_later_question(live, stub, kind, keys):
    """A key there would accept what was not offered yet, silence would end a talk that has not begun."""
    does(rings(live), kind, keys)
    live.seat.choose("no-answer")
    reaches(live, "listening")
    time.sleep(0.1)
    assert live.picture()["state"] == "listening" and len(stub.forms("/offered")) == 1


@pytest.mark.parametrize("choices", [(), ("answer",)])
def test_a_caller_who_hangs_up_while_an_agent_is_rung_is_gone_at_once(live, stub, choices):
    """The agent has neither declined nor let it ring, and the line speaks to nobody any more."""
    rings(live)
    for choice in choices:
        live.seat.choose(choice)
        reaches(live, "agent-hears")
    does(live, "hang-up")
    assert stub.forms("/dialled") == [] and stub.forms("/voice/status")[-1]["CallStatus"] == "completed"
    codes = [line["code"] for line in reaches(live, "over").picture()["lines"] if line["code"]]
    assert codes == ["agent-rung", "hung-up", "over"]
