"""What Twilio's documentation says of each verb, held against the simulator."""

from __future__ import annotations

import pytest

from tests.simulator.company import AGENT, CALLER, LINE
from tests.simulator.desk import zh

WAIT = zh("请稍候。") + '<Pause length="20"/>'
BYE = zh("再见。")


def heard(call):
    return [piece["text"] for piece in call["heard"]]


def test_a_gather_without_an_action_asks_for_the_same_document(company):
    """So it goes round for ever [Gather]."""
    company.desk.on("/voice", '<Gather numDigits="1"/>')
    sid = company.dials()["sid"]
    company.does(f"{sid}/press", {"keys": "7"})
    assert company.desk.forms("/voice")[1]["Digits"] == "7"


def test_a_gather_waits_five_seconds_after_its_words_and_after_each_key(company):
    """By default, from the last key on [Gather]."""
    company.desk.on("/voice", "<Gather action='/x'>" + zh("请输入。") + "</Gather>")
    call = company.dials()
    assert call["waiting"] == {"kind": "keys", "seconds": 5.0}
    assert company.does(f"{call['sid']}/press", {"keys": "1"})["waiting"]["seconds"] == 5.0
    company.does(f"{call['sid']}/wait")
    assert company.desk.forms("/x")[0]["Digits"] == "1"


def test_a_gather_takes_any_number_of_digits_until_a_hash(company):
    """By default [Gather]."""
    company.desk.on("/voice", "<Gather action='/x'/>")
    company.does(f"{company.dials()['sid']}/press", {"keys": "12345678901234567890#"})
    assert company.desk.forms("/x")[0]["Digits"] == "12345678901234567890"


def test_an_empty_finish_key_makes_every_key_data(company):
    """The entry ends by number or silence [Gather]."""
    company.desk.on("/voice", "<Gather action='/x' finishOnKey='' numDigits='3'/>")
    company.does(f"{company.dials()['sid']}/press", {"keys": "#*1"})
    assert company.desk.forms("/x")[0]["Digits"] == "#*1"


def test_only_words_sounds_and_pauses_nest_in_a_gather(company):
    """Anything else is a warning and is passed over [Gather]."""
    company.desk.on("/voice", f"<Gather><Dial>{AGENT}</Dial>{BYE}</Gather>")
    call = company.dials()
    assert call["warnings"] and heard(call) == ["再见。"] and not call["agents"]


def test_what_follows_a_redirect_is_never_reached(company):
    """Nor is what follows a hang-up [Redirect, Hangup]."""
    company.desk.on("/voice", "<Redirect>/next</Redirect>" + zh("不会听到。")).on("/next", "<Hangup/>" + zh("也不会。"))
    call = company.dials()
    assert heard(call) == [] and call["over"]


def test_relative_addresses_begin_at_the_document(company):
    """With dots and without a slash too [TwiML for Voice]."""
    company.desk.on("/voice", "<Redirect>/a/b?x=1</Redirect>").on("/a/b", "<Redirect>c</Redirect>")
    company.desk.on("/a/c", "<Redirect>../d</Redirect>")
    company.dials()
    assert [path for path, _ in company.desk.requests] == ["/voice", "/a/b", "/a/c", "/d", "/voice/status"]


def test_a_rejected_call_is_never_answered(company):
    """As the first verb it leaves the line busy [Reject]."""
    company.desk.on("/voice", "<Reject reason='busy'/>")
    assert (company.dials()["status"], company.desk.forms("/voice/status")[0]["CallStatus"]) == ("busy", "busy")


def test_a_hang_up_as_the_first_verb_answers_first(company):
    """Other than a rejection [Hangup]."""
    company.desk.on("/voice", "<Hangup/>")
    assert company.dials()["status"] == "completed"


@pytest.mark.parametrize("pause, seconds", [("<Pause/>", 1), ("<Pause length='7'/>", 7)])
def test_a_pause_lasts_one_second_by_default(company, pause, seconds):
    """[Pause]"""
    company.desk.on("/voice", pause)
    assert company.dials()["seconds"] == seconds


def test_a_loop_of_nought_goes_on_until_the_end(company):
    """A thousand times at most [Say, Play]."""
    company.desk.on("/voice", '<Play loop="0">https://ivr.example.com/music.wav</Play>')
    assert company.dials()["seconds"] >= 1000


def test_a_dial_rings_thirty_seconds_and_five_more(company):
    """The five are always added [Dial]."""
    company.desk.on("/voice", f"<Dial><Number>{AGENT}</Number></Dial>")
    assert company.dials(agents="no-answer")["seconds"] == 35


def test_a_dial_without_an_action_goes_on_with_the_next_verb(company):
    """With one, the next verb is never reached [Dial]."""
    company.desk.on("/voice", f"<Dial>{AGENT}</Dial>{BYE}")
    assert heard(company.dials(agents="busy")) == ["再见。"]
    company.desk.on("/voice", f"<Dial action='/x'>{AGENT}</Dial>{BYE}")
    assert heard(company.dials(agents="busy")) == []


def test_a_star_ends_the_talk_only_where_it_may(company):
    """The status is completed [Dial]."""
    for star, over in (("true", True), ("false", False)):
        company.desk.on("/voice", f"<Dial action='/x' hangupOnStar='{star}'>{AGENT}</Dial>")
        call = company.does(f"{company.dials()['sid']}/press", {"keys": "1*"})
        assert call["over"] == over
    assert company.desk.forms("/x")[0]["DialCallStatus"] == "completed"


def test_a_recorded_dial_says_where_the_recording_is(company):
    """In its action; it is the Dial's recording [Dial]."""
    company.desk.on(
        "/voice", f"<Dial action='/x' record='record-from-answer' recordingStatusCallback='/kept'>{AGENT}</Dial>"
    )
    company.does(f"{company.dials()['sid']}/wait")
    kept = company.desk.forms("/kept")[0]
    assert company.desk.forms("/x")[0]["RecordingUrl"] == kept["RecordingUrl"]
    assert kept["RecordingSource"] == "DialVerb" and not {"From", "To"} & set(kept)


def test_each_leg_has_its_own_notices(company):
    """The agent's leg names its parent [Number]."""
    events = "initiated ringing answered completed"
    company.desk.on(
        "/voice", f"<Dial><Number statusCallback='/leg' statusCallbackEvent='{events}'>{AGENT}</Number></Dial>"
    )
    call = company.dials()
    company.does(f"{call['sid']}/wait")
    told = company.desk.forms("/leg")
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {form["ParentCallSid"] for form in told} == {call["sid"]} and told[0]["Direction"] == "outbound-dial"


def test_an_agents_whisper_may_not_dial(company):
    """13201 [Number]."""
    company.desk.on("/voice", f"<Dial action='/x'><Number url='/whisper'>{AGENT}</Number></Dial>")
    company.desk.on("/whisper", f"<Dial>{AGENT}</Dial>")
    assert "13201" in company.dials()["agents"][0]["faults"][0]


def test_a_recording_ends_with_any_key_by_default(company):
    """After five seconds of silence, or a key, which is told [Record]."""
    company.desk.on("/voice", "<Record action='/x'/>" + BYE)
    call = company.dials()
    assert call["waiting"] == {"kind": "recording", "seconds": 5.0}
    company.does(f"{call['sid']}/speak", {"seconds": 4})
    assert heard(company.does(f"{call['sid']}/press", {"keys": "7"})) == []
    done = company.desk.forms("/x")[0]
    assert (done["Digits"], done["RecordingDuration"]) == ("7", "4")


def test_a_recording_is_told_although_the_caller_hung_up(company):
    """Digits says so; what is answered is nobody's [Record]."""
    company.desk.on("/voice", "<Record action='/x'/>").on("/x", BYE)
    call = company.does(f"{company.dials()['sid']}/hang-up")
    assert company.desk.forms("/x")[0]["Digits"] == "hangup" and heard(call) == []


def test_a_recording_is_no_longer_than_its_limit(company):
    """maxLength [Record]."""
    company.desk.on("/voice", "<Record action='/x' maxLength='10'/>")
    company.does(f"{company.dials()['sid']}/speak", {"seconds": 60})
    assert company.desk.forms("/x")[0]["RecordingDuration"] == "10"


def test_a_recording_that_silence_ended_tells_the_silence_too(company):
    """The seconds are those before trimming [Record]; the file has only what was spoken."""
    company.desk.on("/voice", "<Record action='/x' timeout='5' finishOnKey='#'/>")
    sid = company.dials()["sid"]
    company.does(f"{sid}/speak", {"seconds": 3})
    company.does(f"{sid}/wait")
    done = company.desk.forms("/x")[0]
    assert (done["RecordingDuration"], done["Digits"]) == ("8", "")
    assert company.board.company.recordings[0].seconds == 3


@pytest.mark.parametrize("keeps", [True, False])
def test_a_recording_without_a_word_is_kept_or_falls_through(company, keeps):
    """Twilio's pages differ: silent recordings are kept, or the next verb follows [Record]; an app meets both."""
    company.desk.on("/voice", "<Record action='/x' timeout='5'/><Redirect>/y</Redirect>").on("/x", BYE).on("/y", BYE)
    call = company.dials()
    company.board.calls[call["sid"]].leg.keeps_silence = keeps
    company.does(f"{call['sid']}/wait")
    assert [form.get("RecordingDuration") for form in company.desk.forms("/x" if keeps else "/y")] == [
        "5" if keeps else None
    ]
    assert len(company.board.company.recordings) == (1 if keeps else 0)
    assert company.board.calls[call["sid"]].leg.warnings == []


def test_a_waiting_document_is_told_the_place_and_asked_for_again(company):
    """When it has ended, with the time waited [Enqueue]."""
    company.desk.on("/voice", "<Enqueue waitUrl='/wait'>desk</Enqueue>").on("/wait", WAIT)
    sid = company.dials()["sid"]
    company.does(f"{sid}/wait")
    first, second = company.desk.forms("/wait")
    assert (first["QueuePosition"], first["CurrentQueueSize"], first["MaxQueueSize"], first["QueueTime"]) == (
        "1",
        "1",
        "1000",
        "0",
    )
    assert int(second["QueueTime"]) > 20 and second["QueueSid"].startswith("QU")


def test_leaving_a_queue_goes_on_behind_it(company):
    """With the next verb [Leave]; a key in the waiting document may bring it about [Enqueue]."""
    company.desk.on("/voice", "<Enqueue waitUrl='/wait'>desk</Enqueue>" + BYE)
    company.desk.on("/wait", "<Gather numDigits='1' action='/leave'/>").on("/leave", "<Leave/>")
    assert heard(company.does(f"{company.dials()['sid']}/press", {"keys": "1"})) == ["再见。"]


@pytest.mark.parametrize("deed, result", [("press", "leave"), ("hang-up", "hangup")])
def test_the_action_says_how_waiting_ended(company, deed, result):
    """Together with queue and time [Enqueue]."""
    company.desk.on("/voice", "<Enqueue waitUrl='/wait' action='/done'>desk</Enqueue>")
    company.desk.on("/wait", "<Gather numDigits='1' action='/leave'/>").on("/leave", "<Leave/>")
    company.does(f"{company.dials()['sid']}/{deed}", {"keys": "1"})
    done = company.desk.forms("/done")[0]
    assert done["QueueResult"] == result and {"QueueSid", "QueueTime"} <= set(done)


def test_a_full_queue_takes_nobody(company):
    """And there is neither queue nor time to tell [Enqueue]."""
    company.desk.on("/voice", "<Enqueue maxQueueSize='1' action='/done'>desk</Enqueue>")
    company.dials()
    company.dials()
    (done,) = company.desk.forms("/done")
    assert done["QueueResult"] == "queue-full" and "QueueSid" not in done


def test_a_queue_that_does_not_exist_is_an_error(company):
    """To the action of the Dial [Queue]."""
    company.desk.on("/voice", "<Dial action='/x'><Queue>nobody</Queue></Dial>")
    company.dials()
    assert company.desk.forms("/x")[0]["DialCallStatus"] == "failed"


def test_who_takes_from_a_queue_gets_its_head_and_the_words_are_the_callers(company):
    """The queue's address speaks to the one who waited, and names both legs [Queue]."""
    company.desk.on("/voice", "<Enqueue waitUrl='/wait'>desk</Enqueue>").on("/wait", WAIT)
    company.desk.on("/agent", "<Dial action='/x'><Queue url='/meet'>desk</Queue></Dial>").on("/meet", zh("接通了。"))
    head, second = company.dials(), company.dials()
    agent = company.rest.calls.create(to=AGENT, from_=LINE, url=company.url("/agent"))
    assert company.sees(agent.sid)["heard"] == []
    assert heard(company.sees(head["sid"]))[-1] == "接通了。"
    assert company.sees(second["sid"])["waiting"]["kind"] == "queued"
    met = company.desk.forms("/meet")[0]
    assert (met["CallSid"], met["DequeingCallSid"]) == (head["sid"], agent.sid)
    company.does(f"{head['sid']}/hang-up")
    company.sees(agent.sid)
    assert company.desk.forms("/x")[0]["QueueResult"] == "bridged"


def test_a_redirected_member_is_told_at_once(company):
    """`redirected` [Enqueue]."""
    company.desk.on("/voice", "<Enqueue waitUrl='/wait' action='/done'>desk</Enqueue>").on("/wait", WAIT).on(
        "/new", BYE
    )
    sid = company.dials()["sid"]
    company.rest.calls(sid).update(url=company.url("/new"))
    assert heard(company.sees(sid))[-1] == "再见。"
    assert company.desk.forms("/done")[0]["QueueResult"] == "redirected"


def test_a_conference_ends_for_all_with_one_who_must_be_there(company):
    """endConferenceOnExit; the status is answered, and no leg is named [Conference, Dial]."""
    company.desk.on("/voice", "<Dial action='/x'><Conference>desk</Conference></Dial>")
    company.desk.on("/agent", "<Dial><Conference endConferenceOnExit='true'>desk</Conference></Dial>").on("/x", BYE)
    caller = company.dials()
    agent = company.rest.calls.create(to=CALLER, from_=LINE, url=company.url("/agent"))
    company.sees(agent.sid)
    company.does(f"{agent.sid}/hang-up")
    assert heard(company.sees(caller["sid"])) == ["再见。"]
    done = company.desk.forms("/x")[0]
    assert done["DialCallStatus"] == "answered" and not {"DialCallSid", "DialCallDuration"} & set(done)


def test_a_conference_does_not_start_without_one_who_may_start_it(company):
    """startConferenceOnEnter [Conference]."""
    noun = "<Dial><Conference startConferenceOnEnter='false'>desk</Conference></Dial>"
    company.desk.on("/voice", noun).on("/agent", "<Dial><Conference>desk</Conference></Dial>")
    company.dials()
    company.dials()
    assert [room.status for room in company.rest.conferences.list()] == ["init"]
    company.sees(company.rest.calls.create(to=CALLER, from_=LINE, url=company.url("/agent")).sid)
    assert [room.status for room in company.rest.conferences.list()] == ["in-progress"]
