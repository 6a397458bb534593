"""What Twilio's documentation says of each verb, checked on the simulator."""

from __future__ import annotations

import pytest

from tests.simulator.running_simulator import AGENT, CALLER, LINE
from tests.simulator.stub_app import zh

WAIT = zh("请稍候。") + '<Pause length="20"/>'
BYE = zh("再见。")


def heard(call):
    return [piece["text"] for piece in call["heard"]]


def test_a_gather_without_an_action_asks_for_the_same_document(simulator):
    """So it goes round for ever [Gather]."""
    simulator.stub.on("/voice", '<Gather numDigits="1"/>')
    sid = simulator.dials()["sid"]
    simulator.does(f"{sid}/press", {"keys": "7"})
    assert simulator.stub.forms("/voice")[1]["Digits"] == "7"


def test_a_gather_waits_five_seconds_after_its_words_and_after_each_key(simulator):
    """By default, from the last key on [Gather]."""
    simulator.stub.on("/voice", "<Gather action='/x'>" + zh("请输入。") + "</Gather>")
    call = simulator.dials()
    assert call["waiting"] == {"kind": "keys", "seconds": 5.0}
    assert simulator.does(f"{call['sid']}/press", {"keys": "1"})["waiting"]["seconds"] == 5.0
    simulator.does(f"{call['sid']}/wait")
    assert simulator.stub.forms("/x")[0]["Digits"] == "1"


def test_a_gather_takes_any_number_of_digits_until_a_hash(simulator):
    """By default [Gather]."""
    simulator.stub.on("/voice", "<Gather action='/x'/>")
    simulator.does(f"{simulator.dials()['sid']}/press", {"keys": "12345678901234567890#"})
    assert simulator.stub.forms("/x")[0]["Digits"] == "12345678901234567890"


def test_an_empty_finish_key_makes_every_key_data(simulator):
    """The entry ends by number or silence [Gather]."""
    simulator.stub.on("/voice", "<Gather action='/x' finishOnKey='' numDigits='3'/>")
    simulator.does(f"{simulator.dials()['sid']}/press", {"keys": "#*1"})
    assert simulator.stub.forms("/x")[0]["Digits"] == "#*1"


def test_only_words_sounds_and_pauses_nest_in_a_gather(simulator):
    """Anything else is a warning and is passed over [Gather]."""
    simulator.stub.on("/voice", f"<Gather><Dial>{AGENT}</Dial>{BYE}</Gather>")
    call = simulator.dials()
    assert call["warnings"] and heard(call) == ["再见。"] and not call["agents"]


def test_what_follows_a_redirect_is_never_reached(simulator):
    """Nor is what follows a hang-up [Redirect, Hangup]."""
    simulator.stub.on("/voice", "<Redirect>/next</Redirect>" + zh("不会听到。")).on(
        "/next", "<Hangup/>" + zh("也不会。")
    )
    call = simulator.dials()
    assert heard(call) == [] and call["over"]


def test_relative_addresses_begin_at_the_document(simulator):
    """With dots and without a slash too [TwiML for Voice]."""
    simulator.stub.on("/voice", "<Redirect>/a/b?x=1</Redirect>").on("/a/b", "<Redirect>c</Redirect>")
    simulator.stub.on("/a/c", "<Redirect>../d</Redirect>")
    simulator.dials()
    assert [path for path, _ in simulator.stub.requests] == ["/voice", "/a/b", "/a/c", "/d", "/voice/status"]


def test_a_rejected_call_is_never_answered(simulator):
    """As the first verb it leaves the line busy [Reject]."""
    simulator.stub.on("/voice", "<Reject reason='busy'/>")
    assert (simulator.dials()["status"], simulator.stub.forms("/voice/status")[0]["CallStatus"]) == ("busy", "busy")


def test_a_hang_up_as_the_first_verb_answers_first(simulator):
    """Other than a rejection [Hangup]."""
    simulator.stub.on("/voice", "<Hangup/>")
    assert simulator.dials()["status"] == "completed"


@pytest.mark.parametrize("pause, seconds", [("<Pause/>", 1), ("<Pause length='7'/>", 7)])
def test_a_pause_lasts_one_second_by_default(simulator, pause, seconds):
    """[Pause]"""
    simulator.stub.on("/voice", pause)
    assert simulator.dials()["seconds"] == seconds


def test_a_loop_of_nought_goes_on_until_the_end(simulator):
    """A thousand times at most [Say, Play]."""
    simulator.stub.on("/voice", '<Play loop="0">https://ivr.example.com/music.wav</Play>')
    assert simulator.dials()["seconds"] >= 1000


def test_a_dial_rings_thirty_seconds_and_five_more(simulator):
    """The five are always added [Dial]."""
    simulator.stub.on("/voice", f"<Dial><Number>{AGENT}</Number></Dial>")
    assert simulator.dials(agents="no-answer")["seconds"] == 35


def test_a_dial_without_an_action_goes_on_with_the_next_verb(simulator):
    """With one, the next verb is never reached [Dial]."""
    simulator.stub.on("/voice", f"<Dial>{AGENT}</Dial>{BYE}")
    assert heard(simulator.dials(agents="busy")) == ["再见。"]
    simulator.stub.on("/voice", f"<Dial action='/x'>{AGENT}</Dial>{BYE}")
    assert heard(simulator.dials(agents="busy")) == []


def test_a_star_ends_the_talk_only_where_it_may(simulator):
    """The status is completed [Dial]."""
    for star, over in (("true", True), ("false", False)):
        simulator.stub.on("/voice", f"<Dial action='/x' hangupOnStar='{star}'>{AGENT}</Dial>")
        call = simulator.does(f"{simulator.dials()['sid']}/press", {"keys": "1*"})
        assert call["over"] == over
    assert simulator.stub.forms("/x")[0]["DialCallStatus"] == "completed"


def test_a_recorded_dial_says_where_the_recording_is(simulator):
    """In its action; it is the Dial's recording [Dial]."""
    simulator.stub.on(
        "/voice", f"<Dial action='/x' record='record-from-answer' recordingStatusCallback='/kept'>{AGENT}</Dial>"
    )
    simulator.does(f"{simulator.dials()['sid']}/wait")
    kept = simulator.stub.forms("/kept")[0]
    assert simulator.stub.forms("/x")[0]["RecordingUrl"] == kept["RecordingUrl"]
    assert kept["RecordingSource"] == "DialVerb" and not {"From", "To"} & set(kept)


def test_each_leg_has_its_own_status_callbacks(simulator):
    """The agent's leg names its parent [Number]."""
    events = "initiated ringing answered completed"
    simulator.stub.on(
        "/voice", f"<Dial><Number statusCallback='/leg' statusCallbackEvent='{events}'>{AGENT}</Number></Dial>"
    )
    call = simulator.dials()
    simulator.does(f"{call['sid']}/wait")
    told = simulator.stub.forms("/leg")
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {form["ParentCallSid"] for form in told} == {call["sid"]} and told[0]["Direction"] == "outbound-dial"


def test_an_agents_whisper_may_not_dial(simulator):
    """13201 [Number]."""
    simulator.stub.on("/voice", f"<Dial action='/x'><Number url='/whisper'>{AGENT}</Number></Dial>")
    simulator.stub.on("/whisper", f"<Dial>{AGENT}</Dial>")
    assert "13201" in simulator.dials()["agents"][0]["faults"][0]


def test_a_recording_ends_with_any_key_by_default(simulator):
    """After five seconds of silence, or a key, which is told [Record]."""
    simulator.stub.on("/voice", "<Record action='/x'/>" + BYE)
    call = simulator.dials()
    assert call["waiting"] == {"kind": "recording", "seconds": 5.0}
    simulator.does(f"{call['sid']}/speak", {"seconds": 4})
    assert heard(simulator.does(f"{call['sid']}/press", {"keys": "7"})) == []
    done = simulator.stub.forms("/x")[0]
    assert (done["Digits"], done["RecordingDuration"]) == ("7", "4")


def test_a_recording_is_reported_although_the_caller_hung_up(simulator):
    """Digits says so; what is answered is nobody's [Record]."""
    simulator.stub.on("/voice", "<Record action='/x'/>").on("/x", BYE)
    call = simulator.does(f"{simulator.dials()['sid']}/hang-up")
    assert simulator.stub.forms("/x")[0]["Digits"] == "hangup" and heard(call) == []


def test_a_recording_is_no_longer_than_its_limit(simulator):
    """maxLength [Record]."""
    simulator.stub.on("/voice", "<Record action='/x' maxLength='10'/>")
    simulator.does(f"{simulator.dials()['sid']}/speak", {"seconds": 60})
    assert simulator.stub.forms("/x")[0]["RecordingDuration"] == "10"


def test_a_recording_that_silence_ended_reports_the_silence_too(simulator):
    """The seconds are those before trimming [Record]; the file has only what was spoken."""
    simulator.stub.on("/voice", "<Record action='/x' timeout='5' finishOnKey='#'/>")
    sid = simulator.dials()["sid"]
    simulator.does(f"{sid}/speak", {"seconds": 3})
    simulator.does(f"{sid}/wait")
    done = simulator.stub.forms("/x")[0]
    assert (done["RecordingDuration"], done["Digits"]) == ("8", "")
    assert simulator.runner.account.recordings[0].seconds == 3


@pytest.mark.parametrize("keeps", [True, False])
def test_a_recording_without_a_word_is_kept_or_falls_through(simulator, keeps):
    """Twilio's pages differ: silent recordings are kept, or the next verb follows [Record]; an app meets both."""
    simulator.stub.on("/voice", "<Record action='/x' timeout='5'/><Redirect>/y</Redirect>").on("/x", BYE).on("/y", BYE)
    call = simulator.dials()
    simulator.runner.calls[call["sid"]].leg.keeps_silence = keeps
    simulator.does(f"{call['sid']}/wait")
    assert [form.get("RecordingDuration") for form in simulator.stub.forms("/x" if keeps else "/y")] == [
        "5" if keeps else None
    ]
    assert len(simulator.runner.account.recordings) == (1 if keeps else 0)
    assert simulator.runner.calls[call["sid"]].leg.warnings == []


def test_a_waiting_document_gets_the_position_and_is_requested_again(simulator):
    """When it has ended, with the time waited [Enqueue]."""
    simulator.stub.on("/voice", "<Enqueue waitUrl='/wait'>desk</Enqueue>").on("/wait", WAIT)
    sid = simulator.dials()["sid"]
    simulator.does(f"{sid}/wait")
    first, second = simulator.stub.forms("/wait")
    assert (first["QueuePosition"], first["CurrentQueueSize"], first["MaxQueueSize"], first["QueueTime"]) == (
        "1",
        "1",
        "1000",
        "0",
    )
    assert int(second["QueueTime"]) > 20 and second["QueueSid"].startswith("QU")


def test_leaving_a_queue_goes_on_behind_it(simulator):
    """With the next verb [Leave]; a key in the waiting document may bring it about [Enqueue]."""
    simulator.stub.on("/voice", "<Enqueue waitUrl='/wait'>desk</Enqueue>" + BYE)
    simulator.stub.on("/wait", "<Gather numDigits='1' action='/leave'/>").on("/leave", "<Leave/>")
    assert heard(simulator.does(f"{simulator.dials()['sid']}/press", {"keys": "1"})) == ["再见。"]


@pytest.mark.parametrize("deed, result", [("press", "leave"), ("hang-up", "hangup")])
def test_the_action_says_how_waiting_ended(simulator, deed, result):
    """Together with queue and time [Enqueue]."""
    simulator.stub.on("/voice", "<Enqueue waitUrl='/wait' action='/done'>desk</Enqueue>")
    simulator.stub.on("/wait", "<Gather numDigits='1' action='/leave'/>").on("/leave", "<Leave/>")
    simulator.does(f"{simulator.dials()['sid']}/{deed}", {"keys": "1"})
    done = simulator.stub.forms("/done")[0]
    assert done["QueueResult"] == result and {"QueueSid", "QueueTime"} <= set(done)


def test_a_full_queue_takes_nobody(simulator):
    """And there is neither queue nor time to tell [Enqueue]."""
    simulator.stub.on("/voice", "<Enqueue maxQueueSize='1' action='/done'>desk</Enqueue>")
    simulator.dials()
    simulator.dials()
    (done,) = simulator.stub.forms("/done")
    assert done["QueueResult"] == "queue-full" and "QueueSid" not in done


def test_a_queue_that_does_not_exist_is_an_error(simulator):
    """To the action of the Dial [Queue]."""
    simulator.stub.on("/voice", "<Dial action='/x'><Queue>nobody</Queue></Dial>")
    simulator.dials()
    assert simulator.stub.forms("/x")[0]["DialCallStatus"] == "failed"


def test_who_takes_from_a_queue_gets_its_head_and_the_words_are_the_callers(simulator):
    """The queue's address speaks to the one who waited, and names both legs [Queue]."""
    simulator.stub.on("/voice", "<Enqueue waitUrl='/wait'>desk</Enqueue>").on("/wait", WAIT)
    simulator.stub.on("/agent", "<Dial action='/x'><Queue url='/meet'>desk</Queue></Dial>").on("/meet", zh("接通了。"))
    head, second = simulator.dials(), simulator.dials()
    agent = simulator.rest.calls.create(to=AGENT, from_=LINE, url=simulator.url("/agent"))
    assert simulator.sees(agent.sid)["heard"] == []
    assert heard(simulator.sees(head["sid"]))[-1] == "接通了。"
    assert simulator.sees(second["sid"])["waiting"]["kind"] == "queued"
    met = simulator.stub.forms("/meet")[0]
    assert (met["CallSid"], met["DequeingCallSid"]) == (head["sid"], agent.sid)
    simulator.does(f"{head['sid']}/hang-up")
    simulator.sees(agent.sid)
    assert simulator.stub.forms("/x")[0]["QueueResult"] == "bridged"


def test_the_redirect_of_a_queue_member_is_reported_at_once(simulator):
    """`redirected` [Enqueue]."""
    simulator.stub.on("/voice", "<Enqueue waitUrl='/wait' action='/done'>desk</Enqueue>").on("/wait", WAIT).on(
        "/new", BYE
    )
    sid = simulator.dials()["sid"]
    simulator.rest.calls(sid).update(url=simulator.url("/new"))
    assert heard(simulator.sees(sid))[-1] == "再见。"
    assert simulator.stub.forms("/done")[0]["QueueResult"] == "redirected"


def test_a_conference_ends_for_all_with_one_who_must_be_there(simulator):
    """endConferenceOnExit; the status is answered, and no leg is named [Conference, Dial]."""
    simulator.stub.on("/voice", "<Dial action='/x'><Conference>desk</Conference></Dial>")
    simulator.stub.on("/agent", "<Dial><Conference endConferenceOnExit='true'>desk</Conference></Dial>").on("/x", BYE)
    caller = simulator.dials()
    agent = simulator.rest.calls.create(to=CALLER, from_=LINE, url=simulator.url("/agent"))
    simulator.sees(agent.sid)
    simulator.does(f"{agent.sid}/hang-up")
    assert heard(simulator.sees(caller["sid"])) == ["再见。"]
    done = simulator.stub.forms("/x")[0]
    assert done["DialCallStatus"] == "answered" and not {"DialCallSid", "DialCallDuration"} & set(done)


def test_a_conference_does_not_start_without_one_who_may_start_it(simulator):
    """startConferenceOnEnter [Conference]."""
    noun = "<Dial><Conference startConferenceOnEnter='false'>desk</Conference></Dial>"
    simulator.stub.on("/voice", noun).on("/agent", "<Dial><Conference>desk</Conference></Dial>")
    simulator.dials()
    simulator.dials()
    assert [room.status for room in simulator.rest.conferences.list()] == ["init"]
    simulator.sees(simulator.rest.calls.create(to=CALLER, from_=LINE, url=simulator.url("/agent")).sid)
    assert [room.status for room in simulator.rest.conferences.list()] == ["in-progress"]
