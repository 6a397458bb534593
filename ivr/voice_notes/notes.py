"""Voice notes: what a caller said in their own words, kept with a case; and every recording, whoever tells of it first.

The turn that a recording answers, the end of a call in the middle of one, and Twilio's status notice all name it, in any
order and more than once. Each writes it down if nobody has yet. How long it is, only the notice that it is complete knows:
before that its length may be told as 0, -1 or not at all. What becomes of it is decided when the call is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.engine.effects import World, write
from ivr.engine.journal import insert_new
from ivr.engine.prompts import Recorded
from ivr.follow_up.tries import QUEUED, stamp
from ivr.voice_notes.tables import recordings, voice_notes

GRACE = timedelta(seconds=20)
"""Longer than a turn may take: until then it may still be that the caller kept it."""
UNTOLD = -1
"""Instead of the seconds of a recording whose length nobody has told yet."""
COMING, HELD, SILENT, LOST, ERASED = "coming", "held", "silent", "lost", "erased"


@dataclass(frozen=True)
class Note:
    """A note that was kept: the recording's id, its seconds (0: not known yet), the case that it belongs to."""

    id: str
    seconds: int
    reference: str


def know(conn: sa.Connection, call: str, turn: int, recorded: Recorded, now: datetime, final: bool) -> int | None:
    """There is a recording at the telephone company; its seconds, as far as they are known. `now` is the machine's.

    The `final` word on its length stands; another one only until then. Told again it changes nothing.
    """
    here = recordings.c.id == recorded.id
    seconds = recorded.seconds if final else recorded.seconds or None
    kept = {"id": recorded.id, "call": call, "turn": turn, "seconds": UNTOLD if seconds is None else seconds}
    new = insert_new(conn, recordings, kept | {"at": stamp(now), "status": QUEUED, "next": stamp(now + GRACE)})
    if not new and seconds is not None:
        open_ = here if final else here & (recordings.c.seconds == UNTOLD)
        conn.execute(sa.update(recordings).where(open_).values(seconds=seconds))
        coming = (voice_notes.c.id == recorded.id) & (voice_notes.c.status == COMING)
        conn.execute(sa.update(voice_notes).where(coming).values(seconds=seconds))
    known = conn.scalar(sa.select(recordings.c.seconds).where(here))
    return None if known == UNTOLD else known


@write
def keep_note(world: World, customer: str, wallet: str, recording: str, reference: str) -> Note:
    """The caller wants it kept, with this case."""
    here = recordings.c.id == recording
    seconds = max(0, world.conn.scalar(sa.select(recordings.c.seconds).where(here)) or 0)
    kept = {"id": recording, "customer": customer, "wallet": wallet, "call": world.call, "at": world.now.isoformat()}
    insert_new(world.conn, voice_notes, kept | {"reference": reference, "seconds": seconds, "status": COMING})
    return Note(recording, seconds, reference)


@write
def drop_note(world: World, recording: str) -> bool:
    """The caller does not want it after all; the telephone company's is deleted when the call is over."""
    mine = (voice_notes.c.id == recording) & (voice_notes.c.call == world.call)
    return bool(world.conn.execute(sa.delete(voice_notes).where(mine)).rowcount)
