"""Agents who come and go: a state that was chosen on the desk ends with the last session of the person.

Nobody becomes available by signing in, and nobody stays available who has left: a caller for whom they are being rung
is offered to the next agent at once, and their telephone stops ringing.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ivr.callbacks import attempts
from ivr.queue import agents, offers
from ivr.queue.tables import agent_states
from ivr.staff import sessions
from ivr.talks import talk


def choose(conn: sa.Connection, staff: str, wanted: agents.Wish, now: datetime, at_desk: bool = True) -> None:
    """The agent chooses a state; one who takes a break while being rung passes the caller on."""
    agents.wish(conn, staff, wanted, now, at_desk)
    if wanted != "available":
        ring_no_more(conn, staff, now)


def ring_no_more(conn: sa.Connection, staff: str, now: datetime) -> None:
    """Withdraw whatever rings this agent: a caller, a callback, or a colleague's talk. What was accepted goes on."""
    attempts.decline(conn, staff, now)
    talk.pass_on(conn, staff, now)
    offers.pass_on(conn, staff, now)


def arrived(conn: sa.Connection, session_id: str, now: datetime) -> None:
    """A session has begun. Whatever was chosen before the last one ended does not come back by itself."""
    session = sessions.find(conn, session_id, now)
    if session and len(sessions.of(conn, session.person.id, now)) == 1:
        _end(conn, session.person.id, now)


def left(conn: sa.Connection, staff: str, now: datetime) -> None:
    """A session of this person has ended; another one that is open keeps the state."""
    if not sessions.of(conn, staff, now):
        _end(conn, staff, now)


def _end(conn: sa.Connection, staff: str, now: datetime) -> None:
    chosen_here = sa.select(agent_states.c.at_desk).where(agent_states.c.staff == staff)
    if conn.scalar(chosen_here):
        choose(conn, staff, "offline", now)
