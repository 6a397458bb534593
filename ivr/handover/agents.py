"""Agents: opening hours, and the numbers of the agents on duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from ivr.engine.effects import World, read
from ivr.engine.runtime import Runtime
from ivr.wallet import business_days, directory
from ivr.wallet.types import WalletInfo


@dataclass(frozen=True)
class Duty:
    """Whether the line is open; the numbers on duty, in order; when closed, the next opening (ISO 8601), if any.

    `provisional`: the opening depends on holidays that are not announced yet. `queued`: agents are signed on at the
    desk, so callers wait in the queue for them.
    """

    open: bool
    numbers: list[str]
    opens: str | None
    provisional: bool = False
    queued: bool = False


@read
def duty(world: World, wallet: str, urgent: bool = False) -> Duty:
    """Who is on duty now, by the wallet's hours and holidays; security matters (`urgent`) have their own hours."""
    info = directory.by_id(world.conn, wallet)
    week = (info.staffed(urgent), world.now, info.timezone, info.calendar)
    if business_days.is_open(*week):
        runtime = cast(Runtime, world.runtime)  # only flows ask this, and a voice process runs them
        queued = runtime.is_desk_staffed(world.conn, wallet, runtime.machine())
        return Duty(True, list(runtime.agents_on_duty(world.conn)), None, queued=queued)
    opens = business_days.next_opening(*week)
    return Duty(False, [], opens.at.isoformat(), opens.provisional) if opens else Duty(False, [], None)


def at_work(info: WalletInfo, now: datetime) -> dict[str, list[Any]]:
    """For urgent and for other matters: whether agents are at work now, and when (ISO 8601) that changes, if ever."""
    return {"urgent": _open_until(info, True, now), "other": _open_until(info, False, now)}


def _open_until(info: WalletInfo, urgent: bool, now: datetime) -> list[Any]:
    """Whether agents are at work now for that matter, and when (ISO 8601) that changes, if ever."""
    week = (info.staffed(urgent), now, info.timezone, info.calendar)
    is_open = business_days.is_open(*week)
    changes = business_days.next_closing(*week) if is_open else business_days.next_opening(*week)
    return [is_open, changes and changes.at.isoformat()]
