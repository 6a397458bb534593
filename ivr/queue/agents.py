"""Agents on the queue: who takes which calls, what each of them chose to do, and who is free.

Two things are kept apart. The *wish* is what a person chose: available, break or offline. The *activity* is what an
agent is
doing, and is never stored: an open offer means ringing or talking, and wrap-up is the time after a talk. So a process
that dies leaves no agent behind as busy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import sqlalchemy as sa

from ivr.follow_up.outbox import QUEUED, stamp
from ivr.queue.tables import agent_offers, agent_states
from ivr.staff.tables import staff
from ivr.storage.database import AnyRow

Wish = Literal["available", "break", "offline"]
Activity = Literal["offline", "break", "missed", "idle", "ringing", "talking", "wrap-up"]
WRAP_UP = timedelta(seconds=60)
"""After a talk; an agent who says that they are available ends it sooner."""


@dataclass(frozen=True)
class Agent:
    """A member of staff who takes calls, with what they are doing now."""

    id: str
    name: str
    address: str
    wallets: tuple[str, ...]
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    activity: Activity
    since: str

    def takes(self, wallet: str, language: str, topic: str) -> bool:
        """Whether this agent takes calls of that kind. A caller who has chosen no language (`both`) is anybody's."""
        speaks = language == "both" or language in self.languages
        return speaks and wallet in self.wallets and topic in self.topics


def agents_signed_on(conn: sa.Connection, wallet: str, now: datetime | None = None) -> list[Agent]:
    """The agents of a wallet who are neither offline nor on a break, the one who has been free longest first."""
    found = [agent for agent in everybody(conn, now) if wallet in agent.wallets]
    return [agent for agent in found if agent.activity not in ("offline", "break", "missed")]


def everybody(conn: sa.Connection, now: datetime | None = None) -> list[Agent]:
    """All agents with an address, the one who has been free longest first."""
    offers = {
        row.staff: row.state for row in conn.execute(sa.select(agent_offers).where(agent_offers.c.status == QUEUED))
    }
    rows = conn.execute(
        sa.select(staff, agent_states.c.wish, agent_states.c.missed, agent_states.c.since, agent_states.c.free_since)
        .outerjoin(agent_states, agent_states.c.staff == staff.c.id)
        .where(staff.c.disabled.is_(None), staff.c.address != "")
        .order_by(agent_states.c.free_since.nulls_first(), staff.c.id)
    )
    return [_agent(row, offers.get(row.id), now) for row in rows]


def wish(conn: sa.Connection, staff_id: str, wanted: Wish, now: datetime) -> None:
    """Store what an agent chose; the newest wish counts. It ends a missed state and, if available, the wrap-up."""
    chosen = {"wish": wanted, "missed": False, "since": stamp(now)}
    here = agent_states.c.staff == staff_id
    if not conn.execute(sa.update(agent_states).where(here).values(**chosen)).rowcount:
        conn.execute(sa.insert(agent_states).values(staff=staff_id, free_since=stamp(now), **chosen))
    elif wanted == "available":
        wrapping = here & (agent_states.c.free_since > stamp(now))
        conn.execute(sa.update(agent_states).where(wrapping).values(free_since=stamp(now)))


def missed(conn: sa.Connection, staff_id: str) -> None:
    """An offer was not answered: the agent is not rung again until they say that they are back."""
    conn.execute(sa.update(agent_states).where(agent_states.c.staff == staff_id).values(missed=True))


def wrap_up(conn: sa.Connection, staff_id: str, now: datetime) -> None:
    """A talk has ended: the agent is free after the wrap-up."""
    here = agent_states.c.staff == staff_id
    conn.execute(sa.update(agent_states).where(here).values(free_since=stamp(now + WRAP_UP)))


def _agent(row: AnyRow, offer: str | None, now: datetime | None) -> Agent:
    wallets, languages, topics = (tuple(msgspec.json.decode(one)) for one in (row.wallets, row.languages, row.topics))
    activity = _activity(row, offer, now)
    return Agent(row.id, row.name, row.address, wallets, languages, topics, activity, row.since or "")


def _activity(row: AnyRow, offer: str | None, now: datetime | None) -> Activity:
    if offer is not None:
        return "ringing" if offer == "ringing" else "talking"
    if row.wish != "available":
        return "break" if row.wish == "break" else "offline"
    if row.missed:
        return "missed"
    return "wrap-up" if now is not None and row.free_since > stamp(now) else "idle"
