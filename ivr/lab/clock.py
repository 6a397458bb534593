"""Business time in the lab. Leases, time-outs and retries use machine time, never this."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.lab import scene
from ivr.lab.scene import Scene


def business_now(conn: sa.Connection) -> datetime:
    """Read the time of the lab's clock."""
    return business_now_of(scene.read(conn))


def business_now_of(scene: Scene) -> datetime:
    """The time of this scene: stopped, running since it was set, or real time."""
    if scene.clock_now is None:
        return datetime.now(UTC)
    shown = datetime.fromisoformat(scene.clock_now)
    if not scene.clock_runs or scene.clock_set_at is None:
        return shown
    return shown + (datetime.now(UTC) - datetime.fromisoformat(scene.clock_set_at))
