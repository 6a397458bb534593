"""The wall: the queue, the agents and the day of a supervisor's wallets, and what is still promised or has failed."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.callbacks.attempts import CLOSED
from ivr.callbacks.tables import callback_queue, callbacks
from ivr.cases.overdue import CASE_TABLES
from ivr.cases.stages import OPEN
from ivr.cases.tables import overdue
from ivr.desk import calls as seen
from ivr.desk.context import Desk
from ivr.desk.room import Floor
from ivr.engine.journal import calls
from ivr.follow_up.outbox import is_due
from ivr.follow_up.tables import deliveries, messages
from ivr.operations.line_switch import line_state
from ivr.queue.agents import Agent
from ivr.queue.figures import Figures, ServiceLevel, figures, longest
from ivr.staff.people import Person
from ivr.staff.scope import Scope

LATELY = timedelta(minutes=30)
EVERY = 5.0
"""Seconds for which the figures of the day are kept: the queue and the agents are read anew at each look."""
MOST_TEXTS = 500


@dataclass(frozen=True)
class Day:
    """The figures of today in each wallet's time zone, of the last half hour, and the work that is left."""

    today: Figures
    lately: Figures
    callbacks_open: int
    callbacks_due: int
    callbacks_by_hand: int
    promises_overdue: int
    texts_failed: int
    deliveries_failed: int
    switched: tuple[tuple[tuple[tuple[str, str], ...], str], ...]
    """The names of the wallets, by language, and how the line of each is switched."""


@dataclass(frozen=True)
class Wall:
    """What the wall shows; `states` counts the agents by what they are doing."""

    waiting: int
    longest: str | None
    day: Day
    agents: tuple[Agent, ...]
    states: tuple[tuple[str, int], ...]

    def number(self, *activities: str) -> int:
        """How many agents are doing one of these."""
        return sum(number for activity, number in self.states if activity in activities)


@dataclass
class Days:
    """The days of some scopes, each kept for a few seconds."""

    desk: Desk
    kept: dict[Scope, tuple[float, Day]] = field(default_factory=dict)

    def of(self, conn: sa.Connection, scope: Scope) -> Day:
        """The day of these wallets."""
        at, day = self.kept.get(scope, (0.0, None))
        if day is None or time.monotonic() - at > EVERY:
            day = _day(conn, scope, self.desk)
            self.kept[scope] = (time.monotonic(), day)
        return day


def wall(floor: Floor, person: Person, day: Day) -> Wall:
    """The wall of this person: agents and callers of their wallets and of no other."""
    waiting = [one for one in floor.board.callers if one.waits and one.wallet in person.scope]
    agents = tuple(
        sorted((one for one in floor.board.agents if set(one.wallets) & set(person.wallets)), key=lambda one: one.id)
    )
    states = tuple(sorted(Counter(one.activity for one in agents).items()))
    return Wall(len(waiting), longest(one.entered for one in waiting), day, agents, states)


def _day(conn: sa.Connection, scope: Scope, desk: Desk) -> Day:
    now, business = desk.now(), desk.business_now(conn)
    ids = sorted(scope.wallets)
    end, level = now + timedelta(seconds=1), ServiceLevel.of(desk.settings)
    today = sum((figures(conn, one, _midnight(conn, one, now), end, level) for one in ids), Figures())
    lately = sum((figures(conn, one, now - LATELY, end, level) for one in ids), Figures())
    since = min((_midnight(conn, one, business) for one in ids), default=business)
    return Day(
        today,
        lately,
        *_callbacks(conn, scope, now),
        _overdue(conn, scope),
        *_failed(conn, scope, since),
        _switched(conn, scope),
    )


def _switched(conn: sa.Connection, scope: Scope) -> tuple[tuple[tuple[tuple[str, str], ...], str], ...]:
    found = seen.known_wallets(conn, scope)
    return tuple((tuple(sorted(name.items())), line_state(conn, wallet).state) for wallet, name in found.items())


def _midnight(conn: sa.Connection, wallet: str, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(seen.zone_of(conn, wallet))).replace(hour=0, minute=0, second=0, microsecond=0)


def _callbacks(conn: sa.Connection, scope: Scope, now: datetime) -> tuple[int, int, int]:
    """Promised and not done; of these, those to ring now, and those that people have to ring."""
    joined = sa.join(callbacks, callback_queue, callback_queue.c.id == callbacks.c.id)
    mine = scope.covers(callbacks.c.wallet)
    conditions: tuple[Any, ...] = (
        callback_queue.c.status.not_in(CLOSED),
        is_due(callback_queue, now),
        callback_queue.c.status == "by-hand",
    )
    counts = (conn.scalar(sa.select(sa.func.count()).select_from(joined).where(mine, one)) for one in conditions)
    open_, due, by_hand = (int(one or 0) for one in counts)
    return open_, due, by_hand


def _overdue(conn: sa.Connection, scope: Scope) -> int:
    """Cases and disputes whose promised date has passed."""
    number = 0
    for table in CASE_TABLES:
        joined = sa.join(overdue, table, overdue.c.reference == table.c.reference)
        mine = scope.covers(table.c.wallet) & table.c.status.in_(OPEN)
        number += int(conn.scalar(sa.select(sa.func.count()).select_from(joined).where(mine)) or 0)
    return number


def _failed(conn: sa.Connection, scope: Scope, since: datetime) -> tuple[int, int]:
    """Texts of today that did not arrive, and events that the CRM did not take."""
    failed = messages.c.status.in_(("failed", "dropped", "dead"))
    query = sa.select(messages.c.id).where(failed, messages.c.at >= since.astimezone(UTC).date().isoformat())
    about = [set(id.split(":")) for id in conn.scalars(query.limit(MOST_TEXTS))]
    named = sorted(set().union(*about))
    own = set(conn.scalars(sa.select(calls.c.call).where(calls.c.call.in_(named), scope.covers(calls.c.wallet))))
    for table in CASE_TABLES:
        mine = table.c.reference.in_(named) & scope.covers(table.c.wallet)
        own |= set(conn.scalars(sa.select(table.c.reference).where(mine)))
    texts = sum(bool(names & own) for names in about)
    dead = sa.select(sa.func.count()).where(deliveries.c.status == "dead", scope.covers(deliveries.c.wallet))
    return texts, int(conn.scalar(dead) or 0)
