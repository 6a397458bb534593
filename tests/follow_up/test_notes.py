"""A voice note comes from the telephone company into the database, sealed; nothing stays there, and what was taken back
is only deleted.
"""

from __future__ import annotations

import io
import json

import pytest

from audio.segment import AudioSegment
from ivr.engine import journal
from ivr.follow_up.tables import deliveries
from ivr.privacy.erasure import erase
from ivr.storage.database import begin_read
from ivr.voice_notes import notes
from ivr.voice_notes.tables import sounds
from tests.follow_up.noted import noted
from tests.follow_up.outboxes import deliver_due


def test_a_note_is_fetched_checked_sealed_and_deleted_at_the_telephone_company(scene):
    """What is heard of it here is what was said; its seconds are those of the file."""
    said = scene.leaves_a_note().held.sound()
    assert scene.note.status == "coming"
    scene.later()
    assert (scene.note.status, scene.recording.status, scene.held.deleted) == ("held", "gone", True)
    assert scene.sound() == said and said not in scene.one(sounds).sealed
    played = AudioSegment.from_wav(io.BytesIO(scene.sound()))
    assert 0 <= scene.note.seconds - played.duration_seconds < 1 and played.dBFS > -40


def test_while_the_call_goes_on_nothing_is_fetched(scene):
    """The caller may still delete it; four hours later the call is over, though nobody said so."""
    scene.opens_a_case().caller.speaks(12).presses("#").picks("保留", "keep it")
    assert scene.later(minutes=30).recording.status == "queued"
    assert scene.later(hours=4).note.status == "held"


@pytest.mark.parametrize(
    "does",
    [
        lambda caller: caller.picks("删除", "delete it"),
        lambda caller: caller.picks("重新录", "record it again").presses("*"),
    ],
)
def test_a_withdrawn_note_is_deleted_and_not_fetched(scene, does):
    """It is never fetched."""
    scene.opens_a_case().caller.speaks(12).presses("#")
    does(scene.caller).hangs_up()
    scene.here.recordings.sound = pytest.fail
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


@pytest.mark.parametrize("key", ["0", "*"])
def test_a_recording_without_a_note_is_deleted_and_not_fetched(scene, key):
    """The caller wanted a person, or back."""
    scene.opens_a_case().caller.speaks(12).presses(key).hangs_up()
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


def test_a_caller_who_hangs_up_while_speaking_leaves_a_note(scene):
    """It belongs to the case that was opened last; the end of the call told of it."""
    scene.opens_a_case().caller.speaks(12).hangs_up()
    assert scene.note is None and scene.recording.seconds == 12
    scene.later()
    (case,) = scene.caller.line.get("cases")
    assert (scene.note.status, scene.note.reference, scene.note.customer) == (
        "held",
        case["reference"],
        case["customer"],
    )
    assert (scene.note.call, scene.held.deleted) == (scene.caller.sid, True)
    (listed,) = scene.caller.line.get("voice-notes")
    assert (listed["id"], listed["at"][-6:]) == (scene.held.sid, "+08:00")


def test_a_recording_whose_turn_failed_is_a_note(scene, monkeypatch):
    """The turn that would have kept them failed: they belong to the case all the same."""
    monkeypatch.setattr(notes, "Note", None)
    scene.opens_a_case().caller.speaks(12).presses("#").is_told("系统出了一点问题", "went wrong on our side").hangs_up()
    assert scene.note is None
    scene.later()
    (case,) = scene.caller.line.get("cases")
    assert (scene.note.status, scene.note.reference, scene.held.deleted) == ("held", case["reference"], True)


def test_a_caller_who_hangs_up_before_speaking_leaves_no_note(scene):
    """What is there is deleted."""
    scene.opens_a_case().caller.hangs_up()
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


def test_a_silent_note_is_not_kept(scene):
    """The row says why, the sound is nowhere, and it is deleted there too."""
    scene.leaves_a_note()
    scene.held.words, scene.held.seconds = "", 0
    scene.later()
    assert (scene.note.status, scene.one(sounds), scene.held.deleted) == ("silent", None, True)


def test_the_crm_event_of_a_note_holds_no_address(line, settings, served_crm, crm):
    """Once, with the case; id and seconds, no address."""
    with noted(line, settings, crm=served_crm) as scene:
        scene.leaves_a_note().later()
        deliver_due(scene.here)
        key = f"{scene.note.reference}:case.noted:{scene.held.sid}"
        of_the_case = {one for one in crm.taken if ":call.summary:" not in one}
        assert of_the_case == {f"{scene.note.reference}:case.opened", key}
        told = json.loads(crm.taken[key])
        assert (told["event"], told["reference"]) == ("case.noted", scene.note.reference)
        assert told["note"] == {"id": scene.held.sid, "seconds": scene.note.seconds} and "http" not in str(told)
        scene.later()
        deliver_due(scene.here)
        assert len(crm.requests) == len(crm.taken)


def test_a_wallet_without_a_crm_gets_no_event_of_a_note(scene):
    """Nothing is kept for nobody."""
    scene.leaves_a_note().later()
    assert scene.one(deliveries) is None


@pytest.mark.parametrize("fetched", [True, False])
def test_an_erased_note_cannot_be_heard_and_is_deleted_at_the_telephone_company(scene, fetched):
    """Whether it was here already or not."""
    scene.leaves_a_note()
    if fetched:
        scene.later()
    report = erase(scene.here.engine, "haiyun", scene.note.customer, scene.here.clock)
    assert (report.notes, scene.note.status, scene.one(sounds)) == (1, "erased", None)
    scene.here.recordings.sound = pytest.fail
    scene.later()
    assert (scene.recording.status, scene.held.deleted, scene.note.status) == ("gone", True, "erased")
    assert erase(scene.here.engine, "haiyun", scene.note.customer, scene.here.clock).notes == 0


def test_an_erased_caller_who_hung_up_while_speaking_leaves_no_note(scene):
    """Nobody had written the note down yet."""
    scene.opens_a_case().caller.speaks(12).hangs_up()
    (case,) = scene.caller.line.get("cases")
    erase(scene.here.engine, "haiyun", case["customer"], scene.here.clock)
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


def test_fetching_a_note_does_not_change_the_journal(scene):
    """A recording never moves a call."""
    scene.leaves_a_note()
    with begin_read(scene.here.engine) as conn:
        before = journal.rows(conn, scene.caller.sid)
    scene.later()
    with begin_read(scene.here.engine) as conn:
        assert journal.rows(conn, scene.caller.sid) == before
