"""Voice notes: what a caller said in their own words, kept with a case; and every recording, whoever tells of it first.

The turn that a recording answers, the end of a call in the middle of one, and Twilio's status notice all name it, in any
order and more than once. Each writes it down if nobody has yet. What becomes of it is decided when the call is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.desk.tables import recordings, voice_notes
from ivr.engine.effects import World, write
from ivr.engine.journal import insert_new
from ivr.engine.prompts import Recorded
from ivr.follow_up.tries import QUEUED, stamp

GRACE = timedelta(seconds=20)
"""Longer than a turn may take: until then it may still be that the caller kept it."""
COMING, HELD, SILENT, LOST, ERASED = "coming", "held", "silent", "lost", "erased"


@dataclass(frozen=True)
class Note:
    """A note that was kept: the recording's id, its seconds, the case that it belongs to."""

    id: str
    seconds: int
    reference: str


def know(conn: sa.Connection, call: str, turn: int, recorded: Recorded, now: datetime) -> None:
    """There is a recording at the telephone company; told again it changes nothing. `now` is the machine's."""
    row = {"id": recorded.id, "call": call, "turn": turn, "seconds": recorded.seconds, "at": stamp(now)}
    insert_new(conn, recordings, row | {"status": QUEUED, "next": stamp(now + GRACE)})


@write
def keep_note(world: World, customer: str, wallet: str, recording: str, reference: str) -> Note:
    """The caller wants it kept, with this case."""
    here = recordings.c.id == recording
    seconds = world.conn.scalar(sa.select(recordings.c.seconds).where(here)) or 0
    kept = {"id": recording, "customer": customer, "wallet": wallet, "call": world.call, "at": world.now.isoformat()}
    insert_new(world.conn, voice_notes, kept | {"reference": reference, "seconds": seconds, "status": COMING})
    return Note(recording, seconds, reference)


@write
def drop_note(world: World, recording: str) -> bool:
    """The caller does not want it after all; the telephone company's is deleted when the call is over."""
    mine = (voice_notes.c.id == recording) & (voice_notes.c.call == world.call)
    return bool(world.conn.execute(sa.delete(voice_notes).where(mine)).rowcount)
