"""Browsers of agents in the simulator: what Twilio's documents say of `client:` addresses, and the API for them.

The page of Twilio's documentation that tells a fact stands in brackets.
"""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator.browser_phone.browser_calls import BrowserCalls
from ivr.simulator.calls.client_phones import LEASE
from tests.simulator.running_simulator import LINE
from tests.simulator.stub_app import en

HERE = "http://127.0.0.1"
ASKS = f'<Gather numDigits="1" finishOnKey="" timeout="10" action="/chosen">{en("To accept, press 1.")}</Gather>'


class Browser:
    """A browser that asks the simulator's API, as a test's client does."""

    def __init__(self, simulator, identity="mei"):
        self.simulator, self.identity = simulator, identity

    def asks(self, method="POST", path="", body=None, status=200):
        """One request; its JSON."""
        url = f"/simulator/clients/{self.identity}{path}"
        answer = self.simulator.web.open(url, method=method, json=body, base_url=HERE)
        assert answer.status_code == status, answer.text
        return answer.json

    def does(self, what, sid, status=200, **body):
        """Act on a call."""
        return self.asks("POST", f"/{sid}/{what}", body, status)

    @property
    def legs(self):
        """What rings or goes on here."""
        return self.asks("GET")["legs"]


@pytest.fixture
def browser(simulator):
    """Mei's browser, registered, under a clock of the test's own."""
    made = Browser(simulator)
    made.clock = 1000.0
    made.asks()
    made.clients = simulator.clients
    made.clients.now = lambda: made.clock
    made.asks()
    return made


def rung(simulator, to="client:mei", **more):
    """The app rings this address; its SID."""
    told = {
        "status_callback": simulator.url("/leg"),
        "status_callback_event": ["initiated", "ringing", "answered", "completed"],
    }
    call = simulator.rest.calls.create(to=to, from_=LINE, url=simulator.url("/offer"), **told, **more)
    simulator.runner.settle(simulator.runner.find(call.sid)[0])
    return call.sid


def told(simulator):
    """The CallStatus of each status callback."""
    return [form["CallStatus"] for form in simulator.stub.forms("/leg")]


def test_nothing_rings_where_no_browser_is_registered(simulator):
    """At once no-answer, without the event that says it rings [Changelog, 15 May 2023: "ringing" is not sent for
    devices that cannot be reached; Call resource: no-answer]."""
    sid = rung(simulator)
    assert simulator.rest.calls(sid).fetch().status == "no-answer"
    assert told(simulator) == ["initiated", "no-answer"] and simulator.stub.forms("/offer") == []


def test_a_registered_browser_rings_until_its_person_answers(simulator, browser):
    """Twilio asks for the document when it is answered [Call resource: Url]."""
    simulator.stub.on("/offer", ASKS).on("/chosen", en("Thank you."))
    sid = rung(simulator)
    assert [(leg["sid"], leg["state"]) for leg in browser.legs] == [(sid, "ringing")]
    assert simulator.rest.calls(sid).fetch().status == "ringing" and simulator.stub.forms("/offer") == []
    (leg,) = browser.does("answer", sid)["legs"]
    assert (leg["state"], leg["asks"], leg["lines"][0]["text"]) == ("listening", True, "To accept, press 1.")
    browser.does("press", sid, keys="1")
    assert simulator.stub.forms("/chosen")[0]["Digits"] == "1" and browser.legs == []
    assert told(simulator) == ["initiated", "ringing", "in-progress", "completed"]


def test_a_browser_that_declines_is_busy(simulator, browser):
    """[Voice SDK: call.reject; Call resource: busy]"""
    sid = rung(simulator)
    assert browser.does("decline", sid)["legs"] == [] and told(simulator)[-1] == "busy"


@pytest.mark.parametrize("seconds, ended", [(24, False), (25, True)])
def test_it_rings_for_the_time_out_and_five_seconds(simulator, browser, seconds, ended):
    """[Call resource: Timeout, which Twilio extends by five seconds]"""
    rung(simulator, timeout=20)
    browser.clients.look()
    browser.clock += seconds
    browser.clients.look()
    assert (told(simulator)[-1] == "no-answer") == ended and (browser.legs == []) == ended


def test_a_call_that_rings_can_be_cancelled_and_one_that_was_answered_cannot(simulator, browser):
    """[Call resource: Status=canceled ends calls that are queued or ringing, and no others]"""
    sid = rung(simulator)
    simulator.rest.calls(sid).update(status="canceled")
    simulator.runner.settle(simulator.runner.find(sid)[0])
    assert told(simulator)[-1] == "canceled" and browser.legs == []
    simulator.stub.on("/offer", ASKS)
    other = rung(simulator)
    browser.does("answer", other)
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.calls(other).update(status="canceled")
    assert refused.value.code == 21220 and len(browser.legs) == 1


def test_a_reload_while_it_rings_changes_nothing(simulator, browser):
    """The registration is the identity's, and is renewed by whoever comes back in time."""
    sid = rung(simulator, timeout=300)
    for _ in range(3):
        browser.clock += LEASE - 1
        browser.asks()
        browser.clients.look()
    assert [leg["sid"] for leg in browser.legs] == [sid]


def test_a_browser_that_dies_in_a_talk_ends_its_leg(simulator, browser):
    """After its registration; the caller's leg goes on with what follows its `<Enqueue>`."""
    caller, sid = talks(simulator, browser)
    browser.clock += LEASE + 1
    browser.clients.look()
    settle(simulator)
    assert told(simulator)[-1] == "completed" and browser.legs == []
    assert simulator.stub.forms("/left")[0]["QueueResult"] == "bridged" and not simulator.sees(caller)["over"]


def test_a_browser_that_is_closed_for_good_declines_or_ends_its_call(simulator, browser):
    """[twilio-voice.js issue 299: closing the tab rejects a call that rings]"""
    rung(simulator)
    browser.asks("DELETE")
    settle(simulator)
    assert told(simulator)[-1] == "busy" and not browser.asks("GET")["registered"]


def test_the_two_hear_each_other(simulator, browser):
    """Words of a person arrive on the other leg, in order with what the line says; nobody is answered."""
    caller, sid = talks(simulator, browser)
    browser.does("say", sid, words="  How can I help? ")
    running = simulator.runner.calls[caller]
    assert simulator.runner.account.say(running.leg, "我的充值没到。")
    (leg,) = browser.legs
    assert [(one["who"], one["text"]) for one in leg["lines"]][-2:] == [
        ("me", "How can I help?"),
        ("caller", "我的充值没到。"),
    ]
    assert simulator.sees(caller)["heard"][-1] == {"text": "How can I help?", "language": "en-US", "voice": "person"}


def test_the_caller_who_hangs_up_ends_the_leg(simulator, browser):
    """[Enqueue: the bridge ends when either side hangs up]"""
    caller, _sid = talks(simulator, browser)
    simulator.does(f"{caller}/hang-up")
    settle(simulator)
    assert browser.legs == [] and told(simulator)[-1] == "completed"


def test_a_browser_acts_on_its_own_calls_only(simulator, browser):
    """Another identity's call is not there."""
    sid = rung(simulator)
    assert "no call" in Browser(simulator, "bo").does("answer", sid, 404)["error"]
    assert len(browser.legs) == 1


def test_what_is_not_possible_is_refused(simulator, browser):
    """409 for the wrong moment, 400 for what is no key, no words, no identity."""
    simulator.stub.on("/offer", ASKS)
    sid = rung(simulator)
    for what, body in (("press", {"keys": "1"}), ("say", {"words": "Hello"})):
        browser.does(what, sid, 409, **body)
    browser.does("answer", sid)
    for what in ("answer", "decline"):
        browser.does(what, sid, 409)
    for what, body in (("press", {"keys": "x"}), ("press", {}), ("say", {"words": " "}), ("say", {"words": "x" * 301})):
        browser.does(what, sid, 400, **body)
    assert "identity" in Browser(simulator, "me-i").asks(status=400)["error"]


def test_a_caller_of_the_browser_phone_is_taken_out_of_the_queue(simulator, browser, settings):
    """Its calls live in threads of their own: what happens on other legs reaches them, and words go both ways."""
    stub = simulator.stub.on("/voice", QUEUE).on("/wait", WAIT).on("/left", en("Goodbye.") + "<Hangup/>")
    stub.on("/offer", "<Dial action='/after'><Queue>line</Queue></Dial>")
    with placed(simulator, settings) as caller:
        reaches(caller, "listening")
        sid = rung(simulator)
        browser.does("answer", sid)
        assert reaches(caller, "talking").picture()["talks"]
        browser.does("say", sid, words="Hello")
        caller.order("speak", "Good morning", "window", caller.version)
        until(lambda: browser.legs[0]["lines"][-1]["text"] == "Good morning")
        assert browser.legs[0]["lines"][-1]["who"] == "caller"
        lines = [(line["who"], line["text"]) for line in caller.picture()["lines"]]
        assert ("agent", "Hello") in lines and ("note", "Good morning") in lines
        browser.does("hang-up", sid)
        assert "Goodbye." in [line["text"] for line in reaches(caller, "over").picture()["lines"]]


def test_a_rest_request_reaches_a_caller_of_the_browser_phone(simulator, settings):
    """A redirect, the status, the end [Call resource: update]; the call is found as every other one is."""
    simulator.stub.on("/voice", QUEUE).on("/wait", WAIT).on("/elsewhere", ASKS).on("/left", "")
    with placed(simulator, settings) as caller:
        reaches(caller, "listening")
        assert simulator.rest.calls(caller.sid).fetch().status == "in-progress"
        simulator.rest.calls(caller.sid).update(url=simulator.url("/elsewhere"))
        until(lambda: "To accept, press 1." in [line["text"] for line in caller.picture()["lines"]])
        assert simulator.stub.forms("/left")[0]["QueueResult"] == "redirected"
        simulator.rest.calls(caller.sid).update(status="completed")
        reaches(caller, "over")
        assert simulator.rest.calls(caller.sid).fetch().status == "completed"


QUEUE = "<Enqueue action='/left' waitUrl='/wait'>line</Enqueue>"
WAIT = f"<Gather numDigits='1' finishOnKey='' action='/key'>{en('Please wait.')}</Gather>"


def talks(simulator, browser):
    """A caller in the queue, taken by Mei: both SIDs."""
    stub = simulator.stub.on("/voice", QUEUE).on("/wait", WAIT).on("/left", ASKS)
    stub.on("/offer", "<Dial action='/after'><Queue>line</Queue></Dial>")
    caller = simulator.dials()["sid"]
    sid = rung(simulator)
    browser.does("answer", sid)
    settle(simulator)
    assert browser.legs[0]["state"] == "talking"
    return caller, sid


def settle(simulator):
    """Until the network has nothing left to do."""
    for _ in range(3):
        for call in tuple(simulator.runner.calls.values()):
            simulator.runner.settle(call)


@contextmanager
def placed(simulator, settings):
    """A caller of the browser phone."""
    calls = BrowserCalls(settings, simulator.runner.account, lambda: "accept", time.monotonic)
    calls._transport, simulator.runner.elsewhere = simulator.runner.transport, calls.running
    caller = calls.place("+864000000101", "+8613900000001", "by-hand")
    try:
        yield caller
    finally:
        if not caller.over:
            caller.order("hang-up", "", "window", 0)
        caller.close()


def until(condition):
    """Wait for what a call's own thread does."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def reaches(call, state):
    """Wait until a call of the browser phone is in this state."""
    until(lambda: call.picture()["state"] == state)
    return call
