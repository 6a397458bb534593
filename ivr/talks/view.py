"""What the desk shows of talks: what an agent may do with theirs, what supervisors may join, and a talk to rejoin.

The talks are read once for everybody who looks, as plain values that can be compared; what one person sees of them is
chosen from that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ivr.follow_up.outbox import QUEUED, stamp
from ivr.queue import entries
from ivr.queue.agents import Agent
from ivr.queue.tables import queue_entries
from ivr.staff.people import Person
from ivr.staff.tables import staff
from ivr.storage.database import AnyRow
from ivr.talks.tables import talk_legs, talks


@dataclass(frozen=True)
class Other:
    """Somebody else in a talk: a colleague who was asked, or a supervisor. `joined` as the conference's notices say."""

    id: str
    name: str
    joined: bool
    hears: str | None


@dataclass(frozen=True)
class Talk:
    """A talk that goes on, or whose caller is kept for the agent. `held` is what Twilio says, `holding` what was asked
    for."""

    id: str
    staff: str
    agent: str
    wallet: str
    began: str
    offers: tuple[str, ...]
    """The offers and legs by which it is known."""
    holding: bool
    held: bool
    consulted: Other | None
    supervisors: tuple[Other, ...]
    trouble: str | None
    ends: bool
    kept: bool


def read_talks(conn: sa.Connection, now: datetime) -> tuple[Talk, ...]:
    """All talks with a caller, the longest first."""
    goes_on = (talks.c.status == QUEUED) & (queue_entries.c.status == "connected")
    waits = (queue_entries.c.status == QUEUED) & (queue_entries.c.next > stamp(now)) & (queue_entries.c.priority < 0)
    kept = (talks.c.ended > stamp(now - entries.REJOIN)) & talks.c.plan.is_(None) & waits
    joined = sa.join(talks, queue_entries, queue_entries.c.id == talks.c.entry)
    query = sa.select(talks, staff.c.name.label("agent"), kept.label("kept"))
    query = query.select_from(joined.join(staff, staff.c.id == talks.c.staff))
    rows = conn.execute(query.where(goes_on | kept).order_by(talks.c.began, talks.c.id)).all()
    legs = _legs(conn, [row.id for row in rows])
    return tuple(_talk(row, [one for one in legs if one.talk == row.id]) for row in rows)


def of_offer(read: Iterable[Talk], offer: str) -> Talk | None:
    """The talk of an agent's offer; None before there is one."""
    return next((one for one in read if offer in one.offers and not one.kept), None)


def colleagues(talk: Talk, me: Person, agents: Iterable[Agent]) -> list[tuple[str, str]]:
    """The agents who are free for a talk: sign-in names and names."""
    free = (one for one in agents if talk.wallet in one.wallets and one.activity == "idle" and one.id != me.id)
    return sorted((one.id, one.name) for one in free)


def to_rejoin(read: Iterable[Talk], me: Person) -> str | None:
    """The talk whose caller is kept for this agent, who was cut off."""
    return next((one.id for one in read if one.kept and one.staff == me.id), None)


def ongoing(read: Iterable[Talk], me: Person) -> tuple[Talk, ...]:
    """The talks that a supervisor may join."""
    if not me.may("supervise"):
        return ()
    return tuple(one for one in read if one.wallet in me.scope and not one.ends and not one.kept)


def _talk(row: AnyRow, legs: list[AnyRow]) -> Talk:
    others = [one for one in legs if one.state != "left"]
    supervisors = (_other(one) for one in others if one.role == "supervisor")
    return Talk(
        id=row.id,
        staff=row.staff,
        agent=row.agent,
        wallet=row.wallet,
        began=row.began,
        offers=tuple(one.id for one in legs),
        holding=row.holding,
        held=any(one.hold for one in others if one.role == "caller"),
        consulted=next((_other(one) for one in others if one.role == "consulted"), None),
        supervisors=tuple(one for one in supervisors if one.joined),
        trouble=row.trouble,
        ends=row.plan is not None,
        kept=bool(row.kept),
    )


def _legs(conn: sa.Connection, ids: list[str]) -> list[AnyRow]:
    if not ids:
        return []
    named = sa.select(talk_legs, staff.c.name).outerjoin(staff, staff.c.id == talk_legs.c.staff)
    return list(conn.execute(named.where(talk_legs.c.talk.in_(ids)).order_by(talk_legs.c.at, talk_legs.c.id)))


def _other(leg: AnyRow) -> Other:
    return Other(leg.staff, leg.name or leg.staff, leg.state == "joined", leg.hears)
