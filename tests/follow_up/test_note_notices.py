"""The telephone company's notices of a recording: once or twice, early or late, from it or forged, they leave one
note.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.engine.prompts import Recorded
from ivr.simulator.account.recordings import Recording
from ivr.storage.database import begin_read, begin_write
from ivr.voice_notes.tables import recordings, sounds, voice_notes
from ivr.web.recording_webhooks import take
from tests.follow_up.noted import WORDS
from tests.web.wire import due, post, spoken


def status_notice(scene, turn, **more):
    """What `recordingStatusCallback` posts; neither From nor To."""
    form = {
        "AccountSid": "AC1",
        "CallSid": scene.caller.sid,
        "RecordingSid": scene.held.sid,
        "RecordingStatus": "completed",
        "RecordingDuration": "12",
        "RecordingSource": "RecordVerb",
        **more,
    }
    return post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/recordings/{turn}", form)


def test_notices_repeated_and_out_of_order_are_one_recording(scene):
    """Before the turn, after it, after the end of the call, again: told once, and held once."""
    scene.opens_a_case()
    turn = due(scene.caller)
    scene.caller.speaks(12).presses("#")
    for _ in range(2):
        assert status_notice(scene, turn).status_code == 204
    scene.caller.picks("保留", "keep it").hangs_up()
    assert status_notice(scene, turn).status_code == 204
    assert scene.later().note.status == "held"
    assert status_notice(scene, turn).status_code == 204
    scene.later()
    with begin_read(scene.here.engine) as conn:
        assert [
            conn.scalar(sa.select(sa.func.count()).select_from(table)) for table in (recordings, voice_notes, sounds)
        ] == [1, 1, 1]
    assert scene.recording.status == "gone"


def test_a_notice_alone_registers_the_recording_of_a_caller_who_hung_up(scene):
    """Where the end of the recording was never posted."""
    scene.opens_a_case()
    turn = due(scene.caller)
    scene.caller.speaks(12).hangs_up()
    with begin_write(scene.here.engine) as conn:
        conn.execute(sa.delete(recordings))
    status_notice(scene, turn)
    assert scene.later().note.status == "held"


def test_a_turn_that_comes_after_its_notice_and_the_end_of_the_call_is_played(scene):
    """It was sent while the caller was there; nothing is decided before it may have come."""
    scene.opens_a_case()
    line, sid, turn = scene.caller.line, scene.caller.sid, due(scene.caller)
    held = scene.simulator.runner.account.record(Recording(sid, 12, "RecordVerb"))
    status_notice(scene, turn)
    spoken(post(line, "/voice/status", {"CallSid": sid, "CallStatus": "completed"}))
    scene.later(seconds=5)
    assert scene.recording.status == "queued"
    form = {
        "CallSid": sid,
        "CallStatus": "in-progress",
        "RecordingUrl": f"https://api.twilio.com/x/Recordings/{held.sid}",
        "RecordingDuration": "12",
        "Digits": "#",
    }
    replies = {spoken(post(line, f"/voice/calls/{sid}/turns/{turn}", form)) for _ in range(2)}
    assert len(replies) == 1 and "录好了" in replies.pop()
    assert scene.later().note.status == "held"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"RecordingSid": "RE1"},
        {"RecordingSid": "RE" + "z" * 32},
        {"RecordingUrl": "https://x/Recordings/"},
        {"RecordingSid": "../RE" + "a" * 31},
    ],
)
def test_a_notice_without_a_recording_is_not_stored(scene, form):
    """And answered all the same."""
    scene.opens_a_case()
    assert post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/recordings/3", form).status_code == 204
    assert scene.recording is None


@pytest.mark.parametrize("turn", [2**31, 2**63, 10**30])
def test_a_notice_of_a_turn_that_no_database_can_hold_is_no_server_error(scene, turn):
    """Twilio would send one again."""
    scene.opens_a_case()
    form = {"RecordingSid": "RE" + "a" * 32, "RecordingDuration": "5"}
    assert post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/recordings/{turn}", form).status_code == 204


FIRST_WORDS = {"nought": {"RecordingDuration": "0"}, "minus one": {"RecordingDuration": "-1"}, "none": {}}


def answered(scene, turn, **told) -> str:
    """The caller has spoken for twelve seconds and pressed pound; `told` is what the turn says of the length."""
    held = scene.simulator.runner.account.record(Recording(scene.caller.sid, 12, "RecordVerb", WORDS))
    form = {"CallSid": scene.caller.sid, "CallStatus": "in-progress", "RecordingSid": held.sid, "Digits": "#", **told}
    return spoken(post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/turns/{turn}", form))


@pytest.mark.parametrize("first", FIRST_WORDS.values(), ids=list(FIRST_WORDS))
def test_the_completed_notice_sets_the_final_length(scene, first):
    """Told as nought, minus one or not at all in the turn, twelve seconds later: the note is held."""
    scene.opens_a_case()
    turn = due(scene.caller)
    answered(scene, turn, **first)
    status_notice(scene, turn)
    assert scene.recording.seconds == 12
    spoken(post(scene.caller.line, "/voice/status", {"CallSid": scene.caller.sid, "CallStatus": "completed"}))
    (case,) = scene.caller.line.get("cases")
    assert (scene.later().note.status, scene.note.reference) == ("held", case["reference"])


@pytest.mark.parametrize("first", FIRST_WORDS.values(), ids=list(FIRST_WORDS))
def test_the_turn_does_not_change_a_known_length(scene, first):
    """The notice overtook the turn: the words are there, and the caller hears so."""
    scene.opens_a_case()
    turn = due(scene.caller)
    scene.simulator.runner.account.record(Recording(scene.caller.sid, 12, "RecordVerb", WORDS))
    status_notice(scene, turn)
    form = {"CallSid": scene.caller.sid, "CallStatus": "in-progress", "RecordingSid": scene.held.sid, "Digits": "#"}
    assert "录好了" in spoken(post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/turns/{turn}", form | first))
    assert (scene.note.seconds, scene.recording.seconds) == (12, 12)


@pytest.mark.parametrize("first", [{}, {"RecordingDuration": "-1"}], ids=["none", "minus one"])
def test_a_recording_of_unknown_length_is_not_called_silence(scene, first):
    """Nobody can say that nothing was heard; whoever listens to it finds out."""
    scene.opens_a_case()
    reply = answered(scene, due(scene.caller), **first)
    assert "录好了" in reply and "没有听到声音" not in reply
    assert scene.note.seconds == 0
    spoken(post(scene.caller.line, "/voice/status", {"CallSid": scene.caller.sid, "CallStatus": "completed"}))
    assert (scene.later().note.status, scene.note.seconds > 0) == ("held", True)


@pytest.mark.parametrize("late", ["0", "-1", ""])
def test_a_late_webhook_of_the_call_does_not_change_the_length(scene, late):
    """The end of the call tells of the recording once more."""
    scene.opens_a_case()
    turn = due(scene.caller)
    scene.simulator.runner.account.record(Recording(scene.caller.sid, 12, "RecordVerb", WORDS))
    status_notice(scene, turn)
    ended = {
        "CallSid": scene.caller.sid,
        "CallStatus": "completed",
        "RecordingSid": scene.held.sid,
        "RecordingDuration": late,
    }
    spoken(post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/turns/{turn}", ended))
    assert scene.recording.seconds == 12
    assert scene.later().note.status == "held"


def test_a_completed_silent_recording_is_no_note(scene):
    """What was told of it in the call and what was measured afterwards agree."""
    scene.opens_a_case()
    turn = due(scene.caller)
    answered(scene, turn, RecordingDuration="0")
    status_notice(scene, turn, RecordingDuration="0")
    spoken(post(scene.caller.line, "/voice/status", {"CallSid": scene.caller.sid, "CallStatus": "completed"}))
    assert (scene.later().note, scene.recording.status) == (None, "gone")


@pytest.mark.parametrize(
    "seconds, read", [("7", 7), ("0", 0), ("", None), ("-1", None), ("1e9", None), ("９", None), ("123456", None)]
)
def test_seconds_that_are_no_number_are_ignored(scene, seconds, read):
    """Whatever was posted."""
    runtime = scene.caller.line.app.extensions["line"]
    assert take(runtime, "CA1", 1, {"RecordingSid": "RE" + "a" * 32, "RecordingDuration": seconds}) == Recorded(
        "RE" + "a" * 32, read
    )


def test_a_forged_notice_is_refused(scene):
    """Like everything below /voice."""
    answer = post(scene.caller.line, "/voice/calls/CA1/recordings/1", {"RecordingSid": "RE" + "a" * 32}, signed="no")
    assert answer.status_code == 403
