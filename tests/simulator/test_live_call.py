"""A call of the browser phone, without the browser: actions at unusual moments."""

from __future__ import annotations

import time

import pytest

from ivr.simulator.browser_phone.live_call import LiveCall
from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.transport import HttpTransport
from tests.simulator.stub_app import TOKEN, en

AGENT = "+8619900009001"
RINGS = f"<Dial action='/dialled'><Number url='/whisper'>{AGENT}</Number></Dial>"
OFFER = f"<Gather numDigits='1' finishOnKey='' action='/offered'>{en('For a call back, press 1.')}</Gather>"


@pytest.fixture
def live(stub):
    """A call whose agent is answered by hand, at its first prompt."""
    stub.on("/voice", OFFER).on("/offered", RINGS).on("/dialled", OFFER)
    stub.on("/whisper", en("Not verified. To accept, press 1."))
    transport = HttpTransport(stub.url)

    def phone(transport, seat):
        return Phone(transport, TOKEN, repeat=False, agents=seat, strict=False)

    call = LiveCall(transport, phone, "+864000000101", "+8613900000001", "by-hand", lambda: "accept", time.monotonic)
    call.begin()
    reaches(call, "listening")
    yield call
    call.seat.leave()
    call.close()
    transport.close()


def reaches(call, state):
    """Wait until the call is in this state."""
    until = time.monotonic() + 10
    while call.picture()["state"] != state:
        assert time.monotonic() < until, call.picture()
        time.sleep(0.01)
    return call


def does(call, kind, keys=""):
    """Carry out an action of the only window."""
    assert call.order(kind, keys, "window", call.version).wait(10), kind


def rings(call):
    """Press the key that calls the agent, and wait until the phone rings."""
    call.order("press", "1", "window", call.version)
    return reaches(call, "agent-rings")


@pytest.mark.parametrize(("kind", "keys"), [("press", "1"), ("wait", "")])
def test_input_while_an_agent_is_called_answers_no_later_prompt(live, stub, kind, keys):
    """A key would accept an offer that was not made yet; silence would end a conversation before it begins."""
    does(rings(live), kind, keys)
    live.seat.choose("no-answer")
    reaches(live, "listening")
    time.sleep(0.1)
    assert live.picture()["state"] == "listening" and len(stub.forms("/offered")) == 1


@pytest.mark.parametrize("choices", [(), ("answer",)])
def test_a_caller_who_hangs_up_while_an_agent_is_called_ends_the_call_at_once(live, stub, choices):
    """The agent counts neither as declining nor as not answering, and nothing more is said."""
    rings(live)
    for choice in choices:
        live.seat.choose(choice)
        reaches(live, "agent-hears")
    does(live, "hang-up")
    assert stub.forms("/dialled") == [] and stub.forms("/voice/status")[-1]["CallStatus"] == "completed"
    codes = [line["code"] for line in reaches(live, "over").picture()["lines"] if line["code"]]
    assert codes == ["agent-rung", "hung-up", "over"]
