"""Every REST request that we send has the shape that Twilio's OpenAPI documents ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from twilio.base.exceptions import TwilioRestException

from ivr.setup.twilio_check import cases, twilio_group
from ivr.telephony.dialling import Ringing
from ivr.telephony.recordings import NotDone
from ivr.telephony.texting import Text
from ivr.telephony.twilio_rest import (
    OwnNumbers,
    TestAccount,
    TwilioConferencing,
    TwilioRecordings,
    TwilioSms,
    TwilioTelephone,
)
from ivr.telephony.twilio_tasks import TaskRouterSetup, TwilioTaskRouting

URL, CALL, QUEUE, ROOM = "https://ivr.example.com/voice", "CA" + "1" * 32, "QU" + "1" * 32, "CF" + "1" * 32
RECORDING = "RE" + "1" * 32


def test_the_mock_refuses_what_has_the_wrong_shape(rest):
    """Otherwise the other tests here would prove nothing."""
    for wrong in ({"timeout": "abc"}, {"from_": None}):
        with pytest.raises(TwilioRestException) as refused:
            rest.calls.create(**{"to": "+12025550143", "from_": "+12025550144", "url": URL, **wrong})
        assert refused.value.status == 422
    with pytest.raises(TwilioRestException):
        rest.calls("CAbad").fetch()


def test_a_text_of_a_follow_up_is_taken(against_mock):
    """Chinese words, our number, theirs; and looking for it."""
    sms = TwilioSms(against_mock)
    text = Text("+8613900000009", "您的验证码是 123456。", "+12025550144", mark="0123456789abcdef")
    assert sms.send("code:1", text).status == "sent"
    looked_for = replace(text, tried=datetime.now(UTC))
    assert sms.send("code:1", looked_for).status == "sent"
    sms._client.http_client.session.close()


def test_ringing_an_agent_and_looking_for_that_call_is_taken(against_mock):
    """The three requests behind a callback."""
    telephone = TwilioTelephone(against_mock)
    told_at = URL + "/rings/0123456789abcdef/leg#rc=2"
    placed = telephone.ring(Ringing("+8613900000009", "+12025550144", URL, told_at))
    assert placed.startswith("CA") and isinstance(telephone.status(CALL), str)
    assert isinstance(telephone.placed("+8613900000009", "+12025550144", datetime.now(UTC)), list)
    telephone._client.http_client.session.close()


def test_ringing_by_a_carrier_of_ones_own_is_taken(against_mock):
    """The trunk is a parameter of its own; and the doctor's look for it."""
    trunk = "BY" + "0a" * 16
    telephone, numbers = TwilioTelephone(against_mock), OwnNumbers(against_mock)
    assert telephone.ring(Ringing(f"byoc:{trunk}/+8619900009001", "+12025550144", URL, URL)).startswith("CA")
    assert numbers.has_trunk(trunk)
    for one in (telephone, numbers):
        one._client.http_client.session.close()


def test_what_talks_ask_for_is_taken(against_mock):
    """Redirect, hang up, find and list a conference, hold and its end, mute, coach, and end the conference."""
    talks = TwilioConferencing(against_mock)
    talks.redirect(CALL, URL + "/talks/0123456789abcdef/legs/0123456789abcdef#rc=2")
    talks.hang_up(CALL)
    assert isinstance(talks.present(ROOM), list) and isinstance(talks.find("0123456789abcdef"), str | None)
    for held in (True, False):
        talks.hold(ROOM, CALL, held, URL + "/talks/0123456789abcdef/hold")
    for muted, coached in ((True, ""), (False, CALL), (False, "")):
        talks.listen(ROOM, CALL, muted, coached)
    talks.end(ROOM)
    talks._client.http_client.session.close()


@pytest.mark.parametrize("sender", ["+12025550144", "MG" + "0a" * 16, "12345", "Haiyun"])
def test_a_text_of_every_kind_of_sender_is_taken(against_mock, sender):
    """A messaging service has a field of its own."""
    sms = TwilioSms(against_mock)
    assert sms.send("code:1", Text("+8613900000009", "您好。", sender)).status == "sent"
    sms._client.http_client.session.close()


def test_asking_what_belongs_to_the_account_is_taken(against_mock):
    """The four requests of the doctor."""
    numbers = OwnNumbers(against_mock)
    assert numbers.find("+12025550144") is not None and numbers.is_verified("+12025550144")
    assert numbers.has_short_code("12345") and numbers.has_service("MG" + "0a" * 16)
    numbers._client.http_client.session.close()


def test_asking_for_a_recording_and_deleting_it_is_taken(against_mock):
    """The sound itself is no part of the documents; what is asked before it and after it is."""
    twilio = TwilioRecordings(against_mock)
    twilio._download = lambda url: url.encode()
    assert twilio.sound(RECORDING).endswith(
        b"/Recordings/" + RECORDING.encode() + b".wav"
    )  # the mock calls it completed
    twilio.delete(RECORDING)
    for ask in (twilio.sound, twilio.delete):
        with pytest.raises(NotDone):
            ask("REbad")
    twilio._client.http_client.session.close()


def test_what_taskrouter_is_told_is_taken(against_mock):
    """A rejection, a completion, an activity; and setting up and reading every kind of resource."""
    space = "WS" + "0a" * 16
    routing = TwilioTaskRouting(replace(against_mock, taskrouter_workspace_sid=space))
    routing.reject("WT" + "0a" * 16, "WR" + "0a" * 16, "WA" + "0a" * 16)
    routing.complete("WT" + "0a" * 16)
    routing._known["Break"] = "WA" + "0a" * 16
    routing.set_activity("lin", "Break")
    assert isinstance(routing.activities(), dict)
    setup, fields = TaskRouterSetup(against_mock), {"friendly_name": "x"}
    setup.create_workspace(friendly_name="x", event_callback_url=URL)
    setup.change_workspace(space, timeout_activity_sid="WA" + "0a" * 16, event_callback_url=URL)
    more = {
        "activities": {"available": False},
        "task_queues": {"target_workers": "1==1"},
        "workers": {"attributes": "{}"},
    }
    workflow = {"configuration": "{}", "assignment_callback_url": URL, "task_reservation_timeout": 60}
    for kind, own in (more | {"workflows": workflow}).items():
        assert setup.create(space, kind, fields | own) and isinstance(setup.listed(space, kind), dict)
    setup.change(space, "workers", "WK" + "0a" * 16, {"activity_sid": "WA" + "0a" * 16})
    setup.delete(space, "workers", "WK" + "0a" * 16)
    routing.close()
    setup.close()


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.what} {case.expected}")
def test_each_request_of_the_twilio_check_is_taken(against_mock, case):
    """The mock knows no magic numbers, so each is a success there."""
    assert TestAccount(against_mock, against_mock.twilio_api_url[""]).ask(case.what, **case.arguments) == 0


def test_a_server_that_answers_everything_is_taken_for_live(against_mock):
    """The check stops before it buys anything."""
    group = twilio_group(lambda: against_mock)
    result = CliRunner().invoke(group, ["check", "--to", against_mock.twilio_api_url[""]])
    assert result.exit_code == 1 and "live credentials" in result.output


@pytest.mark.parametrize(
    "ask",
    [
        lambda rest: rest.calls.create(
            to="+12025550143",
            from_="+12025550144",
            url=URL,
            status_callback=URL,
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            fallback_url=URL,
            timeout=20,
        ),
        lambda rest: rest.calls.create(to="+12025550143", from_="+12025550144", twiml="<Response/>"),
        lambda rest: rest.calls(CALL).update(url=URL, method="POST"),
        lambda rest: rest.calls(CALL).update(status="completed"),
        lambda rest: rest.calls.list(status="in-progress", limit=1),
        lambda rest: rest.queues.create(friendly_name="desk", max_size=100),
        lambda rest: rest.queues(QUEUE).members(CALL).update(url=URL),
        lambda rest: rest.queues(QUEUE).members.list(limit=1),
        lambda rest: rest.conferences(ROOM).update(status="completed"),
        lambda rest: rest.conferences(ROOM).participants(CALL).update(hold=True, hold_url=URL),
        lambda rest: rest.conferences(ROOM).participants.create(from_="+12025550144", to="+12025550143", label="agent"),
        lambda rest: rest.recordings(RECORDING).delete(),
    ],
    ids=[
        "ring",
        "ring inline",
        "redirect",
        "end",
        "list",
        "queue",
        "dequeue",
        "members",
        "end room",
        "hold",
        "invite",
        "forget",
    ],
)
def test_the_requests_that_the_simulator_answers_are_twilios(rest, ask):
    """What tests send to the simulator would be taken by Twilio too."""
    ask(rest)
