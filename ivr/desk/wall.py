"""The wall: the queue, the agents and the day of a supervisor's wallets, and what is still promised or has failed."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.callbacks.attempts import CLOSED
from ivr.callbacks.tables import callback_queue, callbacks
from ivr.desk import calls as seen
from ivr.desk import failures
from ivr.desk.context import Desk
from ivr.desk.room import Floor
from ivr.follow_up.outbox import is_due
from ivr.operations.line_switch import line_state
from ivr.queue.agents import Agent
from ivr.queue.figures import Figures, ServiceLevel, figures, longest
from ivr.staff.people import Person
from ivr.staff.scope import Scope

LATELY = timedelta(minutes=30)
"""The span of the wall's second row of figures."""
FIGURES_SECONDS = 5.0
"""Seconds for which the figures of the day are kept: the queue and the agents are read anew at each look."""


@dataclass(frozen=True)
class SwitchedLine:
    """How the line of a wallet is switched, and the name of the wallet in both languages."""

    zh: str
    en: str
    state: str

    def name(self, language: str) -> str:
        """The name in a language."""
        return self.zh if language == "zh" else self.en


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
    lines: tuple[SwitchedLine, ...]


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
        if day is None or time.monotonic() - at > FIGURES_SECONDS:
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
    today = sum((figures(conn, one, seen.midnight(conn, one, now), end, level) for one in ids), Figures())
    lately = sum((figures(conn, one, now - LATELY, end, level) for one in ids), Figures())
    return Day(
        today,
        lately,
        *_callbacks(conn, scope, now),
        failures.count(conn, failures.late(scope)),
        sum(1 for _ in failures.failed_texts(conn, scope, business)),
        failures.dead_events(conn, scope),
        _lines(conn, scope),
    )


def _lines(conn: sa.Connection, scope: Scope) -> tuple[SwitchedLine, ...]:
    found = seen.known_wallets(conn, scope)
    return tuple(SwitchedLine(name["zh"], name["en"], line_state(conn, wallet).state) for wallet, name in found.items())


def _callbacks(conn: sa.Connection, scope: Scope, now: datetime) -> tuple[int, int, int]:
    """Promised and not done; of these, those to ring now, and those that people have to ring."""
    joined = sa.join(callbacks, callback_queue, callback_queue.c.id == callbacks.c.id)
    mine = scope.covers(callbacks.c.wallet)
    conditions: tuple[Any, ...] = (callback_queue.c.status.not_in(CLOSED), is_due(callback_queue, now))
    counts = (conn.scalar(sa.select(sa.func.count()).select_from(joined).where(mine, one)) for one in conditions)
    open_, due = (int(one or 0) for one in counts)
    return open_, due, failures.count(conn, failures.by_hand(scope))
