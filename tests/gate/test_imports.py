"""Imports between rooms point down the layers of docs/rooms.toml, and some libraries belong to one room."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ivr.checks.rooms import House, faults

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    [*ROOT.glob("ivr/**/*.py"), *ROOT.glob("call_flows/**/*.py"), *ROOT.glob("audio/**/*.py"), ROOT / "app.py"]
)
FLOWS = [path for path in MODULES if path.is_relative_to(ROOT / "call_flows")]
ENGINE = [path for path in MODULES if path.is_relative_to(ROOT / "ivr/engine")]
EFFECT_ROOMS = (
    "ivr.engine",
    "ivr.identity",
    "ivr.cases",
    "ivr.callbacks",
    "ivr.handover",
    "ivr.queue",
    "ivr.voice_notes",
    "ivr.calls",
    "ivr.wallet",
    "call_flows",
)
PLAIN = ("__future__", "dataclasses", "datetime", "enum", "typing", "collections.abc")
MAY_USE_FLASK = ("ivr/web/", "ivr/desk/", "ivr/lab/web.py", "ivr/simulator/", "ivr/wallet_api/", "app.py")


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file; `from a import b` counts as a.b too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_import_points_down_the_layers_and_no_room_holds_a_circle():
    """docs/rooms.toml holds the layers, and the exceptions that are left; one that is not needed fails too."""
    assert faults(House.read()) == []


@pytest.mark.parametrize("path", FLOWS, ids=place)
def test_a_flow_knows_the_vocabulary_and_effects_only(path):
    """Never HTTP, the database, the clock, chance or the environment."""
    assert {name for name in imported(path) if not within(name, *EFFECT_ROOMS, *PLAIN)} == set()


@pytest.mark.parametrize("path", ENGINE, ids=place)
def test_the_engine_knows_no_wallet_no_web_and_no_rest_client(path):
    """It would serve any telephone line."""
    forbidden = (
        "ivr.wallet",
        "ivr.identity",
        "ivr.cases",
        "ivr.callbacks",
        "ivr.handover",
        "ivr.voice_notes",
        "ivr.privacy",
        "ivr.calls",
        "ivr.telephony",
        "ivr.lab",
        "ivr.web",
        "ivr.follow_up",
        "call_flows",
        "flask",
        "twilio.rest",
    )
    assert {name for name in imported(path) if within(name, *forbidden)} == set()


def test_only_the_edge_imports_flask():
    """Web, the desk, the lab's web, the simulator's pages, the reference wallet, and the app that joins them."""
    users = {place(path) for path in MODULES if any(within(name, "flask") for name in imported(path))}
    assert {user for user in users if not user.startswith(MAY_USE_FLASK)} == set()


def test_one_module_imports_the_rest_client():
    """So that there is one time-out, one address and one account."""
    users = {place(path) for path in MODULES if any(within(name, "twilio.rest") for name in imported(path))}
    assert users == {"ivr/telephony/twilio_rest.py"}


def test_no_module_hides_behind_a_name_that_says_nothing():
    """No utils, no helpers, no Manager."""
    words = ("utils", "helpers", "manager", "handler", "common", "misc")
    assert [place(path) for path in MODULES if path.stem in words] == []
