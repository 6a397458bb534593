"""Ratings: one question after a talk with an agent, and its answer. Nobody is asked again soon, or after a short talk.

A talk that was shorter than SHORTEST_TALK broke off. Callers who withhold their number are not asked, since nobody
could tell whether they were asked before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.effects import World, write
from ivr.follow_up.outbox import stamp
from ivr.queue.tables import queue_entries, ratings

SHORTEST_TALK = timedelta(seconds=20)
"""After a shorter talk the caller is not asked: it broke off."""
NOT_AGAIN = timedelta(days=1)
"""A caller who was asked is not asked again so soon."""


@write
def may_ask(world: World, caller_mark: str | None, wallet: str) -> bool:
    """Whether to ask this caller now; that they were asked is stored at once."""
    if caller_mark is None or not world.runtime.settings.ask_satisfaction:
        return False
    conn, now = world.conn, world.runtime.machine()
    talk = sa.select(queue_entries).where(queue_entries.c.call == world.call, queue_entries.c.outcome == "answered")
    entry = conn.execute(talk.order_by(queue_entries.c.ended.desc()).limit(1)).first()
    if entry is None or entry.connected is None or entry.ended is None:
        return False
    long_enough = _moment(entry.ended) - _moment(entry.connected) >= SHORTEST_TALK
    if not long_enough or _was_asked(conn, caller_mark, now):
        return False
    row = {"call": world.call, "wallet": wallet, "staff": entry.staff, "at": stamp(now), "status": "asked"}
    return journal.insert_new(conn, ratings, row)


@write
def keep_rating(world: World, answer: str) -> None:
    """Keep the answer with the call."""
    world.conn.execute(sa.update(ratings).where(ratings.c.call == world.call).values(status=answer))


def rating_of(conn: sa.Connection, call: str) -> str | None:
    """What the caller said; None without an answer."""
    status = conn.scalar(sa.select(ratings.c.status).where(ratings.c.call == call))
    return None if status == "asked" else status


def _was_asked(conn: sa.Connection, caller_mark: str, now: datetime) -> bool:
    of_caller = sa.select(journal.calls.c.call).where(journal.calls.c.caller_mark == caller_mark)
    lately = ratings.c.call.in_(of_caller) & (ratings.c.at > stamp(now - NOT_AGAIN))
    return conn.execute(sa.select(ratings.c.call).where(lately).limit(1)).first() is not None


_moment = datetime.fromisoformat
