"""Agents: whether people are at work, and whom to ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ivr.engine.effects import World, read
from ivr.settings import Settings
from ivr.wallet import business_days, config


@dataclass(frozen=True)
class Duty:
    """Whether it is opening time; those on duty, first to last; when closed, the next opening (ISO 8601), if any."""

    open: bool
    numbers: list[str]
    opens: str | None


@read
def duty(world: World, wallet: str) -> Duty:
    """Hours, holidays and make-up days of the wallet; the agents on duty now."""
    info = config.by_id(world.conn, wallet)
    is_open = business_days.is_open(info.hours, world.now, info.timezone, info.calendar)
    if is_open:
        return Duty(True, list(world.runtime.agents_on_duty(world.conn)), None)
    opens = business_days.next_opening(info.hours, world.now, info.timezone, info.calendar)
    return Duty(False, [], opens.isoformat() if opens else None)


def on_duty(conn: sa.Connection, settings: Settings) -> Sequence[str]:
    """The lab's scene says who is there; otherwise everybody whom the settings name."""
    if not settings.lab:
        return settings.agent_numbers
    from ivr.lab import agents, scene

    return agents.numbers(scene.read(conn), settings)
