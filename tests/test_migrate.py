"""Whoever migrates is told in one sentence why it cannot be; a newer release's database is not called an old one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr import run
from ivr.config.settings import Settings
from ivr.migrations import migrate
from ivr.setup import doctor
from ivr.storage.database import begin_write
from ivr.web.health import health_blueprint
from ivr.web.voice_app import VoiceApp


@pytest.fixture
def newer(new_database):
    """Migrated by a release that is not out yet."""
    migrate.migrate(new_database)
    with begin_write(new_database) as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    return new_database


@pytest.fixture
def typed(monkeypatch, tmp_path, capsys):
    """`make migrate`, with these settings: how it ends, and what it says."""
    monkeypatch.chdir(tmp_path)

    def type_it(**settings):
        for name, value in {"DATA_DIR": str(tmp_path), **settings}.items():
            monkeypatch.setenv(name, value)
        return migrate.main(), capsys.readouterr().err

    return type_it


def address(engine):
    return engine.url.render_as_string(hide_password=False)


def test_a_database_of_a_newer_release_is_left_alone_and_named(newer, typed, settings, monkeypatch, capsys):
    """By both commands that migrate."""
    status, said = typed(DATABASE_URL=address(newer))
    assert status == 2 and "newer release" in said and len(said.splitlines()) == 1
    there = replace(settings, database_url=address(newer))
    monkeypatch.setattr(Settings, "load", lambda: there)
    monkeypatch.setattr(run, "find_ports_free", lambda settings: None)
    assert run.main() == 2 and "newer release" in capsys.readouterr().err


def test_the_doctor_does_not_send_anybody_to_migrate_what_is_newer(newer, settings):
    """It would not help."""
    found = list(doctor.examine(lambda: replace(settings, database_url=address(newer))))
    (finding,) = [one for one in found if one.about == "migrations"]
    assert finding.verdict == "bad" and "newer" in finding.says and "make migrate" not in finding.mend


def test_an_older_machine_says_that_the_database_is_newer(newer):
    """As at every rolling restart."""
    app = VoiceApp(__name__)
    app.register_blueprint(health_blueprint(newer))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503 and "newer release" in answer.text


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"PORT": "many"}, "PORT is 'many'"),
        ({"DATABASE_URL": "postgresql://ivr:hush@127.0.0.1:1/ivr"}, "cannot be brought up to date (OperationalError)"),
        ({"DATABASE_URL": "sqlite:////nowhere/at/all/ivr.db"}, "cannot be brought up to date (OperationalError)"),
    ],
)
def test_what_stands_in_the_way_is_told_in_one_sentence(typed, settings, says):
    """No password, no traceback."""
    status, said = typed(**settings)
    assert status == 2 and says in said and "hush" not in said and len(said.splitlines()) == 1
