"""The voice server's master loads what its workers need, so that a worker that dies is replaced at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

AFTER_THE_FORK = """
import gc, json, sys
from types import SimpleNamespace
from ivr.web import gunicorn_config

gunicorn_config.on_starting(SimpleNamespace(app=SimpleNamespace(app_uri="app:create_app()")))
loaded, frozen = set(sys.modules), gc.get_freeze_count()
from app import create_app
from ivr.config.settings import Settings
from ivr.migrations.migrate import migrate
from ivr.storage.database import connect

migrate(connect(Settings.load().database_url))
before = set(sys.modules) - loaded
create_app()
print(json.dumps([sorted(set(sys.modules) - loaded - before), frozen, len(gc.get_objects())]))
"""
"""What `create_app` imports that the master had not imported; the objects that a worker shares, and its own."""
ACCOUNTS = {
    "lab": {"LAB": "1"},
    "production": {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "PUBLIC_BASE_URL": "https://line.example.com",
    },
}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_worker_imports_nothing_for_itself_and_leaves_what_it_shares_to_no_collection(tmp_path, account):
    """Imports, and a collection that copies the shared memory, were more than half of what a worker's start costs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}
    given = kept | ACCOUNTS[account] | {"DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", AFTER_THE_FORK], env=given, capture_output=True, text=True, check=True)
    imported, shared, own = json.loads(done.stdout.splitlines()[-1])
    assert imported == []
    assert own < shared / 10
