"""One line a test; one caller a language. tests/conftest.py names the dialogues that PostgreSQL has, too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.demo import wire
from tests.call_flows.line import Caller, Line, lab_settings, open_line, url_of
from tests.call_flows.places import ENTRIES, MENUS

HERE = Path(__file__).parent


@pytest.fixture
def line(request: pytest.FixtureRequest, database: sa.Engine, settings: Settings) -> Iterator[Line]:
    """The demo world at ten on a Monday, one agent on duty."""
    if database.dialect.name == "sqlite":
        template = request.getfixturevalue("world_template")
        request.getfixturevalue("sqlite").in_first_state(template)
        line = Line(lab_settings(settings, url_of(database)), database)
    else:
        line = open_line(settings, database)
    yield line
    line.close()


@pytest.fixture(autouse=True)
def no_wait_for_a_slow_wallet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds that the demo wallet lets pass in the mode `slow` pass at once: `time.monotonic`, by which turns know
    their deadlines, moves on by them. tests/lab holds how long the wallet waits.
    """
    monotonic, passed = time.monotonic, [0.0]
    monkeypatch.setattr(wire, "time", SimpleNamespace(monotonic=lambda: time.monotonic(), sleep=passed.append))
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + sum(passed))


@pytest.fixture(params=["zh", "en"])
def caller(request: Any, line: Line) -> Caller:
    """A caller who speaks Mandarin, or one who speaks English; tests/conftest.py says which test has both."""
    made = Caller(line, request.param)
    made.compares = request.path.is_relative_to(HERE)
    return made


@pytest.fixture(params=MENUS)
def at_menu(request: Any, caller: Caller) -> Caller:
    """A caller at each kind of menu."""
    return MENUS[request.param](caller)


@pytest.fixture(params=ENTRIES)
def at_entry(request: Any, caller: Caller) -> Caller:
    """A caller at each kind of entry."""
    return ENTRIES[request.param](caller)
