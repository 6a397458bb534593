"""Callers in the queue: how they join it, where they stand, and how their wait ends.

An entry is `queued`, then `offered` while an agent is rung, `claimed` when the agent has accepted, `connected` when the
two talk, and `over`. It gets one outcome: answered, abandoned, callback, note, menu, closed, full (at Twilio) or
failed. Each step is one conditional update, so of two things that happen at once, the first commit wins: an agent who
accepts at the moment in which the caller chooses a callback either has the caller, or hears that the caller has left.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from ivr.engine import journal
from ivr.engine.effects import World, write
from ivr.engine.waits import Task
from ivr.follow_up.outbox import QUEUED, stamp
from ivr.queue.agents import agents_signed_on
from ivr.queue.last_agent import WAIT_FOR_LAST_AGENT, last_agent
from ivr.queue.tables import IN_ORDER, agent_offers, queue_entries
from ivr.storage.database import AnyRow

WAITING = (QUEUED, "offered")
"""Statuses in which the caller may still leave; a caller who is claimed is being connected."""
OPEN = (*WAITING, "claimed", "connected")
MOST_WAITING = 100
"""Callers of one wallet who may wait at the same time, however many agents are signed on."""
SAMPLE, FEWEST = timedelta(days=7), 10
"""Talks of so long ago are measured for an estimate; with fewer of them than this, there is none."""
HEAD, SECURITY, DROPPED, SENIOR, OTHERS = -1, 0, 1, 2, 3
"""Priorities: callers who come back from a talk, matters of security, callers whose last call broke off, verified
older customers (SENIOR_AGE in `identity.verification`), and everybody else. The smallest is first."""
REJOIN = timedelta(seconds=20)
"""For which a caller whose agent was cut off is kept for the same agent."""
WANTED = timedelta(seconds=60)
"""For which a caller waits for the very person they were transferred to, before anybody may take them."""
WAITS_FOR_ONE = (WANTED, REJOIN, WAIT_FOR_LAST_AGENT)
"""The `wanted_seconds` of tasks: for a person, after a talk that was cut off, and for the agent of the last talk."""
AGES_COUNT_FROM, MOST_AGES = datetime(2026, 1, 1, tzinfo=UTC), 400_000_000
"""Twilio's priorities end at 2,147,483,647: five of ours, with an age in seconds each, until 2038."""
KEPT_FOR = timedelta(days=1)
"""So long a place is kept for a caller who waits for a callback, and calls again."""


@dataclass(frozen=True)
class Place:
    """A caller's place: `ahead` of them so many, `minutes` to wait by measured talks (None: too few of them).

    Each round of the wait counts both anew; on joining only `joined` is known, and the `entry` with its `rank` and the
    agent of the caller's `last` talk today.
    """

    joined: bool
    ahead: int = 0
    minutes: int | None = None
    entry: str = ""
    rank: int = 0
    last: str = ""


@write
def join_queue(world: World, wallet: str, language: str, topic: str, dropped: bool, senior: bool = False) -> Place:
    """Join the queue; `joined` is False when it is full. A caller who comes back keeps the time of the first entry.

    The place goes by the age of the call, or of an earlier call whose place is kept.
    """
    conn, now = world.conn, world.runtime.machine()
    waiting = sa.select(sa.func.count()).where(queue_entries.c.wallet == wallet, queue_entries.c.status.in_(WAITING))
    signed_on = agents_signed_on(conn, wallet, now)
    most = world.runtime.settings.queue_per_agent * max(1, len(signed_on))
    if (conn.scalar(waiting) or 0) >= min(most, MOST_WAITING):
        return Place(False)
    first = conn.scalar(sa.select(sa.func.min(queue_entries.c.entered)).where(queue_entries.c.call == world.call))
    entry = {
        "id": (entry_id := secrets.token_hex(8)),
        "call": world.call,
        "wallet": wallet,
        "language": language,
        "topic": topic,
        "priority": (priority := _priority(topic, dropped, senior)),
        "entered": first or stamp(now),
        "began": (began := _began(world, now)),
        "status": QUEUED,
        "tries": 0,
    }
    conn.execute(sa.insert(queue_entries).values(**entry))
    last = last_agent(conn, world.call, wallet, [one for one in signed_on if one.takes(wallet, language, topic)], now)
    return Place(True, entry=entry_id, rank=rank(priority, began), last=last.id if last else "")


def _priority(topic: str, dropped: bool, senior: bool) -> int:
    if topic == "security":
        return SECURITY
    return DROPPED if dropped else SENIOR if senior else OTHERS


def _began(world: World, now: datetime) -> str:
    """When this call began, by the machine's clock, or an earlier call of this caller whose place is kept."""
    call = world.conn.execute(sa.select(journal.calls).where(journal.calls.c.call == world.call)).first()
    age = world.now - _moment(call.started) if call else timedelta(0)
    began = stamp(now - max(timedelta(0), age))
    if call is None or call.caller_mark is None:
        return began
    kept = queue_entries.c.kept & (queue_entries.c.wallet == call.wallet) & _by_caller(call.caller_mark)
    lately = queue_entries.c.ended >= stamp(now - KEPT_FOR)
    return min(began, world.conn.scalar(sa.select(sa.func.min(queue_entries.c.began)).where(kept, lately)) or began)


def rank(priority: int, began: str) -> int:
    """The place of a caller as TaskRouter's priority: the highest is first, and within a priority the oldest call.

    A kept place and the time before a talk count, which TaskRouter's own age of a task leaves out.
    """
    seconds = int((_moment(began) - AGES_COUNT_FROM).total_seconds())
    return (OTHERS - priority) * MOST_AGES + MOST_AGES - 1 - min(max(seconds, 0), MOST_AGES - 1)


def new_task(place: Place, wallet: str, language: str, topic: str) -> Task | None:
    """What TaskRouter is told of a caller who joins the queue."""
    if not place.entry:
        return None
    task = Task(place.entry, wallet, language, topic, place.rank)
    return replace(task, wanted=place.last, wanted_seconds=WAIT_FOR_LAST_AGENT.seconds) if place.last else task


def task_of(entry: AnyRow, now: datetime) -> Task:
    """What TaskRouter is told of a caller who waits again after a talk."""
    place = rank(entry.priority, entry.began or entry.entered)
    task = Task(entry.id, entry.wallet, entry.language, entry.topic, place)
    if not entry.wanted or entry.wanted_until <= stamp(now):
        return task
    span = REJOIN if (entry.next or "") > stamp(now) else WANTED
    return replace(task, wanted=entry.wanted, wanted_seconds=span.seconds)


def keep_place(conn: sa.Connection, call: str) -> None:
    """Keep the place of a caller who left the queue and was promised a callback: for the slot, and if they
    call again.
    """
    conn.execute(sa.update(queue_entries).where(queue_entries.c.call == call).values(kept=True))


def forget_place(conn: sa.Connection, call: str) -> None:
    """The callback was made, or will not be: the place is no longer kept."""
    conn.execute(sa.update(queue_entries).where(queue_entries.c.call == call).values(kept=False))


def minutes_left(conn: sa.Connection, call: str, now: datetime) -> int | None:
    """How long a caller who chose a callback in the queue would still have waited there; None: nobody knows."""
    left = (queue_entries.c.call == call) & (queue_entries.c.outcome == "callback")
    latest = sa.select(queue_entries).where(left).order_by(queue_entries.c.ended.desc()).limit(1)
    entry = conn.execute(latest).first()
    return None if entry is None else _minutes(conn, entry.wallet, _ahead(conn, entry), now)


def entry_of(conn: sa.Connection, call: str) -> AnyRow | None:
    """The open entry of a call, or None."""
    here = (queue_entries.c.call == call) & queue_entries.c.status.in_(OPEN)
    return conn.execute(sa.select(queue_entries).where(here)).first()


def outcome_of(conn: sa.Connection, call: str) -> str | None:
    """The outcome of the call's latest entry."""
    latest = sa.select(queue_entries.c.outcome).where(queue_entries.c.call == call)
    return conn.scalar(latest.order_by(queue_entries.c.ended.desc().nulls_first()).limit(1))


def place_of(conn: sa.Connection, entry: AnyRow | None, now: datetime) -> Place:
    """The place of a caller who waits; (0, no estimate) for one who is being connected."""
    if entry is None or entry.status not in WAITING:
        return Place(entry is not None)
    ahead = _ahead(conn, entry)
    return Place(True, ahead, _minutes(conn, entry.wallet, ahead, now))


def leave(conn: sa.Connection, call: str, outcome: str, now: datetime) -> bool:
    """End the caller's wait with this outcome; False when an agent has claimed the caller, or the wait is over."""
    return _close(conn, call, WAITING, outcome, now)


def caller_gone(conn: sa.Connection, call: str, now: datetime) -> None:
    """The call is over: a caller who still waited, or whose agent had just accepted, has abandoned the queue."""
    _close(conn, call, (*WAITING, "claimed"), "abandoned", now)
    talked(conn, call, now)


def connect(conn: sa.Connection, call: str, now: datetime) -> bool:
    """The two legs are joined; False when the caller is not claimed."""
    here = (queue_entries.c.call == call) & (queue_entries.c.status == "claimed")
    first = sa.func.coalesce(queue_entries.c.answered, stamp(now))
    joined = {"status": "connected", "outcome": "answered", "connected": stamp(now), "answered": first}
    if mark := conn.scalar(sa.select(journal.calls.c.caller_mark).where(journal.calls.c.call == call)):
        conn.execute(sa.update(queue_entries).where(_by_caller(mark), queue_entries.c.kept).values(kept=False))
    return bool(conn.execute(sa.update(queue_entries).where(here).values(**joined)).rowcount)


def talked(conn: sa.Connection, call: str, now: datetime) -> None:
    """The talk of a connected caller is over."""
    here = (queue_entries.c.call == call) & (queue_entries.c.status == "connected")
    conn.execute(sa.update(queue_entries).where(here).values(status="over", ended=stamp(now)))


def come_back(conn: sa.Connection, entry: str, **how: Any) -> None:
    """A caller whose talk is over waits again, at the head, with the time of the first entry; `how`: further values."""
    waits = {"status": QUEUED, "outcome": None, "ended": None, "staff": None, "priority": HEAD, "next": None}
    values = {**waits, "wanted": None, "wanted_until": None, **how}
    conn.execute(sa.update(queue_entries).where(queue_entries.c.id == entry).values(**values))


def open_entries(conn: sa.Connection) -> list[AnyRow]:
    """All callers who wait or talk, the next one first."""
    return list(conn.execute(sa.select(queue_entries).where(queue_entries.c.status.in_(OPEN)).order_by(*IN_ORDER)))


def longest_wait(conn: sa.Connection, now: datetime) -> float:
    """Seconds that the caller who waits longest has waited; 0 when nobody waits."""
    first = conn.scalar(sa.select(sa.func.min(queue_entries.c.entered)).where(queue_entries.c.status.in_(WAITING)))
    return (now - _moment(first)).total_seconds() if first else 0.0


def _ahead(conn: sa.Connection, entry: AnyRow) -> int:
    """How many wait who are next before this caller."""
    before = sa.tuple_(*IN_ORDER) < sa.tuple_(entry.priority, entry.began or entry.entered, entry.id)
    here = (queue_entries.c.wallet == entry.wallet) & queue_entries.c.status.in_(WAITING)
    return conn.scalar(sa.select(sa.func.count()).where(here, before)) or 0


def _by_caller(mark: str) -> sa.ColumnElement[bool]:
    """Entries of all calls from one telephone."""
    return queue_entries.c.call.in_(sa.select(journal.calls.c.call).where(journal.calls.c.caller_mark == mark))


def _close(conn: sa.Connection, call: str, statuses: Sequence[str], outcome: str, now: datetime) -> bool:
    """End the wait; an agent who is still rung for it is due to be told so at once."""
    over = {"status": "over", "outcome": outcome, "ended": stamp(now)}
    here = (queue_entries.c.call == call) & queue_entries.c.status.in_(statuses)
    if not conn.execute(sa.update(queue_entries).where(here).values(**over)).rowcount:
        return False
    of_call = sa.select(queue_entries.c.id).where(queue_entries.c.call == call, queue_entries.c.status == "over")
    rung = (agent_offers.c.status == QUEUED) & (agent_offers.c.state == "ringing") & agent_offers.c.entry.in_(of_call)
    conn.execute(sa.update(agent_offers).where(rung).values(next=stamp(now)))
    return True


def _minutes(conn: sa.Connection, wallet: str, ahead: int, now: datetime) -> int | None:
    """An estimate from the talks of the last days, divided by the agents who take such calls."""
    talks = conn.execute(
        sa.select(queue_entries.c.connected, queue_entries.c.ended).where(
            queue_entries.c.wallet == wallet,
            queue_entries.c.outcome == "answered",
            queue_entries.c.status == "over",
            queue_entries.c.ended >= stamp(now - SAMPLE),
        )
    ).all()
    agents = agents_signed_on(conn, wallet, now)
    if len(talks) < FEWEST or not agents:
        return None
    seconds = sum((_moment(ended) - _moment(began)).total_seconds() for began, ended in talks) / len(talks)
    return math.ceil((ahead + 1) * seconds / len(agents) / 60)


_moment = datetime.fromisoformat
