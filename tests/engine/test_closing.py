"""A runtime that is closed leaves nothing behind: thousands are made in one process of tests."""

from __future__ import annotations


def test_a_closed_runtime_gives_its_connections_back(stage):
    """Those it keeps for reads and for the group commit among them, and the next one works."""
    stage.post()
    stage.restart()
    assert stage.engine.pool.checkedout() == 0
    stage.post("2")
    stage.runtime.close()
    assert stage.engine.pool.checkedout() == 0
