"""A voice note that cannot be fetched or deleted now, or whose worker dies on the way, comes all the same; nothing is
lost.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.follow_up.context import Context
from ivr.simulator.rest import recordings
from ivr.storage.database import begin_write, connect
from ivr.telephony.twilio_rest import TwilioRecordings
from ivr.voice_notes import fetching
from ivr.voice_notes.fetching import try_again
from ivr.voice_notes.notes import GRACE
from ivr.voice_notes.tables import sounds, voice_notes
from tests.follow_up.outboxes import settle_due
from tests.wallet.serving import served

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("answer", [404, 401, 429, 500, 503])
def test_a_failed_fetch_is_retried(scene, answer):
    """Half a minute later at first; the note stays coming, and comes."""
    scene.leaves_a_note()
    real = scene.here
    with served(lambda environ, start: (start(f"{answer} No", []), [b"{}"])[1]) as url:
        settings = replace(real.settings, twilio_api_url={"": url})
        scene.here = replace(real, recordings=TwilioRecordings(settings))
        scene.later()
    scene.here = real
    assert (scene.recording.status, scene.recording.error, scene.note.status) == ("queued", str(answer), "coming")
    assert scene.later(seconds=5).note.status == "coming"
    assert scene.later(seconds=30).note.status == "held"


@pytest.mark.parametrize("status", ["processing", "in-progress", "absent"])
def test_a_recording_that_is_not_ready_is_fetched_later(scene, status, monkeypatch):
    """Twilio's own word for it is written down."""
    scene.leaves_a_note()
    shown = recordings._recording
    with monkeypatch.context() as told:
        told.setattr(recordings, "_recording", lambda *asked: shown(*asked) | {"status": status})
        scene.later()
    assert (scene.recording.status, scene.recording.error, scene.held.deleted) == ("queued", status, False)
    assert scene.later(seconds=31).note.status == "held"


def test_an_unreadable_sound_is_retried_for_three_days(scene, monkeypatch):
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


def test_a_slow_fetch_times_out(scene, monkeypatch):
    """Byte by byte: it is broken off, and tried again."""
    scene.leaves_a_note()
    monkeypatch.setattr("ivr.telephony.twilio_rest.SOUND_SECONDS", 0.0)
    scene.later()
    assert (scene.recording.error, scene.note.status) == ("too slow", "coming")


def test_a_sound_larger_than_any_note_is_refused(scene, monkeypatch):
    """Whatever it is, it is not ours."""
    scene.leaves_a_note()
    monkeypatch.setattr("ivr.telephony.twilio_rest.LARGEST_SOUND", 1000)
    scene.later()
    assert (scene.recording.error, scene.note.status, scene.one(sounds)) == ("too long", "coming", None)


def test_a_failed_deletion_is_retried_without_a_second_fetch(scene, monkeypatch):
    """The note is here meanwhile."""
    scene.leaves_a_note()
    with monkeypatch.context() as broken:
        broken.setattr(TwilioRecordings, "delete", lambda self, recording: 1 / 0)
        scene.later()
    assert (scene.note.status, scene.recording.status, scene.recording.error) == ("held", "queued", "ZeroDivisionError")
    scene.here.recordings.sound = pytest.fail
    assert scene.later(seconds=31).recording.status == "gone" and scene.held.deleted


def test_a_recording_that_is_already_deleted_is_no_fault(scene):
    """Somebody deleted it in the console."""
    scene.leaves_a_note().held.deleted = True
    scene.later()
    assert (scene.recording.status, scene.recording.error) == ("queued", "404")  # it was wanted
    with begin_write(scene.here.engine) as conn:
        conn.execute(sa.update(voice_notes).values(status="erased"))
    assert scene.later(seconds=31).recording.status == "gone"


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
    settle_due(Context(connect(url), settings, None, lambda conn: time, lambda: time, recordings=Dying(settings)))


@pytest.mark.parametrize("point", ["before-fetch", "after-fetch", "before-delete", "after-delete"])
def test_a_note_arrives_after_a_worker_was_killed(scene, point):
    """Once, and nothing stays at the telephone company."""
    scene.leaves_a_note().later(seconds=0)
    scene.now += GRACE
    settings, at = scene.here.settings, scene.now.isoformat()
    run = "import sys; from tests.follow_up.test_note_faults import work; work(sys.argv[1:])"
    command = [
        sys.executable,
        "-c",
        run,
        scene.here.engine.url.render_as_string(hide_password=False),
        settings.twilio_api_url[""],
        str(settings.data_dir),
        at,
        point,
    ]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    scene.later(seconds=61)
    assert (scene.note.status, scene.recording.status, scene.held.deleted) == ("held", "gone", True)
    assert len(scene.sound()) > 1000


def test_two_workers_fetch_a_note_once(scene):
    """Whoever takes the row has it."""
    scene.leaves_a_note().later(seconds=0)
    scene.now += GRACE
    (waiting,) = fetching.due_recordings(scene.here)
    fetching.settle(scene.here, waiting)
    scene.here.recordings.sound = pytest.fail
    fetching.settle(scene.here, waiting)
    assert scene.recording.tries == 1
