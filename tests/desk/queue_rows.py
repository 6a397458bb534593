"""Callers in the queue and offers to agents, as rows: the desk shows them, whoever wrote them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ivr.callbacks import attempts, desk_agents
from ivr.callbacks.tables import callback_queue, callbacks, ring_attempts
from ivr.follow_up.outbox import stamp
from ivr.queue import agents, offers
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from tests.desk.conftest import Desk


def waits(desk: Desk, call: str, name: str = "entry-1", ago: float = 65, **more: Any) -> str:
    """This call waits for an agent since so many seconds; the id of its entry."""
    kept = {"wallet": "haiyun", "language": "en", "topic": "top-up", "priority": 2, "status": "queued", "tries": 0}
    kept |= {"id": name, "call": call, "entered": stamp(desk.now - timedelta(seconds=ago)), **more}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(queue_entries).values(**kept))
    return name


def rings(desk: Desk, staff: str, entry: str = "entry-1", name: str = "offer-1", ago: float = 7) -> str:
    """This agent is rung for that caller; the id of the offer."""
    told = {"address": "+12025550181", "state": "ringing", "status": "queued", "tries": 0}
    told |= {"id": name, "entry": entry, "staff": staff, "at": stamp(desk.now - timedelta(seconds=ago))}
    told |= {"next": stamp(desk.now + timedelta(minutes=1))}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(agent_offers).values(**told))
        conn.execute(sa.update(queue_entries).where(queue_entries.c.id == entry).values(status="offered"))
    return name


def talks(desk: Desk, offer: str = "offer-1") -> None:
    """The agent has accepted, and the two are joined."""
    with begin_write(desk.engine) as conn:
        assert offers.claim(conn, offer, desk.now) is not None and offers.join(conn, offer, desk.now)


def ends(desk: Desk, offer: str = "offer-1", how: str = "done") -> None:
    """The agent's leg is over."""
    with begin_write(desk.engine) as conn:
        offers.settle(conn, offer, how, desk.now)


def activity(desk: Desk, staff: str) -> str:
    """What this agent is doing."""
    with begin_read(desk.engine) as conn:
        return next(one.activity for one in agents.everybody(conn, desk.now) if one.id == staff)


def entry_status(desk: Desk, entry: str = "entry-1") -> str:
    """How the caller stands in the queue."""
    with begin_read(desk.engine) as conn:
        return str(conn.scalar(sa.select(queue_entries.c.status).where(queue_entries.c.id == entry)))


def rings_back(desk: Desk, staff: str, call: str, name: str = "b" * 16) -> str:
    """This agent's browser is rung for the callback that was promised in that call; the id of the offer."""
    at = stamp(desk.now)
    promised = {"id": "callback-1", "wallet": "haiyun", "call": call, "at": at, "number_sealed": "-", "slot": at}
    attempt = {"id": name, "ring": "callback-1", "number": 1, "agent": f"client:{staff}", "at": at, "tries": 0}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(callbacks).values(number_mask="0001", status="requested", **promised))
        conn.execute(sa.insert(callback_queue).values(id="callback-1", at=at, status="ringing", tries=0))
        conn.execute(sa.insert(ring_attempts).values(accepted=False, status="queued", call="CA" + "7" * 32, **attempt))
        agents.wish(conn, staff, "available", desk.now)
        (agent,) = [one for one in agents.everybody(conn, desk.now) if one.id == staff]
        desk_agents.engage(conn, name, "callback-1", agent, desk.now)
        offers.set_call_sid(conn, name, "CA" + "7" * 32)
    return name


def talks_back(desk: Desk, name: str = "b" * 16) -> None:
    """The agent has accepted the callback, and the customer has pressed 1."""
    with begin_write(desk.engine) as conn:
        attempts.accept(conn, name)
        assert attempts.join(conn, name, desk.now)


def hangs_up_back(desk: Desk, name: str = "b" * 16) -> None:
    """The callback is over."""
    with begin_write(desk.engine) as conn:
        assert attempts.settle(conn, name, "customer: completed", desk.now, desk.now)
