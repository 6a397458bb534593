"""Imports between the simulator's rooms run one way, as the head of the package says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SIMULATOR = Path(__file__).parents[2] / "ivr" / "simulator"
BELOW = {
    "webhooks": set(),
    "account": {"webhooks"},
    "twiml": {"webhooks", "account"},
    "calls": {"webhooks", "account", "twiml"},
    "rest": {"webhooks", "account", "twiml", "calls"},
    "browser_phone": {"webhooks", "account", "twiml", "calls"},
}
"""The rooms that each room may import from."""
LEAVES = {"speech_audio"}
"""Modules beside the rooms that every room may import."""


def imported(path):
    """The rooms and modules of the simulator that a file imports, also for type checking only."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module}.{alias.name}" for node in nodes for alias in node.names]
    return {name.split(".")[2] for name in names if name.startswith("ivr.simulator.")}


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_from_the_rooms_below_it_only(room):
    """The modules outside of the rooms (server, terminal, control API) may import from all of them."""
    files = list((SIMULATOR / room).glob("*.py"))
    found = set().union(*map(imported, files))
    assert len(files) > 2 and found - LEAVES - {room} <= BELOW[room]


def test_every_room_is_in_the_list():
    """A new room has to say where it belongs."""
    assert {path.parent.name for path in SIMULATOR.glob("*/__init__.py")} == BELOW.keys()
    assert {path.stem for path in SIMULATOR.glob("*.py")} > LEAVES
