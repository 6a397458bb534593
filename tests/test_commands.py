"""`flask` commands import what they use, and no more: whoever types one in a hurry waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask.cli import FlaskGroup

import app
from ivr import console, setup
from ivr.config import flask_commands

ROOT = Path(__file__).parents[1]
TYPED = """
import sys
from flask.cli import cli
try:
    cli.main(args=sys.argv[1:], prog_name="flask")
except SystemExit:
    pass
print(*sorted(sys.modules))
"""
SERVERS = {"gunicorn", "call_flows", "ivr.wiring.voice", "ivr.web.blueprints", "ivr.simulator.calls.phone"}
"""What only a server needs; the first of them takes as long as everything else together."""
MORE = {"alembic", "httpx", "twilio", "cn2an", "ngrok", "prometheus_client"}
"""What some commands need besides."""
USE = {
    "callbacks": {"httpx"},
    "cases": {"httpx", "prometheus_client"},
    "deliveries": {"httpx"},
    "erase wallet customer": {"httpx"},
    "line": set(),
    "line open": set(),
    "overdue": {"httpx", "prometheus_client"},
    "voice-note": {"httpx", "cn2an", "prometheus_client"},
    "doctor": {"alembic", "httpx", "twilio"},
    "twilio check": {"httpx", "twilio"},
    "tunnel": set(),
    "wallets check": {"httpx"},
    "run --help": set(),
}
"""What each may import of these, as it is typed."""


UNLISTED = [
    f"{name} --help"
    for name in {**setup.MAKERS, **console.MAKERS}
    if not any(f"{typed} ".startswith(f"{name} ") for typed in USE)
]


@pytest.mark.parametrize("typed", [*USE, *UNLISTED])
def test_a_command_imports_nothing_that_only_a_server_or_another_command_needs(typed, tmp_path):
    """In a process of its own, as it is typed, on an empty database."""
    given = {**os.environ, "DATA_DIR": str(tmp_path), "PUBLIC_BASE_URL": "http://127.0.0.1:9", "PORT": "6990"}
    ran = subprocess.run(
        [sys.executable, "-c", TYPED, *typed.split()], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
    )
    loaded = set(ran.stdout.splitlines()[-1].split())
    assert "flask.cli" in loaded and loaded & (SERVERS | MORE) - USE.get(typed, MORE) == set(), ran.stdout


def test_every_command_is_there_and_in_the_list_of_all():
    """By its name, with its help; a command that is looked for makes no rooms."""
    listed = CliRunner().invoke(FlaskGroup(create_app=app.create_app), ["--help"])
    assert listed.exit_code == 0, listed.output
    for name in (*setup.MAKERS, *console.MAKERS):
        assert f"\n  {name} " in listed.output
        shown = CliRunner().invoke(FlaskGroup(create_app=app.create_app), [name, "--help"])
        assert shown.exit_code == 0 and f" {name} " in shown.output, shown.output


def test_a_command_that_uses_the_app_gets_all_of_it(settings, monkeypatch):
    """`flask routes` and `flask run` serve what a server would."""
    with click.Context(click.Group("flask")):
        assert flask_commands.only_looked_for()
        bare = app.create_app(settings)
    with click.Context(click.Command("routes")):
        whole = app.create_app(settings)
    assert not bare.blueprints and "voice" in whole.blueprints
    whole.extensions["line"].engine.dispose()
    whole.extensions["line"].close()
