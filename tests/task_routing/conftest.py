"""A line whose agents TaskRouter chooses, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.call_flows import conftest as dialogues
from tests.task_routing.task_room import TaskRoom, task_room

line = dialogues.line


@pytest.fixture
def desk(line) -> Iterator[TaskRoom]:
    """Nobody has signed on yet; TaskRouter is set up."""
    with task_room(line) as made:
        made.set_up()
        yield made
