"""Voice notes, which a caller records for a case, and the registry of all recordings.

The turn that a recording answers, the end of a call during one, and Twilio's status callback all name it, in any
order and more than once. Each of them stores it unless it is stored. Only the callback that it is complete has its
length: before that Twilio may send 0, -1 or nothing. Whether it is kept is decided when the call is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.engine.effects import World, write
from ivr.engine.journal import insert_new
from ivr.engine.prompts import Recorded
from ivr.follow_up.outbox import QUEUED, stamp
from ivr.voice_notes.tables import recordings, voice_notes

GRACE = timedelta(seconds=20)
"""Longer than a turn may take: until then the caller may still keep the note."""
UNTOLD = -1
"""In place of the seconds of a recording whose length is not known yet."""
TO_FETCH, KEPT, SILENT, LOST, ERASED = "coming", "held", "silent", "lost", "erased"


@dataclass(frozen=True)
class Note:
    """A kept note: the recording's id, its seconds (0: not known yet), the reference of its case, or ""."""

    id: str
    seconds: int
    reference: str


def register_recording(
    conn: sa.Connection, call: str, turn: int, recorded: Recorded, now: datetime, final: bool
) -> int | None:
    """Store that there is a recording at Twilio; returns its seconds if they are known. `now` is the machine's time.

    A `final` length replaces an earlier one; another length is stored only if none is known. Repeating changes nothing.
    """
    here = recordings.c.id == recorded.id
    seconds = recorded.seconds if final else recorded.seconds or None
    kept = {"id": recorded.id, "call": call, "turn": turn, "seconds": UNTOLD if seconds is None else seconds}
    new = insert_new(conn, recordings, kept | {"at": stamp(now), "status": QUEUED, "next": stamp(now + GRACE)})
    if not new and seconds is not None:
        open_ = here if final else here & (recordings.c.seconds == UNTOLD)
        conn.execute(sa.update(recordings).where(open_).values(seconds=seconds))
        coming = (voice_notes.c.id == recorded.id) & (voice_notes.c.status == TO_FETCH)
        conn.execute(sa.update(voice_notes).where(coming).values(seconds=seconds))
    known = conn.scalar(sa.select(recordings.c.seconds).where(here))
    return None if known == UNTOLD else known


@write
def keep_note(world: World, customer: str | None, wallet: str, recording: str, reference: str) -> Note:
    """Keep the recording as a note of this case; with the reference "" of this call, whose customer may be unknown."""
    here = recordings.c.id == recording
    seconds = max(0, world.conn.scalar(sa.select(recordings.c.seconds).where(here)) or 0)
    kept = {"id": recording, "customer": customer, "wallet": wallet, "call": world.call, "at": world.now.isoformat()}
    insert_new(world.conn, voice_notes, kept | {"reference": reference or None, "seconds": seconds, "status": TO_FETCH})
    return Note(recording, seconds, reference)


@write
def drop_note(world: World, recording: str) -> bool:
    """Withdraw a note; the recording at Twilio is deleted when the call is over."""
    mine = (voice_notes.c.id == recording) & (voice_notes.c.call == world.call)
    return bool(world.conn.execute(sa.delete(voice_notes).where(mine)).rowcount)
