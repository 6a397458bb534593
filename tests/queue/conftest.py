"""A line with a desk, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.call_flows import conftest as dialogues
from tests.queue.room import Room, room

line = dialogues.line


@pytest.fixture
def desk(line) -> Iterator[Room]:
    """Nobody has signed on yet."""
    with room(line) as made:
        yield made
