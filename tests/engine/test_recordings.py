"""A wait for the caller's own words: the notice, the tone, what ends it, and what of it is journaled."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ivr.engine import Back, Call, Menu, Record, journal
from ivr.engine.prompts import Recorded
from ivr.simulator.twiml.validation import check
from ivr.storage.database import begin_read
from tests.engine.stage import Stage

SID, OTHER = "RE" + "a" * 32, "RE" + "b" * 32
BEFORE, NOTE, AFTER = Menu("before", ("speak", "rest")), Record("note", 60), Menu("after", ("fine", "again"))


async def root_flow(call: Call) -> None:
    """Speak, or rest; back from speaking is the question before it."""
    while await call.menu(BEFORE) == "speak":
        try:
            kept = await call.record(NOTE, topic="card")
        except Back:
            call.say("left")
            continue
        call.say("kept" if kept else "nothing", id=kept)
        await call.menu(AFTER)


async def rescue(call: Call) -> None:
    """Nothing is expected to end here."""
    call.say("sorry")


@pytest.fixture
def stage(database, tmp_path):
    """A call that waits for words."""
    made = Stage(database, tmp_path, {"main": root_flow, "rescue": rescue})
    made.post()
    made.opening = made.post("1")
    yield made
    made.runtime.close()


def steps(stage):
    with begin_read(stage.engine) as conn:
        return [step for row in journal.rows(conn, stage.sid) for step in row.steps]


def test_the_notice_may_be_interrupted_and_must_end_before_the_tone(stage):
    """Its keys are a menu's; then a tone, at most a minute, three keys that end it, no transcript, and a way for
    silence.
    """
    assert [fault for fault in check(stage.opening) if not fault.startswith("<Say>")] == []
    gather, record, redirect = ET.fromstring(stage.opening)
    assert (gather.tag, gather.get("numDigits"), gather.get("finishOnKey"), gather.get("timeout")) == (
        "Gather",
        "1",
        "",
        "1",
    )
    assert "note topic=card" in "".join(gather.itertext())
    wanted = {
        "maxLength": "60",
        "timeout": "5",
        "finishOnKey": "0*#",
        "playBeep": "true",
        "trim": "trim-silence",
        "transcribe": "false",
        "method": "POST",
        "recordingStatusCallbackMethod": "POST",
    }
    assert record.tag == "Record" and {name: record.get(name) for name in wanted} == wanted
    here = f"https://line.example/voice/calls/{stage.sid}"
    assert gather.get("action") == record.get("action") and record.get("action").startswith(f"{here}/turns/2#")
    assert record.get("recordingStatusCallback").startswith(f"{here}/recordings/2#")
    assert redirect.tag == "Redirect" and redirect.text.startswith(f"{here}/turns/2?quiet=1#")


@pytest.mark.parametrize("key, seconds", [("#", 1), ("#", 60), ("", 6), ("", 60), ("#", None), ("", None)])
def test_what_was_said_is_the_recordings_id_and_nothing_else_is_journaled(stage, key, seconds):
    """Ended by `#`, by five seconds of silence that count, or by its length; also where nobody knows how long it is."""
    assert f"kept id={SID}" in stage.post(recorded=Recorded(SID, seconds, key))
    assert steps(stage)[-1] == ["answer", "note", "value", SID]
    assert "zh:before" in stage.post("1")  # replayed, it goes on


@pytest.mark.parametrize("key, seconds", [("#", 0), ("", 5), ("", 0)])
def test_nothing_said_is_told_apart(stage, key, seconds):
    """A recording of no more than the silence that ended it, or the tone and a key."""
    assert "nothing id=None" in stage.post(recorded=Recorded(SID, seconds, key))
    assert steps(stage)[-1] == ["answer", "note", "value", None]


def test_where_nothing_was_recorded_the_next_verb_says_so(stage):
    """The same answer."""
    assert "nothing id=None" in stage.post(None)


@pytest.mark.parametrize("pressed", [{"keys": "0"}, {"recorded": Recorded(SID, 9, "0")}])
def test_zero_is_a_person_before_the_tone_and_in_the_middle_of_a_word(stage, pressed):
    """The root flow itself has nobody: it lets the wish pass, and the rescue answers it."""
    assert "sorry" in stage.post(**pressed)
    with begin_read(stage.engine) as conn:
        assert journal.rows(conn, stage.sid)[-1].failed["steps"][-1] == ["answer", "note", "agent", None]


@pytest.mark.parametrize("pressed", [{"keys": "*"}, {"recorded": Recorded(SID, 9, "*")}])
def test_a_star_leaves_what_was_said_behind(stage, pressed):
    """The question before it; the recording's id is nowhere."""
    reply = stage.post(**pressed)
    assert "zh:left" in reply and "zh:before" in reply
    assert steps(stage)[-1] == ["answer", "note", "back", None]


@pytest.mark.parametrize(
    "key, says", [("#", "zh:note"), ("9", "en:note"), ("8", "zh:slower-on"), ("5", "zh:wrong-recording-1")]
)
def test_other_keys_before_the_tone_say_the_notice_again(stage, key, says):
    """Nobody is recorded who has not heard it to its end."""
    reply = stage.post(key)
    assert says in reply and "note topic=card" in reply and "<Record" in reply


def test_nothing_typed_ahead_reaches_a_recording(database, tmp_path):
    """Not even a key that would be a person."""
    acting = Stage(database, tmp_path, {"main": root_flow, "rescue": rescue})
    acting.post()
    assert "<Record" in acting.post("10")
    acting.runtime.close()


def test_the_same_recording_told_twice_is_one_answer(stage):
    """And another one for the same turn changes nothing."""
    first = stage.post(recorded=Recorded(SID, 9, "#"))
    assert stage.post(recorded=Recorded(OTHER, 9, "#"), turn=2) == first
    assert len([step for step in steps(stage) if step[1] == "note"]) == 1


def test_a_recording_for_another_kind_of_wait_is_no_answer(stage):
    """What ended it is taken for what was keyed, as if nothing else was known."""
    stage.post(recorded=Recorded(SID, 9, "#"))
    assert "zh:after" in stage.post("", recorded=Recorded(OTHER, 9, "#"))
