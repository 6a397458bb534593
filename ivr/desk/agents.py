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
    """Whether it is opening time, and the numbers of those on duty, first to last."""

    open: bool
    numbers: list[str]


@read
def duty(world: World, wallet: str) -> Duty:
    """Hours, holidays and make-up days of the wallet; the agents on duty now."""
    info = config.by_id(world.conn, wallet)
    is_open = business_days.is_open(info.hours, world.now, info.timezone, info.calendar)
    return Duty(is_open, list(world.runtime.agents_on_duty(world.conn)) if is_open else [])


def on_duty(conn: sa.Connection, settings: Settings) -> Sequence[str]:
    """The lab's scene says who is there; otherwise everybody whom the settings name."""
    if not settings.lab:
        return settings.agent_numbers
    from ivr.lab import agents, scene

    return agents.numbers(scene.read(conn), settings)
