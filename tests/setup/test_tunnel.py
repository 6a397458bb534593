"""The tunnel is written down while it is open, and leaves nothing behind."""

from __future__ import annotations

import io
import re
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from dotenv import dotenv_values

from ivr.config.settings import Settings
from ivr.setup.tunnel import tunnel_command

PAGES = [Path(__file__).parents[2] / "docs" / name for name in ("twilio.md", "twilio.zh.md")]
URL = "https://quiet-otter.ngrok-free.app"
ACCOUNT = {"TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "hush" * 8, "NGROK_AUTHTOKEN": "n"}


class FakeListener:
    """ngrok's object, without ngrok; looks into `.env` when it is asked to close."""

    def __init__(self, dotenv):
        self.dotenv, self.closed, self.port, self.seen = dotenv, False, 0, ""

    def open(self, port):
        self.port = port
        return self

    def url(self):
        return URL + "/"

    def close(self):
        self.closed = True


class Watched(threading.Event):
    """Ends at once, after a look at what `.env` says meanwhile."""

    def __init__(self, listener):
        super().__init__()
        self.listener = listener

    def wait(self, timeout=None):
        self.listener.seen = self.listener.dotenv.read_text("utf-8")
        return True


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in (*ACCOUNT, "PUBLIC_BASE_URL", "LAB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    return tmp_path


@pytest.fixture
def opened(place):
    """Run the command with a fake listener; returns it and the result."""

    def run(**environ):
        listener = FakeListener(place / ".env")
        command = tunnel_command(Settings.load, listener.open, Watched(listener))
        return listener, CliRunner().invoke(command, env=environ)

    return run


def test_the_address_is_printed_written_down_and_taken_back(opened, place):
    """All other lines of the file stay, and so does its mode."""
    before = "PORT=5050\nPUBLIC_BASE_URL=https://ivr.example.com\nAGENT_NUMBERS=+8613900000001\n"
    (place / ".env").write_text(before)
    (place / ".env").chmod(0o600)
    listener, result = opened(**ACCOUNT)
    assert result.exit_code == 0, result.output
    assert (listener.port, listener.closed) == (5050, True)
    assert listener.seen == before.replace("https://ivr.example.com", URL)
    assert (place / ".env").read_text() == before and (place / ".env").stat().st_mode & 0o777 == 0o600
    assert f"{URL}/voice/fallback" in result.output


@pytest.mark.parametrize("path", ["/voice", "/voice/fallback", "/voice/status"])
def test_it_prints_what_the_console_wants_as_the_pages_have_it(opened, path):
    """Each with the part that makes Twilio try again."""
    _, result = opened(**ACCOUNT)
    (told,) = re.findall(rf"{URL}({path}#\S+)", result.output)
    assert all(f"`https://ivr.example.com{told}`" in page.read_text("utf-8") for page in PAGES)


def test_a_file_without_an_address_has_none_afterwards(opened, place):
    """Also when its last line has no end."""
    (place / ".env").write_text("PORT=5050")
    listener, _ = opened(**ACCOUNT)
    assert listener.seen == f"PORT=5050\nPUBLIC_BASE_URL={URL}\n"
    assert (place / ".env").read_text() == "PORT=5050\n"


@pytest.mark.parametrize(
    "before",
    [
        "PUBLIC_BASE_URL=https://one.example.com\nPUBLIC_BASE_URL=https://two.example.com\n",
        "PUBLIC_BASE_URL=https://one.example.com\nexport PUBLIC_BASE_URL=https://two.example.com",
        "PORT=5050\n PUBLIC_BASE_URL = 'https://one.example.com' # ours\nLAB=0\n",
        "# PUBLIC_BASE_URL=https://one.example.com\n",
    ],
)
def test_the_address_counts_however_the_file_says_its_own(opened, place, before):
    """Of several the last one does; afterwards the file is as it was."""
    (place / ".env").write_text(before)
    listener, result = opened(**ACCOUNT)
    assert result.exit_code == 0, result.output
    assert dotenv_values(stream=io.StringIO(listener.seen))["PUBLIC_BASE_URL"] == URL
    assert (place / ".env").read_text() == before


def test_where_there_was_no_file_there_is_none_afterwards(opened, place):
    """Everything may come from the environment."""
    listener, result = opened(**ACCOUNT)
    assert result.exit_code == 0 and listener.seen and not (place / ".env").exists()


def test_the_lab_gets_no_tunnel(opened):
    """With or without saying LAB=1."""
    for environ in ({"LAB": "1"}, {}):
        listener, result = opened(**environ)
        assert result.exit_code == 1 and "LAB=1" in result.output and not listener.port


def test_an_address_in_the_environment_would_win_and_is_refused(opened):
    """The server would not read the file."""
    listener, result = opened(**ACCOUNT, PUBLIC_BASE_URL="https://ivr.example.com")
    assert result.exit_code == 1 and "environment" in result.output and not listener.port


def test_a_missing_ngrok_token_is_named(opened):
    """ngrok's own error says less."""
    listener, result = opened(**{**ACCOUNT, "NGROK_AUTHTOKEN": ""})
    assert result.exit_code == 1 and "NGROK_AUTHTOKEN" in result.output and not listener.port


def test_a_missing_ngrok_package_is_named_with_its_remedy(place, monkeypatch):
    """Production does not install it; a sentence says how to."""
    monkeypatch.setitem(sys.modules, "ngrok", None)
    for name, value in (ACCOUNT | {"PUBLIC_BASE_URL": ""}).items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(tunnel_command(Settings.load))
    assert result.exit_code == 1 and result.output.endswith("run: make install-lab\n"), result.output
    assert result.output.count("\n") == 1 and not (place / ".env").exists()


def test_an_ngrok_that_does_not_open_changes_nothing(place):
    """Its reason is shown in one line."""

    def broken(port):
        raise ValueError("ERR_NGROK_105: no such authtoken")

    result = CliRunner().invoke(tunnel_command(Settings.load, broken), env=ACCOUNT)
    assert result.exit_code == 1 and "ERR_NGROK_105" in result.output and not (place / ".env").exists()


def test_the_tunnel_closes_although_its_address_cannot_be_written(opened, place):
    """Nobody is led to a server that checks another address."""
    (place / ".env").mkdir()
    listener, result = opened(**ACCOUNT)
    assert result.exit_code != 0 and (listener.closed or not listener.port)
