"""`flask voice-note` lists what callers said, and lets whoever handles the case hear it; after an erasure nobody."""

from __future__ import annotations

import io
import stat

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from audio.segment import AudioSegment
from ivr import console
from ivr.engine.journal import calls
from ivr.privacy.erasure import erase
from ivr.storage.database import begin_write
from ivr.voice_notes.tables import recordings, voice_notes
from tests.call_flows.conftest import line
from tests.follow_up.noted import noted

__all__ = ["line"]


@pytest.fixture
def scene(line, settings):
    """A note that was fetched."""
    with noted(line, settings) as made:
        yield made.leaves_a_note().later()


@pytest.fixture
def typed(scene):
    """A command as a person types it, after `flask`."""
    cli = click.Group()
    console.add_commands(cli, lambda: scene.here.settings)
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


def change(scene, table, **values):
    with begin_write(scene.here.engine) as conn:
        conn.execute(sa.update(table).values(**values))


def test_a_note_is_written_to_a_file_that_plays_and_is_its_owners_only(scene, typed, tmp_path):
    """The same sound that was said; the command says to delete it."""
    to = tmp_path / "note.wav"
    result = typed("voice-note", scene.held.sid, "--to", to)
    assert (result.exit_code, result.output) == (0, f"{scene.held.sid} is in {to}; delete it when you have heard it\n")
    assert to.read_bytes() == scene.held.sound() and stat.S_IMODE(to.stat().st_mode) == 0o600
    assert AudioSegment.from_wav(io.BytesIO(to.read_bytes())).duration_seconds > 2


def test_all_notes_are_listed_and_what_was_given_up(scene, typed):
    """With their case and their seconds; what lies at Twilio still, with its last answer."""
    note = scene.note
    shown = typed("voice-note").output.splitlines()
    assert shown == [
        "1 held, 0 coming, 0 lost, 0 silent, 0 erased",
        f"held   {note.id}  haiyun case {note.reference}, {note.seconds} s, {note.at[:16]}",
    ]
    change(scene, recordings, status="dead", error="503")
    change(scene, voice_notes, status="lost")
    shown = typed("voice-note").output.splitlines()
    assert shown[0] == "0 held, 0 coming, 1 lost, 0 silent, 0 erased"
    assert shown[2] == f"dead   {note.id}  still at Twilio, 1 try, last answer 503"
    assert typed("voice-note", note.id, "--again").output == f"{note.id} is due at once\n"
    assert (scene.recording.status, scene.note.status) == ("queued", "coming")


def test_after_an_erasure_it_is_refused(scene, typed, tmp_path):
    """Also where only the key is gone."""
    to = tmp_path / "note.wav"
    change(scene, calls, key_sealed="")
    assert f"{scene.held.sid} was erased" in typed("voice-note", scene.held.sid, "--to", to).output
    erase(scene.here.engine, "haiyun", scene.note.customer, scene.here.clock)
    result = typed("voice-note", scene.held.sid, "--to", to)
    assert (result.exit_code, result.output) == (2, f"Error: {scene.held.sid} was erased\n")
    assert not to.exists()


@pytest.mark.parametrize(
    "status, says", [("coming", "not here yet"), ("silent", "holds no speech"), ("lost", "could not be fetched")]
)
def test_what_cannot_be_heard_is_refused_with_the_reason(scene, typed, tmp_path, status, says):
    """And no file is made."""
    change(scene, voice_notes, status=status)
    result = typed("voice-note", scene.held.sid, "--to", tmp_path / "note.wav")
    assert result.exit_code == 2 and says in result.output and not (tmp_path / "note.wav").exists()


def test_nothing_is_overwritten(scene, typed, tmp_path):
    """Nor written where there is no folder."""
    there = tmp_path / "there"
    there.write_text("mine")
    for to, says in ((there, "File exists"), (tmp_path / "no" / "note.wav", "No such file")):
        result = typed("voice-note", scene.held.sid, "--to", to)
        assert result.exit_code == 2 and says in result.output
    assert there.read_text() == "mine"


@pytest.mark.parametrize(
    "words, says",
    [
        (["RE9", "--to", "x.wav"], "no voice note 'RE9'"),
        (["RE9"], "together with --to FILE or --again"),
        (["--to", "x.wav"], "together with --to FILE or --again"),
        (["RE9", "--again"], "no recording 'RE9'"),
        (["a", "b"], "unexpected extra argument"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_sentence(typed, words, says):
    """With exit code 2."""
    result = typed("voice-note", *words)
    assert result.exit_code == 2 and says in result.output and len(result.output.splitlines()) == 1


def test_what_is_gone_at_twilio_is_not_fetched_again(scene, typed):
    """It is here."""
    assert "lies at Twilio no more" in typed("voice-note", scene.held.sid, "--again").output
