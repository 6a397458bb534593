"""Tells TaskRouter what agents do and how offers ended, and reads what it believes.

What an agent chose on the desk holds. TaskRouter is told whenever its belief may differ from that; how it came to
differ does not matter: a talk that it ended in another activity, a reservation that timed out, a request that was lost.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.config.logs import logger
from ivr.config.simulated_sids import PAUSE
from ivr.engine.journal import insert_new
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox, Periodic
from ivr.follow_up.outbox import QUEUED, RetryPolicy, finish, is_due, lease, retry, stamp
from ivr.queue.agents import Agent, everybody
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from ivr.task_routing.tables import task_reservations, task_workers
from ivr.telephony.task_routing import NoLonger, TaskRouting

AVAILABLE, BREAK, OFFLINE, MISSED = "Available", "Break", "Offline", "Missed"
ACTIVITIES = {AVAILABLE: True, BREAK: False, OFFLINE: False, MISSED: False, PAUSE: False}
"""The activities by name, and whether callers are given to a worker meanwhile."""
BY_ACTIVITY = {"idle": AVAILABLE, "wrap-up": PAUSE, "break": BREAK, "missed": MISSED}
"""What an agent is doing → the activity; anything else is offline, and who is rung or talks is left alone."""
AFTER_DECLINING = timedelta(seconds=30)
"""For which a worker who declined is given nobody, from the first ring on: TaskRouter would give them the same caller.
"""
SOON = RetryPolicy(timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=5))
"""For telling TaskRouter how an offer ended."""
AGAIN = timedelta(seconds=15)
"""Until a worker's activity is told again, after a failure."""


def believe(conn: sa.Connection, staff: str, activity: str | None) -> None:
    """Keep what TaskRouter believes of a worker; None: nobody knows, so it is told again."""
    here = task_workers.c.staff == staff
    if staff and not insert_new(conn, task_workers, {"staff": staff, "activity": activity}):
        conn.execute(sa.update(task_workers).where(here).values(activity=activity, next=None))


def due_workers(context: Context) -> list[str]:
    """The agents of whom TaskRouter may believe something else than what they do."""
    if context.settings.agent_mode != "taskrouter":
        return []
    now = context.machine()
    with begin_read(context.engine) as conn:
        believed = {row.staff: row for row in conn.execute(sa.select(task_workers))}
        wanted = _wanted(conn, context)
    found = []
    for staff, activity in wanted.items():
        row = believed.get(staff)
        differs = row is None or row.activity != activity
        if differs and (row is None or row.next is None or row.next <= stamp(now)):
            found.append(staff)
    return found


def tell_activity(context: Context, staff: str) -> None:
    """Tell TaskRouter what this agent does."""
    now = context.machine()
    with begin_read(context.engine) as conn:
        wanted = _wanted(conn, context).get(staff)
    if wanted is None:
        return
    try:
        _routing(context).set_activity(staff, wanted)
    except Exception as error:
        logger("task routing").warning("activity not told", staff=staff, type=type(error).__name__)
        with begin_write(context.engine) as conn:
            believe(conn, staff, None)
            later = {"next": stamp(now + AGAIN)}
            conn.execute(sa.update(task_workers).where(task_workers.c.staff == staff).values(**later))
    else:
        with begin_write(context.engine) as conn:
            believe(conn, staff, wanted)


def due_reservations(context: Context) -> list[str]:
    """The reservations whose offers are over, of which TaskRouter has not been told."""
    over = task_reservations.join(agent_offers, agent_offers.c.id == task_reservations.c.offer)
    here = is_due(task_reservations, context.machine()) & (agent_offers.c.status != QUEUED)
    with begin_read(context.engine) as conn:
        return list(conn.scalars(sa.select(task_reservations.c.id).select_from(over).where(here)))


def tell_end(context: Context, sid: str) -> None:
    """Complete the task of a talk, or give the caller to somebody else."""
    row = lease(context.engine, task_reservations, sid, context.machine())
    if row is None:
        return
    with begin_read(context.engine) as conn:
        offer = conn.execute(sa.select(agent_offers).where(agent_offers.c.id == row.offer)).one()
    values: dict[str, object] = {"status": "done", "next": None}
    try:
        if offer.state == "done":
            _routing(context).complete(row.task)
        else:
            _routing(context).reject(row.task, sid, context.settings.taskrouter_pause_sid)
    except NoLonger:  # it timed out, the caller left, or it was told before and the answer was lost
        pass
    except Exception as error:
        logger("task routing").warning("end not told", reservation=sid, type=type(error).__name__)
        values = retry(row, SOON, context.machine()) or values
    with begin_write(context.engine) as conn:
        if finish(conn, task_reservations, row, **values):
            believe(conn, offer.staff, None)


def read_activities(context: Context) -> None:
    """Read what TaskRouter believes of every worker, in case that an event was lost."""
    if context.settings.agent_mode != "taskrouter":
        return
    found = _routing(context).activities()
    with begin_write(context.engine) as conn:
        for row in conn.execute(sa.select(task_workers)).all():
            if row.activity is not None and found.get(row.staff) != row.activity:
                believe(conn, row.staff, found.get(row.staff))


def _wanted(conn: sa.Connection, context: Context) -> dict[str, str]:
    """What each worker should be doing at TaskRouter. Who is rung or talks is left alone, and so is an agent who is
    about to be rung for a callback: TaskRouter would give them a caller first."""
    now = context.machine()
    resting, awaited = _resting(conn, now), _awaited(conn, now)
    free = [one for one in everybody(conn, now) if one.activity not in ("ringing", "talking")]
    wanted = {one.id: _activity(one, resting, awaited) for one in free}
    if AVAILABLE in wanted.values():
        kept = desk_agents.kept(conn, context.clock(conn), now)
        wanted = {staff: activity for staff, activity in wanted.items() if activity != AVAILABLE or staff not in kept}
    return wanted


def _activity(agent: Agent, resting: Collection[str], awaited: Collection[str]) -> str:
    if agent.activity in ("idle", "wrap-up") and agent.id in awaited:
        return AVAILABLE
    if agent.activity == "idle" and agent.id in resting:
        return PAUSE
    return BY_ACTIVITY.get(agent.activity, OFFLINE)


def _awaited(conn: sa.Connection, now: datetime) -> set[str]:
    """The agents for whom a caller was transferred and waits, or to whom they want to go back: a wrap-up does not keep
    them from it. An agent who was cut off, and has not asked for the caller, is not rung."""
    waits = is_due(queue_entries, now) & (queue_entries.c.wanted_until > stamp(now))
    return set(conn.scalars(sa.select(queue_entries.c.wanted).where(waits)))


def _resting(conn: sa.Connection, now: datetime) -> set[str]:
    """Who declined a caller a moment ago, or could not be rung."""
    lately = (agent_offers.c.at > stamp(now - AFTER_DECLINING)) & agent_offers.c.state.in_(("declined", "failed"))
    return set(conn.scalars(sa.select(agent_offers.c.staff).where(lately)))


def _routing(context: Context) -> TaskRouting:
    assert context.task_routing is not None, "this worker has no TaskRouter"
    return context.task_routing


WORKERS = Outbox("task workers", due_workers, tell_activity)
RESERVATIONS = Outbox("task reservations", due_reservations, tell_end)
ACTIVITIES_THERE = Periodic("activities at TaskRouter", read_activities, 60.0)
