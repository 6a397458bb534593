"""A line with a desk, on both databases, and a talk between a caller and Lin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.call_flows import conftest as dialogues
from tests.queue.room import room
from tests.talks.talking import Talking

line = dialogues.line


@pytest.fixture
def talking(line) -> Iterator[Talking]:
    """Lin has accepted, and talks with a caller; Wang is free. After a talk the line asks nothing more."""
    line.settings = replace(line.settings, ask_satisfaction=False)
    with room(line) as made:
        yield Talking(made)
