"""The talk that a person has about a call, or had until an hour ago: with the caller, or in the callback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.queue import talk_notes


@dataclass(frozen=True)
class OwnTalk:
    """A talk; `entry` is that of the queue, or the callback. `called_back`: since when the customer, who was rung, is
    or was on the line."""

    entry: str
    called_back: str | None = None


def own_talk(conn: sa.Connection, call: str, staff: str, now: datetime) -> OwnTalk | None:
    """The talk about which this person may write, and in which they may act; the callback, if there were both."""
    back = desk_agents.talk_of(conn, call, staff, now)
    if back is not None:
        return OwnTalk(back.id, back.since)
    talk = talk_notes.open_talk(conn, call, staff, now)
    return OwnTalk(talk.id) if talk is not None else None
