"""Agents on the queue: who takes which calls, what each of them chose to do, and who is free.

Two things are kept apart. The *wish* is what a person chose: available, break or offline. The *activity* is what an
agent is doing, and is never stored: an open offer means ringing or talking, and wrap-up is the time after a talk. So a
process that dies leaves no agent behind as busy.

A wish that was chosen on the desk holds as long as a session of that person: an agent whose browser was not heard of
for REACHABLE is not rung, and one whose sessions are all over is offline. A wish from the command line needs no
session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import sqlalchemy as sa

from ivr.follow_up.outbox import QUEUED, stamp
from ivr.queue.tables import agent_offers, agent_states
from ivr.staff import sessions
from ivr.staff.tables import staff
from ivr.storage.database import AnyRow

Wish = Literal["available", "break", "offline"]
Activity = Literal["offline", "break", "missed", "idle", "ringing", "talking", "wrap-up", "unreachable"]
NOT_SIGNED_ON = ("offline", "break", "missed", "unreachable")
WRAP_UP = timedelta(seconds=60)
"""After a talk; an agent who says that they are available ends it sooner."""
REACHABLE = timedelta(seconds=90)
"""An open page of the desk is heard of every thirty seconds, also when the browser hides it."""


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
    wish: Wish = "offline"
    until: str | None = None
    """Until when the wrap-up lasts."""

    def takes(self, wallet: str, language: str, topic: str) -> bool:
        """Whether this agent takes calls of that kind. A caller who has chosen no language (`both`) is anybody's."""
        speaks = language == "both" or language in self.languages
        return speaks and wallet in self.wallets and topic in self.topics


def agents_signed_on(conn: sa.Connection, wallet: str, now: datetime) -> list[Agent]:
    """The agents of a wallet who work now, also those who are busy, the one who has been free longest first."""
    found = [agent for agent in everybody(conn, now) if wallet in agent.wallets]
    return [agent for agent in found if agent.activity not in NOT_SIGNED_ON]


def everybody(conn: sa.Connection, now: datetime) -> list[Agent]:
    """All agents with an address, the one who has been free longest first."""
    offers = {row.staff: row for row in conn.execute(sa.select(agent_offers).where(agent_offers.c.status == QUEUED))}
    seen = sessions.last_seen(conn, now)
    states = [column for column in agent_states.c if column.name != "staff"]
    rows = conn.execute(
        sa.select(staff, *states)
        .outerjoin(agent_states, agent_states.c.staff == staff.c.id)
        .where(staff.c.disabled.is_(None), staff.c.address != "")
        .order_by(agent_states.c.free_since.nulls_first(), staff.c.id)
    )
    return [_agent(row, offers.get(row.id), seen.get(row.id), now) for row in rows]


def wish(conn: sa.Connection, staff_id: str, wanted: Wish, now: datetime, at_desk: bool = False) -> None:
    """Store what an agent chose; the newest wish counts. It ends a missed state and, if available, the wrap-up.

    `at_desk`: it was chosen on the desk, and ends with the last session of this person.
    """
    chosen = {"wish": wanted, "missed": False, "since": stamp(now), "at_desk": at_desk}
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


def _agent(row: AnyRow, offer: AnyRow | None, seen: str | None, now: datetime) -> Agent:
    wallets, languages, topics = (tuple(msgspec.json.decode(one)) for one in (row.wallets, row.languages, row.topics))
    activity = _activity(row, offer, seen, now)
    since = offer.at if offer else row.since or ""
    if activity == "idle":
        since = max(since, row.free_since)
    until = row.free_since if activity == "wrap-up" else None
    chosen: Wish = row.wish or "offline"
    return Agent(row.id, row.name, row.address, wallets, languages, topics, activity, since, chosen, until)


def _activity(row: AnyRow, offer: AnyRow | None, seen: str | None, now: datetime) -> Activity:
    if offer is not None:
        return "ringing" if offer.state == "ringing" else "talking"
    if row.wish != "available" or (row.at_desk and seen is None):
        return "break" if row.wish == "break" else "offline"
    if row.missed:
        return "missed"
    if row.free_since > stamp(now):
        return "wrap-up"
    return "unreachable" if row.at_desk and (seen or "") < stamp(now - REACHABLE) else "idle"
