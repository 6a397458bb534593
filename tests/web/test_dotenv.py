"""A broken `.env`: `make run` says in one sentence what to mend, and starts nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.run import main
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
ACCOUNT = "TWILIO_ACCOUNT_SID=AC" + "0" * 32
REAL = f"{ACCOUNT}\nTWILIO_AUTH_TOKEN=hunter2hunter2hunter2\nPUBLIC_BASE_URL=https://ivr.example.com"


@pytest.fixture
def says(tmp_path, monkeypatch, capsys) -> Callable[..., None]:
    """Start in a folder with this `.env`: one sentence with these words, exit code 2, no secret in it."""

    def says(dotenv: bytes | str, *words: str, **environment: str) -> None:
        (tmp_path / ".env").write_bytes(dotenv if isinstance(dotenv, bytes) else dotenv.encode())
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(os, "environ", environment)
        assert main() == 2
        said = capsys.readouterr()
        (sentence,) = said.err.splitlines()
        assert sentence.startswith("ivr: ") and all(word in sentence for word in words), sentence
        assert "hunter2" not in said.out + said.err

    return says


@pytest.mark.parametrize(
    "dotenv, words",
    [
        (ACCOUNT, ("TWILIO_AUTH_TOKEN is empty", "write the account's auth token")),
        (f"{ACCOUNT}\nTWILIO_AUTH_TOKEN=hunter2hunter2hunter2", ("PUBLIC_BASE_URL is empty", "https")),
        (f"{REAL}\nLAB=1", ("LAB=1", "write LAB=0 or clear the account")),
        ("TWILIO_ACCOUNT_SID=SK1", ("TWILIO_ACCOUNT_SID", "32 hexadecimal digits")),
        ("PORT=five", ("PORT is 'five'", "a number")),
        ("PORT=65535", ("PORT is '65535'", "to 65534")),
        ("PORT=²", ("PORT is '²'", "a number")),
        ("PUBLIC_BASE_URL=ivr.example.com", ("PUBLIC_BASE_URL", "https://ivr.example.com")),
        ("PUBLIC_BASE_URL=http://[::1", ("PUBLIC_BASE_URL", "https://ivr.example.com")),
        ("PUBLIC_BASE_URL=https://ivr.example.com:99999", ("PUBLIC_BASE_URL", "https://ivr.example.com")),
        ("DATABASE_URL=mysql://ivr:hunter2@db/ivr", ("DATABASE_URL is 'mysql:…'", "sqlite:///file or postgresql://")),
        ("DATABASE_URL=postgresql://ivr:hunter2@db:port/ivr", ("DATABASE_URL", "sqlite:///file or postgresql://")),
        ("DATABASE_URL=sqlite://", ("DATABASE_URL", "sqlite:///file")),
        ("DATABASE_URL=sqlite:////nowhere/at/all.db", ("DATABASE_URL", "may this user write there?")),
        ("DATABASE_URL=postgresql://ivr:hunter2@127.0.0.1:1/ivr", ("DATABASE_URL", "***", "is its server running")),
        ("DATA_DIR=.env", ("DATA_DIR", "write a folder")),
        ("AGENT_MODE=pigeon", ("AGENT_MODE", "phone or taskrouter")),
        ("AGENT_NUMBERS=+8613900000001,110", ("AGENT_NUMBERS", "'110'")),
        ("FALLBACK_AGENT=110", ("FALLBACK_AGENT", "'110'")),
        ("CALLBACK_PREFIXES=86", ("CALLBACK_PREFIXES", "+86,+1")),
        ("WALLET_API_URL=https://wallet.example.com", ("WALLET_API_TOKEN does not go with WALLET_API_URL", "write")),
        ("LAB=yes", ("LAB is 'yes'", "1 or 0")),
        ("PORT=5000\nTWILIO_AUTH_TOKEN hunter2", (".env", "line 2", "NAME=value")),
        (b"\xff\xfe\x00", (".env cannot be read", "UTF-8")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_setting_is_named_with_what_to_write(says, dotenv, words):
    """Which one, what came, what instead; and no process was started."""
    says(dotenv, *words)


def test_a_port_that_another_program_has_is_named(says):
    """Instead of a server that is started again and again; in the lab the simulator's port counts as well."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        says(f"PORT={port}", f"PORT is {port}", "write another PORT")
    with socket.create_server(("127.0.0.1", free_ports(2) + 1)) as taken:
        port = taken.getsockname()[1]
        says(f"PORT={port - 1}", str(port), "write another PORT")


def test_a_damaged_server_key_is_named_and_kept(says, tmp_path):
    """It seals what is stored: it is never replaced behind the operator's back."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "server.key").write_text("hunter2")
    says("", "server.key is damaged", "put it back")
    assert (tmp_path / "var" / "server.key").read_text() == "hunter2"


def test_the_environment_mends_what_the_file_breaks(says):
    """The environment wins: the next fault is found, not the first."""
    says("PORT=five\nLAB=yes", "LAB is 'yes'", PORT="5000")


def test_the_process_ends_with_the_sentence_alone(tmp_path):
    """As a whole process: code 2, no traceback."""
    (tmp_path / ".env").write_text("PORT=five")
    command = [sys.executable, "-m", "ivr.run"]
    ended = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr.count(b"\n"), ended.stdout) == (2, 1, b"")
