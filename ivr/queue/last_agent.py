"""The last agent: who talked with a caller earlier today is preferred when the same caller calls again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.engine import journal
from ivr.follow_up.outbox import stamp
from ivr.queue.agents import Agent
from ivr.queue.tables import queue_entries
from ivr.wallet import directory

WAIT_FOR_LAST_AGENT = timedelta(seconds=30)
"""So long a caller waits for the agent of the last talk, while that agent is busy; then anybody takes the call."""


def last_agent(conn: sa.Connection, call: str, wallet: str, fitting: Sequence[Agent], now: datetime) -> Agent | None:
    """The agent, among these, with whom the caller of this call talked last on this day of the wallet."""
    mark = conn.scalar(sa.select(journal.calls.c.caller_mark).where(journal.calls.c.call == call))
    if mark is None:
        return None
    talk = (
        sa.select(queue_entries.c.staff)
        .join(journal.calls, journal.calls.c.call == queue_entries.c.call)
        .where(
            journal.calls.c.caller_mark == mark,
            queue_entries.c.wallet == wallet,
            queue_entries.c.outcome == "answered",
            queue_entries.c.connected >= stamp(_midnight(conn, wallet, now)),
        )
        .order_by(queue_entries.c.connected.desc())
    )
    staff = conn.scalar(talk.limit(1))
    return next((agent for agent in fitting if agent.id == staff), None)


def is_worth_the_wait(entry: Any, agent: Agent, now: datetime) -> bool:
    """Whether the caller still waits for that agent, who is busy, and for nobody else."""
    return agent.activity != "idle" and now - datetime.fromisoformat(entry.entered) < WAIT_FOR_LAST_AGENT


def _midnight(conn: sa.Connection, wallet: str, now: datetime) -> datetime:
    today = now.astimezone(ZoneInfo(directory.by_id(conn, wallet).timezone))
    return today.replace(hour=0, minute=0, second=0, microsecond=0)
