"""A line with a desk, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.call_flows.conftest import line  # noqa: F401 -- the fixture
from tests.queue.room import Room, room


@pytest.fixture
def desk(line) -> Iterator[Room]:  # noqa: F811 -- the fixture
    """Nobody has signed on yet."""
    with room(line) as made:
        yield made
