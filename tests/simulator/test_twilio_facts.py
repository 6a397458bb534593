"""What Twilio's documentation says of its requests and signatures, checked on the simulator.

Each test says one fact; the page of Twilio's documentation that tells it stands in brackets.
"""

from __future__ import annotations

import re

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from ivr.simulator.calls.phone import ANONYMOUS
from ivr.simulator.rest.magic_numbers import CALLING_TO, TEXTING_TO
from ivr.simulator.rest.messages import segments
from ivr.simulator.webhooks.delivery import WebhookSender
from ivr.simulator.webhooks.transport import Answer
from tests.simulator.running_simulator import AGENT, CALLER, LINE, TEST_SID, TEST_TOKEN
from tests.simulator.stub_app import TOKEN, zh

MENU = '<Gather numDigits="1" action="/chosen">' + zh("请选择。") + "</Gather>"


class Ear:
    """A transport that keeps what it is given and answers with nothing to do."""

    def __init__(self, base_url="https://ivr.example.com"):
        self.base_url, self.heard = base_url, []

    def send(self, method, url, form, headers, connect, read):
        self.heard.append((method, url, dict(form), dict(headers)))
        return Answer(200, b"<Response/>")


def signed_as(url, form, method="POST"):
    """What a signature was made over: the address, for one that is asked for."""
    ear = Ear()
    WebhookSender(ear, TOKEN).deliver(url, form, method)
    return ear.heard[0]


def signature(url, form):
    return RequestValidator(TOKEN).compute_signature(url, form)


def test_a_first_request_carries_the_standard_parameters(simulator):
    """Call and account by sid, both numbers twice, ringing, inbound, and the version [TwiML for Voice]."""
    simulator.dials()
    form = simulator.stub.forms("/voice")[0]
    assert re.fullmatch("CA[0-9a-f]{32}", form["CallSid"]) and re.fullmatch("AC[0-9a-f]{32}", form["AccountSid"])
    assert (form["From"], form["Caller"], form["To"], form["Called"]) == (CALLER, CALLER, LINE, LINE)
    assert (form["CallStatus"], form["Direction"], form["ApiVersion"]) == ("ringing", "inbound", "2010-04-01")
    assert "ParentCallSid" not in form and "ForwardedFrom" not in form


def test_a_call_keeps_its_sid(simulator):
    """Every request of one leg names the same one [TwiML for Voice]."""
    simulator.stub.on("/voice", MENU)
    sid = simulator.dials()["sid"]
    simulator.does(f"{sid}/press", {"keys": "1"})
    assert {form["CallSid"] for _path, form in simulator.stub.requests} == {sid}


def test_a_forwarded_call_says_from_where(simulator):
    """Only then [TwiML for Voice]."""
    simulator.dials(more={"ForwardedFrom": "+862155500199"})
    assert simulator.stub.forms("/voice")[0]["ForwardedFrom"] == "+862155500199"


def test_a_withheld_number_is_spelt_on_the_keypad():
    """266 696 687 spells ANONYMOUS [seen in many programs]."""
    keypad = {
        letter: key
        for key, letters in zip("23456789", ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"), strict=True)
        for letter in letters
    }
    assert "+" + "".join(keypad[letter] for letter in "ANONYMOUS") == ANONYMOUS


def test_an_action_asked_with_get_has_its_parameters_in_the_query(simulator):
    """And nothing in the body [TwiML for Voice]."""
    ear = signed_as("https://ivr.example.com/next?a=1", {"CallSid": "CA1"}, "GET")
    assert ear[:2] == ("GET", "https://ivr.example.com/next?a=1&CallSid=CA1")


def test_the_worked_example_of_a_signature():
    """Parameters in order of their names behind the address [Security]."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    sent = signed_as("https://example.com/myapp.php?foo=1&bar=2", form)
    assert sent[3]["X-Twilio-Signature"] == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize(
    "url, over",
    [
        ("https://ivr.example.com/voice#rc=2", "https://ivr.example.com/voice"),
        ("https://ivr.example.com:8443/voice", "https://ivr.example.com/voice"),
        ("http://ivr.example.com:8080/voice", "http://ivr.example.com:8080/voice"),
        ("https://user:secret@ivr.example.com/voice", "https://ivr.example.com/voice"),
        ("http://user:secret@ivr.example.com:8080/voice", "http://ivr.example.com:8080/voice"),
        ("https://ivr.example.com/voice?x=%E4%BD%A0", "https://ivr.example.com/voice?x=%E4%BD%A0"),
    ],
)
def test_what_of_an_address_is_signed(url, over):
    """Neither fragment nor credentials; over https no port either; escapes as they are [Security]."""
    assert signed_as(url, {"A": "1"})[3]["X-Twilio-Signature"] == signature(over, {"A": "1"})


def test_a_get_is_signed_without_a_form():
    """Its parameters are in the address already [Security]."""
    _method, url, _form, headers = signed_as("https://ivr.example.com/voice", {"A": "1"}, "GET")
    assert headers["X-Twilio-Signature"] == signature(url, {})


def test_a_blank_value_is_signed_too():
    """It is there although it is empty [Security]."""
    sent = signed_as("https://ivr.example.com/voice", {"Digits": ""})
    assert sent[2] == {"Digits": ""} and sent[3]["X-Twilio-Signature"] == signature(
        "https://ivr.example.com/voice", {"Digits": ""}
    )


def test_each_request_has_an_idempotency_token_of_its_own(simulator):
    """A unique string in a header [Connection Overrides]."""
    simulator.stub.on("/voice", "<Redirect>/next</Redirect>")
    simulator.dials()
    tokens = [headers["I-Twilio-Idempotency-Token"] for headers in simulator.stub.headers]
    assert len(tokens) == len(set(tokens)) == 3


def test_the_end_is_reported_once_by_default_with_a_duration(simulator):
    """`completed`, also for other ends; seconds, a time in GMT, a number from 0 [Call Status Callbacks]."""
    simulator.dials()
    (form,) = simulator.stub.forms("/voice/status")
    assert (form["CallStatus"], form["SequenceNumber"], form["CallbackSource"]) == (
        "completed",
        "0",
        "call-progress-events",
    )
    assert form["CallDuration"].isdigit() and re.fullmatch(
        r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000", form["Timestamp"]
    )


@pytest.mark.parametrize("end", ["busy", "no-answer", "failed"])
def test_every_end_is_reported_as_completed(simulator, end):
    """The event fires for all of them, and the status says which [Call Status Callbacks]."""
    simulator.agents = end
    made = simulator.rest.calls.create(
        to=AGENT, from_=LINE, url=simulator.url("/x"), status_callback=simulator.url("/told")
    )
    simulator.sees(made.sid)
    assert [form["CallStatus"] for form in simulator.stub.forms("/told")] == [end]


def test_only_the_last_status_callback_has_a_duration(simulator):
    """`answered` says in-progress and nothing of seconds [Call Status Callbacks]."""
    url = simulator.url("/told")
    made = simulator.rest.calls.create(
        to=CALLER,
        from_=LINE,
        url=simulator.url("/x"),
        status_callback=url,
        status_callback_event=["answered", "completed"],
    )
    simulator.sees(made.sid)
    answered, completed = simulator.stub.forms("/told")
    assert answered["CallStatus"] == "in-progress" and "CallDuration" not in answered and "CallDuration" in completed


def test_a_call_cancelled_while_queued_sends_no_status_callback(simulator, monkeypatch):
    """It never began [Call Status Callbacks]."""
    waiting = []
    monkeypatch.setattr(simulator.runner, "tell", lambda call, task: waiting.append((call, task)))
    made = simulator.rest.calls.create(
        to=CALLER, from_=LINE, url=simulator.url("/x"), status_callback=simulator.url("/told")
    )
    simulator.rest.calls(made.sid).update(status="canceled")
    for call, task in reversed(waiting):  # the cancelling overtakes the ringing
        simulator.runner._carry_out(call, task)
    assert simulator.stub.requests == [] and simulator.rest.calls(made.sid).fetch().status == "canceled"


def test_an_underscore_in_the_host_of_a_callback_is_refused(simulator):
    """No valid name of a host [Calls resource]."""
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.calls.create(
            to=CALLER, from_=LINE, url=simulator.url("/x"), status_callback="https://a_b.example.com/"
        )
    assert refused.value.code == 21609


def test_a_url_takes_precedence_over_inline_twiml(simulator):
    """When both are given [Calls resource]."""
    made = simulator.rest.calls.create(
        to=CALLER, from_=LINE, url=simulator.url("/x"), twiml="<Response><Reject/></Response>"
    )
    simulator.sees(made.sid)
    assert len(simulator.stub.forms("/x")) == 1


def test_inline_twiml_needs_absolute_actions(simulator):
    """There is no document to resolve against [Gather]."""
    made = simulator.rest.calls.create(to=CALLER, from_=LINE, twiml=f"<Response>{MENU}</Response>")
    seen = simulator.does(f"{made.sid}/press", {"keys": "1"}) if simulator.sees(made.sid) else {}
    assert seen["faults"][0].startswith("11100") and seen["over"]


@pytest.mark.parametrize("path", ["Queues.json", "Conferences.json", "Calls.json", "Recordings.json"])
def test_test_credentials_see_nothing_but_four_requests(simulator, path):
    """403, code 20008 [Test Credentials]."""
    import requests

    url = f"{simulator.settings.twilio_api_url['']}/2010-04-01/Accounts/{TEST_SID}/{path}"
    answer = requests.get(url, auth=(TEST_SID, TEST_TOKEN), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, 20008)


def test_test_credentials_fetch_no_document_and_send_no_status_callback(simulator):
    """Nobody is called [Test Credentials]."""
    from ivr.telephony.twilio_rest import TestAccount

    asker = TestAccount(simulator.settings, simulator.settings.twilio_api_url[""])
    assert (
        asker.ask(
            "call",
            from_="+15005550006",
            to="+12025550143",
            url=simulator.url("/x"),
            status_callback=simulator.url("/told"),
        )
        == 0
    )
    assert simulator.stub.requests == [] and simulator.runner.calls == {}
    assert {21217, 21614} <= {*CALLING_TO.values(), *TEXTING_TO.values()}


@pytest.mark.parametrize("number", ["+15005550006", "+15005550009"])
def test_magic_numbers_mean_nothing_to_live_credentials(simulator, number):
    """They are numbers like any other there [Test Credentials]."""
    assert simulator.rest.messages.create(to=number, from_=LINE, body="hello").status == "queued"


@pytest.mark.parametrize(
    "body, parts",
    [
        ("汉" * 70, 1),
        ("汉" * 71, 2),
        ("汉" * 134, 2),
        ("汉" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 159 + "€", 2),
        ("“a”" * 24, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_one_chinese_character_halves_a_text(body, parts):
    """160 or 153 a part in GSM-7, else 70 or 67; € counts twice there, an emoji twice here [SMS character limit]."""
    assert segments(body) == parts


@pytest.mark.parametrize("body, code", [("", 21602), ("a" * 1601, 21617)])
def test_a_text_has_words_but_not_too_many(simulator, body, code):
    """1,600 characters [Messages resource]."""
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.messages.create(to=CALLER, from_=LINE, body=body)
    assert refused.value.code == code


def test_conference_status_callbacks_follow_the_first_participant(simulator):
    """Address and events of later ones are ignored; events are numbered [Conference]."""
    noun = "<Dial><Conference statusCallback='/{}' statusCallbackEvent='{}'>desk</Conference></Dial>"
    simulator.stub.on("/voice", noun.format("told", "start end join leave hold")).on(
        "/second", noun.format("other", "join")
    )
    first = simulator.dials()
    made = simulator.rest.calls.create(to=CALLER, from_=LINE, url=simulator.url("/second"))
    simulator.sees(made.sid)
    room = simulator.rest.conferences.list()[0].sid
    simulator.rest.conferences(room).participants(made.sid).update(hold=True)
    simulator.does(f"{first['sid']}/hang-up")
    simulator.does(f"{made.sid}/hang-up")
    told = simulator.stub.forms("/told")
    assert [form["StatusCallbackEvent"] for form in told] == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-hold",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert [form["SequenceNumber"] for form in told] == list("0123456") and simulator.stub.forms("/other") == []


def test_notices_of_a_conference_name_the_label_the_states_and_the_cause(simulator):
    """ParticipantLabel, Hold, Coaching, the two flags; ReasonParticipantLeft on leaving [Conference]."""
    noun = "<Dial><Conference participantLabel='{}' statusCallback='/told' statusCallbackEvent='join leave modify'>desk"
    noun += "</Conference></Dial>"
    simulator.stub.on("/voice", noun.format("caller")).on("/second", noun.format("agent"))
    first = simulator.dials()
    made = simulator.rest.calls.create(to=CALLER, from_=LINE, url=simulator.url("/second"))
    simulator.sees(made.sid)
    room = simulator.rest.conferences(simulator.rest.conferences.list()[0].sid)
    room.participants("agent").update(coaching=True, call_sid_to_coach=first["sid"])
    simulator.does(f"{made.sid}/hang-up")
    told = simulator.stub.forms("/told")
    assert [one["ParticipantLabel"] for one in told] == ["caller", "agent", "agent", "agent"]
    assert [one["Coaching"] for one in told] == ["false", "false", "true", "true"]
    assert [one["EndConferenceOnExit"] for one in told] == ["false"] * 4
    assert [one.get("ReasonParticipantLeft") for one in told] == [None, None, None, "participant_hung_up"]
    with pytest.raises(TwilioRestException) as refused:
        room.participants("agent").update(hold=True)
    assert refused.value.status == 404


def test_who_is_alone_or_on_hold_hears_the_documents_for_that(simulator):
    """waitUrl before the conference starts; HoldUrl, by HoldMethod, for a participant on hold [Conference,
    Participant].
    """
    noun = "<Dial><Conference waitUrl='/alone' waitMethod='POST'>desk</Conference></Dial>"
    simulator.stub.on("/voice", noun).on("/second", noun).on("/alone", zh("请等人来。")).on("/held", zh("请稍候。"))
    first = simulator.dials()
    made = simulator.rest.calls.create(to=CALLER, from_=LINE, url=simulator.url("/second"))
    assert [one["text"] for one in simulator.sees(first["sid"])["heard"]] == ["请等人来。"]
    assert simulator.sees(made.sid)["heard"] == []
    room = simulator.rest.conferences(simulator.rest.conferences.list()[0].sid)
    held = {"hold": True, "hold_url": simulator.url("/held"), "hold_method": "POST"}
    room.participants(first["sid"]).update(**held)
    room.participants(first["sid"]).update(**held)
    assert [one["text"] for one in simulator.sees(first["sid"])["heard"]] == ["请等人来。", "请稍候。"]
