"""The board: who waits, who is rung for whom, and what every agent is doing, read at one moment.

It is plain values, so two boards can be compared: when nothing has changed, they are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ivr.follow_up.outbox import QUEUED
from ivr.queue.agents import Agent, everybody
from ivr.queue.entries import WAITING, open_entries
from ivr.queue.tables import agent_offers
from ivr.storage.database import AnyRow


@dataclass(frozen=True)
class Caller:
    """Somebody in the queue; `place` counts from 1 among those who wait at the same wallet, and is 0 afterwards."""

    entry: str
    call: str
    wallet: str
    language: str
    topic: str
    priority: int
    entered: str
    status: str
    place: int
    connected: str | None

    @property
    def waits(self) -> bool:
        """Whether nobody has accepted the call yet."""
        return self.status in WAITING


@dataclass(frozen=True)
class Engaged:
    """An agent who is rung for a caller or a callback (`ringing`), has accepted (`claimed`), or talks (`connected`)."""

    offer: str
    staff: str
    state: str
    at: str
    caller: Caller
    is_callback: bool = False


@dataclass(frozen=True)
class Board:
    """The callers in their order, the agents, and who of them is engaged with whom."""

    callers: tuple[Caller, ...]
    agents: tuple[Agent, ...]
    engaged: tuple[Engaged, ...]

    def engaged_with(self, staff: str) -> Engaged | None:
        """What this agent is rung for, or is talking about."""
        return next((one for one in self.engaged if one.staff == staff), None)


def read_board(conn: sa.Connection, now: datetime) -> Board:
    """The board of all wallets; whoever shows it leaves out what a person may not see."""
    callers = _callers(open_entries(conn))
    offers = conn.execute(sa.select(agent_offers).where(agent_offers.c.status == QUEUED).order_by(agent_offers.c.id))
    by_entry = {one.entry: one for one in callers}
    about = ((row, by_entry.get(row.about or row.entry)) for row in offers)
    engaged = tuple(Engaged(row.id, row.staff, row.state, row.at, caller) for row, caller in about if caller)
    return Board(callers, tuple(everybody(conn, now)), engaged)


def _callers(rows: list[AnyRow]) -> tuple[Caller, ...]:
    waiting: dict[str, int] = {}
    found = []
    for row in rows:
        place = 0
        if row.status in WAITING:
            place = waiting[row.wallet] = waiting.get(row.wallet, 0) + 1
        given = (row.language, row.topic, row.priority, row.entered, row.status)
        found.append(Caller(row.id, row.call, row.wallet, *given, place, row.connected))
    return tuple(found)
