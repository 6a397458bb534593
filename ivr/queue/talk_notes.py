"""What an agent writes after a talk: how it ended, a note, and what is still to be done.

The texts are sealed with the key of the call, so an erasure makes them unreadable. An agent writes about their own
talk, from its beginning until an hour after its end; writing again replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.secrets import ERASED, BrokenSeal, Sealer
from ivr.follow_up.outbox import stamp
from ivr.queue.agents import WRAP_UP
from ivr.queue.tables import queue_entries, talk_notes
from ivr.storage.database import AnyRow, clean

OUTCOMES = ("solved", "case", "callback", "transferred", "no-answer", "wrong-number", "abusive", "other")
WRITABLE = timedelta(hours=1)
"""After a talk its agent may write and correct the note for so long."""
LONGEST_NOTE = 2000
"""Characters of a note; the rest is cut off."""


@dataclass(frozen=True)
class TalkNote:
    """What one agent wrote about one talk."""

    staff: str
    at: str
    outcome: str
    note: str
    follow_up: str


def open_talk(conn: sa.Connection, call: str, staff: str, now: datetime) -> AnyRow | None:
    """The talk of this call about which this agent may write now, or None."""
    mine = (queue_entries.c.call == call) & (queue_entries.c.staff == staff) & (queue_entries.c.outcome == "answered")
    in_time = (queue_entries.c.status == "connected") | (queue_entries.c.ended > stamp(now - WRITABLE))
    query = sa.select(queue_entries).where(mine, in_time).order_by(queue_entries.c.connected.desc())
    return conn.execute(query.limit(1)).first()


def write(conn: sa.Connection, entry: str, call: str, sealer: Sealer, written: TalkNote) -> bool:
    """Store it; False for a call that was erased meanwhile. `entry` is that of the queue, or a callback."""
    key = journal.key(conn, call)
    if key == ERASED:
        return False
    own = sealer.for_call(key)
    texts = {"note_sealed": written.note, "follow_up_sealed": written.follow_up}
    values = {name: own.seal(clean_text(text)) if text.strip() else None for name, text in texts.items()}
    values |= {"outcome": written.outcome, "at": written.at}
    here = (talk_notes.c.entry == entry) & (talk_notes.c.staff == written.staff)
    if not conn.execute(sa.update(talk_notes).where(here).values(**values)).rowcount:
        row = {"entry": entry, "call": call, "staff": written.staff, **values}
        conn.execute(sa.insert(talk_notes).values(**row))
    return True


def of_call(conn: sa.Connection, call: str, sealer: Sealer) -> list[TalkNote]:
    """What agents wrote about a call, the oldest first."""
    rows = conn.execute(sa.select(talk_notes).where(talk_notes.c.call == call).order_by(talk_notes.c.at)).all()
    if not rows:
        return []
    own = sealer.for_call(journal.key(conn, call))
    return [
        TalkNote(row.staff, row.at, row.outcome, _opened(own, row.note_sealed), _opened(own, row.follow_up_sealed))
        for row in rows
    ]


def outcomes_of(conn: sa.Connection, call: str) -> list[dict[str, str]]:
    """How the talks of a call ended, by what each agent chose, the oldest first; nothing of the texts."""
    columns = (talk_notes.c.staff, talk_notes.c.at, talk_notes.c.outcome)
    rows = conn.execute(sa.select(*columns).where(talk_notes.c.call == call).order_by(talk_notes.c.at))
    return [{"staff": row.staff, "at": row.at, "outcome": row.outcome} for row in rows]


def just_ended(conn: sa.Connection, now: datetime) -> dict[str, str]:
    """Agent → the call of their talk that has just ended, or ends now, and about which nothing is written yet."""
    lately = (queue_entries.c.outcome == "answered") & (queue_entries.c.ended > stamp(now - WRAP_UP))
    written = sa.exists().where(talk_notes.c.entry == queue_entries.c.id, talk_notes.c.staff == queue_entries.c.staff)
    query = sa.select(queue_entries.c.staff, queue_entries.c.call).where(lately, ~written)
    return {row.staff: row.call for row in conn.execute(query.order_by(queue_entries.c.ended)) if row.staff}


def clean_text(text: str) -> str:
    """The text as it is stored: lines kept, without control characters, and not endless."""
    return "\n".join(clean(line) for line in text.splitlines()).strip()[:LONGEST_NOTE]


def _opened(sealer: Sealer, sealed: str | None) -> str:
    try:
        return sealer.open(sealed) if sealed else ""
    except BrokenSeal:
        return ""
