"""The doctor names what is wrong and how to mend it, and fails when something is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from ivr.config.settings import Settings
from ivr.migrations.migrate import migrate
from ivr.setup import doctor, signature_check
from ivr.storage.database import connect
from ivr.web.twilio_signature import is_signed

ACCOUNT = "AC" + "1" * 32


def findings(settings, about=""):
    """What the doctor finds, about one thing or all."""
    return [one for one in doctor.examine(lambda: settings) if about in ("", one.about)]


def examined(load):
    """The command as a person runs it."""
    return CliRunner().invoke(doctor.doctor_command(load))


@pytest.fixture
def migrated(settings):
    """A database of this version."""
    engine = connect(settings.database_url)
    migrate(engine)
    engine.dispose()
    return settings


@pytest.fixture
def served(migrated):
    """The whole app behind a socket; its public address is the right one."""
    server = make_server("127.0.0.1", 0, Flask("later"), threaded=True)
    settings = replace(migrated, public_base_url=f"http://127.0.0.1:{server.port}")
    app = server.app = create_app(settings)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield settings
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["line"].close()
    app.extensions["line"].engine.dispose()


def answering(*statuses):
    """A public address that answers so, in order."""
    left = list(statuses)
    return httpx.MockTransport(lambda request: httpx.Response(left.pop(0)))


def test_a_line_that_is_well_has_nothing_to_mend(served):
    """Real requests, signed and forged, through a real socket."""
    result = examined(lambda: served)
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "nothing to mend"), result.output
    assert "refuses a forged one" in result.output


def test_the_self_test_writes_nothing(served):
    """It names no call."""
    signature_check.reach(served)
    engine = connect(served.database_url)
    with engine.connect() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM calls")) == 0
    engine.dispose()


def test_wrong_settings_are_named_and_nothing_else_is_tried(tmp_path):
    """With the sentence that the server would have stopped with."""
    result = examined(lambda: Settings.load({"PORT": "x", "DATA_DIR": str(tmp_path)}, tmp_path / "no.env"))
    assert result.exit_code == 1 and "PORT is 'x'" in result.output and result.output.count("[") == 1


def test_the_command_is_there_although_the_settings_are_wrong(tmp_path, monkeypatch):
    """`flask` makes the app before it looks for the command."""
    from flask.cli import FlaskGroup

    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(FlaskGroup(create_app=create_app), ["doctor"])
    assert result.exit_code == 1 and "PORT is 'x'" in result.output


def test_a_server_with_wrong_settings_does_not_start(tmp_path, monkeypatch):
    """Only the command line may look for the reason."""
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(Exception, match="PORT"):
        create_app()


def test_a_database_that_is_not_migrated_is_mended_by_one_command(settings):
    """The command stands there."""
    (finding,) = findings(settings, "migrations")
    assert (finding.verdict, finding.mend) == ("bad", "run: make migrate")


def test_a_database_that_does_not_answer_is_bad(settings):
    """And its password is not shown."""
    found = findings(replace(settings, database_url="postgresql://ivr:hush@127.0.0.1:9/ivr"), "database")
    assert [one.verdict for one in found] == ["bad"] and "hush" not in found[0].says + found[0].mend


def test_a_postgresql_of_this_version_is_well(database, settings):
    """Its clock is compared with ours."""
    url = database.url.render_as_string(hide_password=False)
    found = findings(replace(settings, database_url=url))
    assert {one.verdict for one in found if one.about in ("database", "migrations", "clock")} == {"good"}


def test_clocks_that_are_apart_are_named():
    """Codes expire and leases run out by them."""
    assert doctor._drift("x", datetime.now(UTC) - timedelta(seconds=60)).verdict == "bad"
    assert doctor._drift("x", datetime.now(UTC)).verdict == "good"


def test_missing_audio_tools_are_no_reason_to_stop(settings, monkeypatch):
    """Calls do not need them."""
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    (finding,) = findings(settings, "audio tools")
    assert (finding.verdict, finding.mend) == ("mind", "apt install espeak-ng")


def test_a_line_that_is_no_lab_and_has_no_account_is_minded(settings):
    """It would answer whom its own random token has signed, which is nobody."""
    found = findings(replace(settings, lab=False), "settings")
    assert "(no account)" in found[0].says
    assert [one.verdict for one in found if "TWILIO_ACCOUNT_SID" in one.says] == ["mind"]


def test_an_account_without_a_fallback_or_https_is_minded(settings):
    """It works, but not as callers would wish."""
    live = replace(settings, lab=False, twilio_account_sid=ACCOUNT, public_base_url="http://192.0.2.1")
    said = " ".join(one.says for one in doctor._settings(live))
    assert all(name in said for name in ("FALLBACK_AGENT", "plain http"))


@pytest.mark.parametrize(
    "statuses, says",
    [
        ((403, 403), "refuses the right signature"),
        ((200, 200), "takes a forged signature"),
        ((502, 502), "answers 502"),
        ((404, 404), "answers 404"),
    ],
)
def test_what_stands_between_twilio_and_us_is_judged(settings, statuses, says):
    """A rewriting proxy, another server, a dead one."""
    got = signature_check.reach(settings, answering(*statuses))
    assert not got.fine and says in got.says and got.mend


def test_a_proxy_that_rewrites_the_query_is_found(settings):
    """What it hands on is another text than the one that was signed."""
    app = Flask("behind")

    @app.post("/voice/status")
    def status():
        from flask import request

        request.environ["RAW_URI"] = f"{request.path}?{request.query_string.decode()}".replace("%2F", "/")
        return "", 200 if is_signed(request, settings.public_base_url, settings.tokens) else 403

    got = signature_check.reach(settings, httpx.WSGITransport(app=app))
    assert "refuses the right signature" in got.says


def test_nobody_at_the_address_is_worse_with_an_account(settings):
    """In the lab the line is simply not on."""
    away = replace(settings, public_base_url="http://127.0.0.1:9")
    assert [one.verdict for one in doctor.reach_finding(away)] == ["mind"]
    assert [one.verdict for one in doctor.reach_finding(replace(away, lab=False))] == ["bad"]
