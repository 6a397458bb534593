"""A voice note comes from the telephone company into the database, sealed; nothing stays there, and nothing is lost on the way."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from pydub import AudioSegment

from ivr.desk import note_keeping, notes
from ivr.desk.erasure import erase
from ivr.desk.note_keeping import try_again
from ivr.desk.notes import GRACE
from ivr.desk.tables import recordings, sounds, voice_notes
from ivr.engine import journal
from ivr.engine.prompts import Recorded
from ivr.follow_up.deliveries import deliver_due
from ivr.follow_up.jobs import Surroundings
from ivr.follow_up.tables import deliveries
from ivr.settings import Settings
from ivr.simulator import rest_recordings
from ivr.simulator.company import Recording
from ivr.storage import begin_read, begin_write, connect
from ivr.twilio_rest import TwilioRecordings
from ivr.web.recordings import take
from tests.follow_up.noted import noted
from tests.wallet.serving import served
from tests.web.wire import due, post, spoken

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scene(line, settings):
    """A caller, the telephone company, a worker."""
    with noted(line, settings) as made:
        yield made


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
def test_what_the_caller_took_back_is_only_deleted(scene, does):
    """It is never fetched."""
    scene.opens_a_case().caller.speaks(12).presses("#")
    does(scene.caller).hangs_up()
    scene.here.recordings.sound = pytest.fail
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


@pytest.mark.parametrize("key", ["0", "*"])
def test_what_was_left_behind_is_only_deleted(scene, key):
    """The caller wanted a person, or back."""
    scene.opens_a_case().caller.speaks(12).presses(key).hangs_up()
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


def test_who_hangs_up_while_speaking_has_left_a_note(scene):
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


def test_words_that_were_spoken_while_the_line_broke_are_a_note(scene, monkeypatch):
    """The turn that would have kept them failed: they belong to the case all the same."""
    monkeypatch.setattr(notes, "Note", None)
    scene.opens_a_case().caller.speaks(12).presses("#").is_told("系统出了一点问题", "went wrong on our side").hangs_up()
    assert scene.note is None
    scene.later()
    (case,) = scene.caller.line.get("cases")
    assert (scene.note.status, scene.note.reference, scene.held.deleted) == ("held", case["reference"], True)


def test_who_hangs_up_before_a_word_has_left_none(scene):
    """What is there is deleted."""
    scene.opens_a_case().caller.hangs_up()
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


def test_a_note_in_which_nobody_speaks_is_not_held(scene):
    """The row says why, the sound is nowhere, and it is deleted there too."""
    scene.leaves_a_note()
    scene.held.words, scene.held.seconds = "", 0
    scene.later()
    assert (scene.note.status, scene.one(sounds), scene.held.deleted) == ("silent", None, True)


def test_the_crm_hears_that_there_is_one_and_not_where(line, settings, served_crm, crm):
    """Once, with the case; id and seconds, no address."""
    with noted(line, settings, crm=served_crm) as scene:
        scene.leaves_a_note().later()
        deliver_due(scene.here)
        key = f"{scene.note.reference}:case.noted:{scene.held.sid}"
        assert set(crm.taken) == {f"{scene.note.reference}:case.opened", key}
        told = json.loads(crm.taken[key])
        assert (told["event"], told["reference"]) == ("case.noted", scene.note.reference)
        assert told["note"] == {"id": scene.held.sid, "seconds": scene.note.seconds} and "http" not in str(told)
        scene.later()
        deliver_due(scene.here)
        assert len(crm.requests) == 2


@pytest.mark.parametrize("answer", [404, 401, 429, 500, 503])
def test_what_twilio_does_not_give_now_is_tried_again(scene, answer):
    """Half a minute later at first; the note stays coming, and comes."""
    scene.leaves_a_note()
    real = scene.here.recordings._base, scene.here.recordings._client.http_client._base
    with served(lambda environ, start: (start(f"{answer} No", []), [b"{}"])[1]) as url:
        scene.here.recordings._base, scene.here.recordings._client.http_client._base = url, urlsplit(url)
        scene.later()
    scene.here.recordings._base, scene.here.recordings._client.http_client._base = real
    assert (scene.recording.status, scene.recording.error, scene.note.status) == ("queued", str(answer), "coming")
    assert scene.later(seconds=5).note.status == "coming"
    assert scene.later(seconds=30).note.status == "held"


@pytest.mark.parametrize("status", ["processing", "in-progress", "absent"])
def test_a_recording_that_is_not_ready_is_waited_for(scene, status, monkeypatch):
    """Twilio's own word for it is written down."""
    scene.leaves_a_note()
    shown = rest_recordings._recording
    with monkeypatch.context() as told:
        told.setattr(rest_recordings, "_recording", lambda *asked: shown(*asked) | {"status": status})
        scene.later()
    assert (scene.recording.status, scene.recording.error, scene.held.deleted) == ("queued", status, False)
    assert scene.later(seconds=31).note.status == "held"


def test_a_sound_that_nobody_can_play_is_fetched_again_and_given_up_after_three_days(scene, monkeypatch):
    """Then it is lost, in the log and in the list; it stays at Twilio for whoever looks, and may be tried once more."""
    scene.leaves_a_note()
    with monkeypatch.context() as broken:
        broken.setattr(type(scene.held), "sound", lambda self: b"RIFF no sound")
        for _ in range(90):
            scene.later(hours=1)
    assert (scene.recording.status, scene.note.status, scene.held.deleted) == ("dead", "lost", False)
    assert scene.recording.tries > 10 and scene.one(sounds) is None
    with begin_write(scene.here.engine) as conn:
        assert try_again(conn, scene.held.sid) == "dead"
    assert scene.later().note.status == "held"


def test_a_slow_telephone_company_holds_nobody_for_long(scene, monkeypatch):
    """Byte by byte: it is broken off, and tried again."""
    scene.leaves_a_note()
    monkeypatch.setattr("ivr.twilio_rest.SOUND_SECONDS", 0.0)
    scene.later()
    assert (scene.recording.error, scene.note.status) == ("too slow", "coming")


def test_a_sound_larger_than_any_note_is_not_taken(scene, monkeypatch):
    """Whatever it is, it is not ours."""
    scene.leaves_a_note()
    monkeypatch.setattr("ivr.twilio_rest.LARGEST_SOUND", 1000)
    scene.later()
    assert (scene.recording.error, scene.note.status, scene.one(sounds)) == ("too long", "coming", None)


def test_a_deletion_that_failed_is_made_up_for_and_the_sound_is_not_fetched_twice(scene, monkeypatch):
    """The note is here meanwhile."""
    scene.leaves_a_note()
    with monkeypatch.context() as broken:
        broken.setattr(TwilioRecordings, "delete", lambda self, recording: 1 / 0)
        scene.later()
    assert (scene.note.status, scene.recording.status, scene.recording.error) == ("held", "queued", "ZeroDivisionError")
    scene.here.recordings.sound = pytest.fail
    assert scene.later(seconds=31).recording.status == "gone" and scene.held.deleted


def test_one_that_is_gone_already_is_no_fault(scene):
    """Somebody deleted it in the console."""
    scene.leaves_a_note().held.deleted = True
    scene.later()
    assert (scene.recording.status, scene.recording.error) == ("queued", "404")  # it was wanted
    with begin_write(scene.here.engine) as conn:
        conn.execute(sa.update(voice_notes).values(status="erased"))
    assert scene.later(seconds=31).recording.status == "gone"


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


def test_a_notice_alone_is_enough_for_who_hung_up(scene):
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
    held = scene.company.board.company.record(Recording(sid, 12, "RecordVerb"))
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
def test_a_notice_that_names_no_recording_is_kept_nowhere(scene, form):
    """And answered all the same."""
    scene.opens_a_case()
    assert post(scene.caller.line, f"/voice/calls/{scene.caller.sid}/recordings/3", form).status_code == 204
    assert scene.recording is None


@pytest.mark.parametrize("seconds, read", [("7", 7), ("", 0), ("-1", 0), ("1e9", 0), ("９", 0), ("123456", 0)])
def test_seconds_are_taken_as_a_number_or_not_at_all(scene, seconds, read):
    """Whatever was posted."""
    runtime = scene.caller.line.app.extensions["line"]
    assert take(runtime, "CA1", 1, {"RecordingSid": "RE" + "a" * 32, "RecordingDuration": seconds}) == Recorded(
        "RE" + "a" * 32, read
    )


def test_a_forged_notice_is_refused(scene):
    """Like everything below /voice."""
    answer = post(scene.caller.line, "/voice/calls/CA1/recordings/1", {"RecordingSid": "RE" + "a" * 32}, signed="no")
    assert answer.status_code == 403


@pytest.mark.parametrize("fetched", [True, False])
def test_after_an_erasure_nobody_hears_it_and_it_is_deleted_at_the_telephone_company(scene, fetched):
    """Whether it was here already or not."""
    scene.leaves_a_note()
    if fetched:
        scene.later()
    report = erase(scene.here.engine, "haiyun", scene.note.customer)
    assert (report.notes, scene.note.status, scene.one(sounds)) == (1, "erased", None)
    scene.here.recordings.sound = pytest.fail
    scene.later()
    assert (scene.recording.status, scene.held.deleted, scene.note.status) == ("gone", True, "erased")
    assert erase(scene.here.engine, "haiyun", scene.note.customer).notes == 0


def test_who_hung_up_while_speaking_and_was_erased_leaves_nothing(scene):
    """Nobody had written the note down yet."""
    scene.opens_a_case().caller.speaks(12).hangs_up()
    (case,) = scene.caller.line.get("cases")
    erase(scene.here.engine, "haiyun", case["customer"])
    scene.later()
    assert (scene.note, scene.recording.status, scene.held.deleted) == (None, "gone", True)


def work(arguments: list[str]) -> None:
    """`work([url, api, folder, machine's time, point])`: a worker that is killed on the way."""
    url, api, folder, at, point = arguments
    given = {"DATA_DIR": folder, "DATABASE_URL": url, "TWILIO_API_URL": api, "TWILIO_AUTH_TOKEN": "12345"}
    settings = Settings.load(given, dotenv=Path(folder) / "no.env")

    def die_at(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    class Dying(TwilioRecordings):
        def sound(self, recording):
            die_at("before-fetch")
            sound = super().sound(recording)
            die_at("after-fetch")
            return sound

        def delete(self, recording):
            die_at("before-delete")
            super().delete(recording)
            die_at("after-delete")

    time = datetime.fromisoformat(at)
    note_keeping.settle_due(
        Surroundings(connect(url), settings, None, lambda conn: time, lambda: time, recordings=Dying(settings))
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("point", ["before-fetch", "after-fetch", "before-delete", "after-delete"])
def test_a_worker_that_is_killed_leaves_a_note_that_comes_all_the_same(scene, point):
    """Once, and nothing stays at the telephone company."""
    scene.leaves_a_note().later(seconds=0)
    scene.now += GRACE
    settings, at = scene.here.settings, scene.now.isoformat()
    run = "import sys; from tests.follow_up.test_notes import work; work(sys.argv[1:])"
    command = [
        sys.executable,
        "-c",
        run,
        scene.here.engine.url.render_as_string(hide_password=False),
        settings.twilio_api_url,
        str(settings.data_dir),
        at,
        point,
    ]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    scene.later(seconds=61)
    assert (scene.note.status, scene.recording.status, scene.held.deleted) == ("held", "gone", True)
    assert len(scene.sound()) > 1000


def test_two_workers_fetch_it_once(scene):
    """Whoever takes the row has it."""
    scene.leaves_a_note().later(seconds=0)
    scene.now += GRACE
    with begin_read(scene.here.engine) as conn:
        (waiting,) = note_keeping._due(conn, scene.now)
    note_keeping.settle(scene.here, waiting)
    scene.here.recordings.sound = pytest.fail
    note_keeping.settle(scene.here, waiting)
    assert scene.recording.tries == 1


def test_nothing_of_a_note_is_in_the_events_of_a_wallet_without_a_crm(scene):
    """Nothing is kept for nobody."""
    scene.leaves_a_note().later()
    assert scene.one(deliveries) is None


def test_the_journal_is_what_it_was(scene):
    """A recording never moves a call."""
    scene.leaves_a_note()
    with begin_read(scene.here.engine) as conn:
        before = journal.rows(conn, scene.caller.sid)
    scene.later()
    with begin_read(scene.here.engine) as conn:
        assert journal.rows(conn, scene.caller.sid) == before
