"""Agents: whether people are at work, and whom to ring."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.engine.effects import World, read
from ivr.wallet import business_days


@dataclass(frozen=True)
class Duty:
    """Whether it is opening time, and the numbers of those on duty, first to last."""

    open: bool
    numbers: list[str]


@read
def duty(world: World, wallet: str) -> Duty:
    """Hours, holidays and make-up days of the wallet; the agents on duty now."""
    info = world.runtime.wallet_by_id(world.conn, wallet)
    is_open = business_days.is_open(info.hours, world.now, info.timezone, info.calendar)
    return Duty(is_open, list(world.runtime.agents_on_duty(world.conn)) if is_open else [])
