"""Agents: whether people are at work, and whom to ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.engine.effects import World, read
from ivr.wallet import business_days, config
from ivr.wallet.types import WalletInfo


@dataclass(frozen=True)
class Duty:
    """Whether it is opening time; those on duty, first to last; when closed, the next opening (ISO 8601), if any.

    `provisional`: the opening depends on holidays that are not announced yet.
    """

    open: bool
    numbers: list[str]
    opens: str | None
    provisional: bool = False


@read
def duty(world: World, wallet: str, urgent: bool = False) -> Duty:
    """Hours, holidays and make-up days of the wallet, for a matter of security (`urgent`) its own; the agents on duty now."""
    info = config.by_id(world.conn, wallet)
    week = (info.staffed(urgent), world.now, info.timezone, info.calendar)
    if business_days.is_open(*week):
        return Duty(True, list(world.runtime.agents_on_duty(world.conn)), None)
    opens = business_days.next_opening(*week)
    return Duty(False, [], opens.at.isoformat(), opens.provisional) if opens else Duty(False, [], None)


def is_urgent(facts: Mapping[str, Any]) -> bool:
    """Whether a call is about security, which agents take first and at hours of its own."""
    return facts.get("priority") == "high"


def at_work(info: WalletInfo, now: datetime) -> dict[str, list[Any]]:
    """For urgent and for other matters: whether people are at work now, and the moment (ISO 8601) at which that changes, if any."""
    return {"urgent": _until(info, True, now), "other": _until(info, False, now)}


def _until(info: WalletInfo, urgent: bool, now: datetime) -> list[Any]:
    week = (info.staffed(urgent), now, info.timezone, info.calendar)
    if business_days.is_open(*week):
        closes = business_days.next_closing(*week)
        return [True, closes and closes.isoformat()]
    opens = business_days.next_opening(*week)
    return [False, opens and opens.at.isoformat()]


def on_duty(conn: sa.Connection, settings: Settings) -> Sequence[str]:
    """The lab's scene says who is there; otherwise everybody whom the settings name."""
    if not settings.lab:
        return settings.agent_numbers
    from ivr.lab import agents, scene

    return agents.numbers(scene.read(conn), settings)
