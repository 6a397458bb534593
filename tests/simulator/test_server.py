"""The simulator as a server: the JSON API, REST in Twilio's format, and access control."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from app import create_app
from audio.segment import AudioSegment
from ivr.web.phone_redirect import phone_redirect
from tests.simulator.running_simulator import AGENT, CALLER, LINE, running_simulator
from tests.simulator.stub_app import TOKEN, zh

MENU = '<Gather numDigits="1" finishOnKey="" action="/chosen">' + zh("充值，请按一。") + "</Gather>"
ASK_AGENT = '<Gather numDigits="1" action="/whispered">' + zh("接听，请按一。不接，请按二。") + "</Gather><Hangup/>"
WAIT = zh("请稍候。") + '<Pause length="20"/>'


def hangs(simulator, sid):
    """Hang up a call."""
    return simulator.does(f"{sid}/hang-up")


def test_a_call_is_placed_pressed_and_ended_by_json(simulator):
    """The state after each action follows from the app's answer to it."""
    simulator.stub.on("/voice", MENU).on("/chosen", MENU)
    call = simulator.dials()
    assert (call["status"], call["waiting"]["kind"], call["options"]) == (
        "in-progress",
        "keys",
        [{"label": "充值", "key": "1"}],
    )
    call = simulator.does(f"{call['sid']}/press", {"keys": "1"})
    assert simulator.stub.forms("/chosen")[0]["Digits"] == "1" and len(call["heard"]) == 2
    call = hangs(simulator, call["sid"])
    assert (call["over"], call["status"], call["notices"][0]["sent"]) == (True, "completed", 1)


def test_a_call_may_have_a_sid_of_its_own_choice_once(simulator):
    """A second call with the same SID is refused."""
    sid = "CA" + "5" * 32
    assert simulator.dials(sid=sid)["sid"] == sid
    simulator.does("", {"line": LINE, "from": CALLER, "sid": sid}, 409)


def test_a_time_out_that_the_clock_passes_counts_as_silence(simulator):
    """Virtual time: the call's own words take their seconds, then the time-out."""
    simulator.stub.on("/voice", '<Gather timeout="10" action="/chosen"/>' + zh("在吗？"))
    call = simulator.dials()
    assert simulator.web.post("/simulator/clock", json={"advance": 9}, base_url="http://localhost").json == {
        "seconds": 9
    }
    assert not simulator.sees(call["sid"])["over"]
    simulator.web.post("/simulator/clock", json={"advance": 1}, base_url="http://localhost")
    assert simulator.sees(call["sid"])["over"]


def test_status_callbacks_are_held_and_then_sent_late_twice_and_out_of_order(simulator):
    """Their sequence numbers keep the real order."""
    simulator.stub.on("/agent", "")
    call = simulator.dials(notices="held")
    assert call["over"] and simulator.stub.forms("/voice/status") == []
    simulator.does(f"{call['sid']}/notices", {"send": [0, 0]})
    assert [form["SequenceNumber"] for form in simulator.stub.forms("/voice/status")] == ["0", "0"]
    simulator.does(f"{call['sid']}/notices", {"send": [3]}, 400)


def test_an_earlier_webhook_is_sent_again(simulator):
    """The API says whether the answer is the same bytes."""
    simulator.stub.on("/voice", MENU)
    sid = simulator.dials()["sid"]
    assert simulator.does(f"{sid}/again", {"request": 0})["same"]


def test_an_agent_who_is_asked_answers_by_their_own_sid(simulator):
    """First the call is answered, then the whisper's keys are pressed."""
    simulator.stub.on("/voice", f'<Dial><Number url="/whisper">{AGENT}</Number></Dial>')
    simulator.stub.on("/whisper", ASK_AGENT).on("/whispered", "")
    call = simulator.dials(agents="ask")
    assert call["waiting"]["kind"] == "ringing"
    agent = call["agents"][0]["sid"]
    assert simulator.does(f"{agent}/answer")["heard"][0]["text"].startswith("接听")
    simulator.does(f"{call['sid']}/press", {"keys": "1"}, 409)
    simulator.does(f"{agent}/press", {"keys": "1"})
    assert simulator.sees(call["sid"])["talking_to"] == AGENT


def test_rest_refuses_other_credentials_with_twilios_message(simulator):
    """Code 20003 and the URL of its page."""
    url = f"{simulator.settings.twilio_api_url['']}/2010-04-01/Accounts/{simulator.runner.account.sid}/Calls.json"
    answer = requests.get(url, auth=(simulator.runner.account.sid, "wrong"), timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


def test_a_call_made_by_rest_rings_and_runs_its_document(simulator):
    """Queued at first; the status callbacks that were asked for arrive in order."""
    simulator.stub.on("/outbound", MENU)
    events = ["initiated", "ringing", "answered", "completed"]
    made = simulator.rest.calls.create(
        to="+8613900000009",
        from_=LINE,
        url=simulator.url("/outbound"),
        status_callback=simulator.url("/voice/status"),
        status_callback_event=events,
    )
    assert made.status == "queued"
    assert simulator.sees(made.sid)["waiting"]["kind"] == "keys"
    assert simulator.rest.calls(made.sid).fetch().status == "in-progress"
    hangs(simulator, made.sid)
    assert [f["CallStatus"] for f in simulator.stub.forms("/voice/status")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]


def test_an_agent_called_by_rest_behaves_as_the_lab_says(simulator):
    """Busy ends the call before any document is fetched."""
    simulator.agents = "busy"
    made = simulator.rest.calls.create(to=AGENT, from_=LINE, url=simulator.url("/outbound"))
    assert simulator.sees(made.sid)["status"] == "busy" and simulator.stub.forms("/outbound") == []


@pytest.mark.parametrize(
    "arguments, code",
    [
        ({"to": "+8613900000009", "from_": LINE}, 21205),
        ({"to": "abc", "from_": LINE, "url": "https://ivr.example.com"}, 21217),
        ({"to": "+8613900000009", "from_": "1", "url": "https://ivr.example.com"}, 21212),
        ({"to": "+8613900000009", "from_": LINE, "url": "https://ivr_1.example.com"}, 21205),
        ({"to": "+8613900000009", "from_": LINE, "url": "https://ivr.example.com#rc=9"}, 11243),
        ({"to": "+8613900000009", "from_": LINE, "twiml": "x" * 4001}, 32018),
    ],
)
def test_a_call_that_twilio_would_not_make_is_refused_with_its_code(simulator, arguments, code):
    """As a 400 that the library raises."""
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.calls.create(**arguments)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_live_call_is_redirected_by_rest(simulator):
    """At once, whatever it was waiting for."""
    simulator.stub.on("/voice", MENU).on("/elsewhere", zh("这边请。") + MENU)
    call = simulator.dials()
    simulator.rest.calls(call["sid"]).update(url=simulator.url("/elsewhere"))
    assert simulator.sees(call["sid"])["heard"][-2]["text"] == "这边请。"


def test_an_ended_call_cannot_be_changed(simulator):
    """21220."""
    call = simulator.dials()
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.calls(call["sid"]).update(status="completed")
    assert refused.value.code == 21220


def test_a_call_placed_elsewhere_is_adopted(simulator):
    """Any SID in Twilio's form exists as soon as the app names it."""
    simulator.stub.on("/elsewhere", MENU)
    sid = "CA" + "a" * 32
    simulator.rest.calls(sid).update(url=simulator.url("/elsewhere"))
    assert simulator.sees(sid)["waiting"]["kind"] == "keys"
    assert simulator.stub.forms("/elsewhere")[0]["CallSid"] == sid
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.calls("CAnonsense").fetch()
    assert refused.value.code == 20404


def test_calls_are_listed_in_pages(simulator):
    """The library follows the URIs of the pages."""
    sids = [simulator.dials()["sid"] for _ in range(5)]
    assert [call.sid for call in simulator.rest.calls.list(page_size=2)] == sids[::-1]
    assert len(simulator.rest.calls.list(status="busy")) == 0


def test_a_queue_shows_its_members_and_gives_its_head_to_an_agent(simulator):
    """Both legs talk; the Enqueue action is requested after the conversation."""
    simulator.stub.on("/voice", '<Enqueue waitUrl="/wait" action="/dequeued">desk</Enqueue>').on("/wait", WAIT)
    simulator.stub.on("/agent", "<Dial action='/dialled'><Queue url='/meet'>desk</Queue></Dial>").on(
        "/meet", zh("接通了。")
    )
    simulator.stub.on("/dequeued", zh("再见。"))
    caller = simulator.dials()
    (queue,) = simulator.rest.queues.list()
    assert (queue.friendly_name, queue.current_size) == ("desk", 1)
    (member,) = simulator.rest.queues(queue.sid).members.list()
    assert (member.call_sid, member.position) == (caller["sid"], 1)
    agent = simulator.rest.calls.create(to=AGENT, from_=LINE, url=simulator.url("/agent"))
    assert simulator.sees(agent.sid)["talking_to"] == LINE
    assert simulator.sees(caller["sid"])["heard"][-1]["text"] == "接通了。"
    hangs(simulator, agent.sid)
    assert simulator.sees(caller["sid"])["heard"][-1]["text"] == "再见。"
    assert simulator.stub.forms("/dequeued")[0]["QueueResult"] == "bridged"


def test_a_member_of_a_queue_is_sent_elsewhere(simulator):
    """By SID, or as `Front`."""
    simulator.stub.on("/voice", '<Enqueue waitUrl="/wait" action="/dequeued">desk</Enqueue>').on("/wait", WAIT)
    simulator.stub.on("/elsewhere", MENU)
    caller = simulator.dials()
    simulator.rest.queues(simulator.rest.queues.list()[0].sid).members("Front").update(url=simulator.url("/elsewhere"))
    assert simulator.sees(caller["sid"])["waiting"]["kind"] == "keys"
    assert simulator.stub.forms("/dequeued")[0]["QueueResult"] == "redirected"
    assert simulator.rest.queues.list()[0].current_size == 0


def test_a_conference_has_participants_and_ends_for_all(simulator):
    """Two legs; ending the conference by REST ends both Dials."""
    room = '<Dial action="/left"><Conference participantLabel="caller">desk</Conference></Dial>'
    simulator.stub.on("/voice", room).on("/left", zh("再见。"))
    first = simulator.dials()
    (conference,) = simulator.rest.conferences.list(friendly_name="desk", status="init")
    simulator.rest.conferences(conference.sid).participants.create(to="+8613900000009", from_=LINE, label="agent")
    simulator.runner.settle(next(reversed(simulator.runner.calls.values())))
    assert simulator.rest.conferences(conference.sid).fetch().status == "in-progress"
    held = simulator.rest.conferences(conference.sid).participants("agent").update(hold=True)
    assert held.hold and len(simulator.rest.conferences(conference.sid).participants.list()) == 2
    simulator.rest.conferences(conference.sid).update(status="completed")
    assert simulator.sees(first["sid"])["heard"][-1]["text"] == "再见。"
    assert simulator.stub.forms("/left")[0]["DialCallStatus"] == "answered"


@pytest.mark.parametrize("mode, status, error", [("ok", "delivered", None), ("reject", "undelivered", 30007)])
def test_a_text_ends_as_the_lab_says(simulator, mode, status, error):
    """The message is accepted first, and delivered or not later."""
    simulator.sms = mode
    sent = simulator.rest.messages.create(to="+8613900000009", from_=LINE, body="您好")
    assert sent.status == "queued"
    later = simulator.rest.messages(sent.sid).fetch()
    assert (later.status, later.error_code) == (status, error)


def test_an_unreachable_number_is_refused_at_once(simulator):
    """21614."""
    simulator.sms = "unreachable"
    with pytest.raises(TwilioRestException) as refused:
        simulator.rest.messages.create(to="+8613900000009", from_=LINE, body="您好")
    assert refused.value.code == 21614


def test_a_recording_is_listed_heard_and_deleted(simulator):
    """A voice note: speech, a key, a file."""
    simulator.stub.on("/voice", '<Record action="/noted" finishOnKey="#"/>').on("/noted", MENU)
    call = simulator.dials()
    simulator.does(f"{call['sid']}/speak", {"seconds": 7})
    simulator.does(f"{call['sid']}/press", {"keys": "#"})
    noted = simulator.stub.forms("/noted")[0]
    assert (noted["RecordingDuration"], noted["Digits"]) == ("7", "#")
    assert len(requests.get(noted["RecordingUrl"] + ".wav", timeout=5).content) > 7 * 16000
    (kept,) = simulator.rest.recordings.list(call_sid=call["sid"])
    assert simulator.rest.recordings(kept.sid).delete()
    assert simulator.rest.recordings.list() == []


def test_what_was_said_into_a_recording_can_be_heard_in_it(simulator):
    """The words are spoken by a synthetic voice; silence is silent."""
    simulator.stub.on("/voice", '<Record action="/noted" finishOnKey="#"/>').on("/noted", MENU)
    call = simulator.dials()
    simulator.does(f"{call['sid']}/speak", {"seconds": 2, "words": "我的卡被拒绝了"})
    simulator.does(f"{call['sid']}/press", {"keys": "#"})
    silent = "RE" + "0" * 32
    put = simulator.web.put(
        f"/simulator/recordings/{silent}", json={"call": call["sid"], "seconds": 0}, base_url="http://127.0.0.1"
    )
    assert put.status_code == 204
    read, quiet = (AudioSegment.from_wav(io.BytesIO(one.sound())) for one in simulator.runner.account.recordings)
    assert (
        (read.frame_rate, read.channels, quiet.max) == (8000, 1, 0)
        and read.dBFS > -40
        and 1 < read.duration_seconds < 5
    )


def test_requests_from_outside_do_not_reach_the_simulator(simulator):
    """Neither by another Host nor through a tunnel."""
    assert simulator.web.get("/simulator/calls", base_url="http://ivr.example.com").status_code == 404
    tunnelled = simulator.web.get(
        "/simulator/calls", base_url="http://127.0.0.1", headers={"X-Forwarded-For": "192.0.2.1"}
    )
    assert tunnelled.status_code == 404


PLACES = [
    ("GET", "/simulator/calls"),
    ("POST", "/simulator/calls"),
    ("POST", "/simulator/clock"),
    ("GET", "/phone/api/setting"),
    ("POST", "/phone/api/calls"),
]


@pytest.mark.parametrize("method, place", PLACES)
def test_no_page_of_another_site_and_no_proxy_reaches_the_simulator(simulator, method, place):
    """Calls are placed by its own page and by programs of this machine."""
    names = ("Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP")
    strangers = [{name: "192.0.2.1"} for name in names]
    strangers += [
        {"Origin": "https://news.example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]
    for told in strangers:
        asked = simulator.web.open(place, method=method, base_url="http://127.0.0.1", headers={"X-Phone": "1", **told})
        assert asked.status_code == 404, told
    own = {"X-Phone": "1", "Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    asked = simulator.web.open(place, method=method, json={}, base_url="http://127.0.0.1", headers=own)
    assert asked.status_code in (200, 400)
    assert simulator.runner.calls == {}


def test_the_phone_may_be_linked_to_but_not_framed_or_sent_a_form(simulator):
    """Opening it changes nothing."""
    opened = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for page in ("/phone/", "/phone/map"):
        assert simulator.web.get(page, base_url="http://127.0.0.1", headers=opened).status_code == 200
        framed = opened | {"Sec-Fetch-Dest": "iframe"}
        assert simulator.web.get(page, base_url="http://127.0.0.1", headers=framed).status_code == 404
        assert simulator.web.post(page, base_url="http://127.0.0.1", headers=opened).status_code == 404


def test_where_the_address_is_public_the_simulator_asks_for_the_labs_token(stub, settings):
    """A browser sends it once, in the URL that `make run` prints, then as a cookie; REST uses the account's token."""
    with running_simulator(stub, replace(settings, lab_token="s" * 32)) as simulator:
        web, here = simulator.web, {"base_url": f"http://127.0.0.1:{settings.port + 1}"}
        for method, place in PLACES:
            assert web.open(place, method=method, headers={"X-Phone": "1"}, **here).status_code == 403
        assert [web.get("/phone/", query_string=q, **here).status_code for q in ({}, {"token": "s"})] == [403, 403]
        assert web.get("/simulator/calls", headers={"X-Lab-Token": "s" * 32}, **here).json == []
        led_in = web.get("/phone/", query_string={"token": "s" * 32}, **here)
        assert (led_in.status_code, led_in.headers["Location"]) == (302, "/phone/")
        assert {"HttpOnly", "SameSite=Strict"} <= {*led_in.headers["Set-Cookie"].split("; ")}
        for place in ("/phone/", "/phone/map", "/phone/api/setting", "/simulator/calls"):
            assert web.get(place, **here).status_code == 200, place
        assert simulator.rest.calls.list() == []


PAGES = {"/": "", "/phone": "", "/phone/": "", "/phone/map": "map", "/phone/map?flow=top_up": "map?flow=top_up"}
"""Addresses that people type at the app's own port, and the page of the simulator that each leads to."""


def test_the_app_leads_to_the_phone_and_the_map_but_not_strangers(settings):
    """Same rules as the lab's, whatever the method."""
    from flask import Flask

    app = Flask("main")
    app.register_blueprint(phone_redirect(settings))
    web = app.test_client()
    for address, page in PAGES.items():
        there = web.get(address, base_url="http://127.0.0.1:5000")
        assert there.headers["Location"] == f"http://127.0.0.1:{settings.port + 1}/phone/{page}", address
        for method in ("GET", "POST"):
            assert web.open(address, method=method, base_url="http://ivr.example.com").status_code == 404
            tunnel = {"X-Forwarded-Proto": "https"}
            assert web.open(address, method=method, base_url="http://localhost", headers=tunnel).status_code == 404


def test_each_page_that_the_app_leads_to_is_there(simulator):
    """The simulator's own `/` leads to the phone as well."""
    for page in PAGES.values():
        assert simulator.web.get(f"/phone/{page}", base_url="http://127.0.0.1").status_code == 200, page
    assert simulator.web.get("/", base_url="http://127.0.0.1").headers["Location"] == "/phone/"
    assert simulator.web.get("/", base_url="http://ivr.example.com").status_code == 404


def test_on_a_line_with_an_account_there_is_no_page(settings, database):
    """Neither phone nor map nor anything at `/`."""
    live = replace(settings, lab=False, database_url=database.url.render_as_string(hide_password=False))
    web = create_app(live).test_client()
    for address in PAGES:
        assert web.get(address, base_url="http://127.0.0.1:5000").status_code == 404, address


def test_the_token_signs_what_the_simulator_sends(simulator):
    """The stub app of these tests keeps only what was rightly signed."""
    simulator.dials()
    assert simulator.runner.token == TOKEN and [path for path, _ in simulator.stub.requests] == [
        "/voice",
        "/voice/status",
    ]
