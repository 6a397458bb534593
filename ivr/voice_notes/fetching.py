"""Recordings: notes that callers kept are fetched, checked and sealed; every recording is deleted at Twilio.

The worker does that when a call is over: until then a caller may withdraw a note. The note of a caller who hangs up
while speaking is kept as well. The sound is stored in the database, sealed with the key of
its call: one backup holds it, every machine can read it, and destroying that key erases it.
"""

from __future__ import annotations

import math
from datetime import timedelta

import sqlalchemy as sa

from audio.voice_note import Unreadable, listen
from ivr.cases.tables import cases, disputes
from ivr.config.logs import logger
from ivr.engine import journal
from ivr.engine.prompts import Record
from ivr.engine.secrets import ERASED, Sealer
from ivr.follow_up import deliveries
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import QUEUED, RetryPolicy, finish, is_due, lease, queue_again, retry, stamp
from ivr.handover.summary import summarise
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.telephony.dialling import LONGEST_CALL
from ivr.telephony.recordings import NotDone, Recordings
from ivr.voice_notes import notes
from ivr.voice_notes.tables import recordings, sounds, voice_notes

FETCH_RETRIES = RetryPolicy(timedelta(seconds=30), timedelta(hours=1), timedelta(days=3))
"""For fetching a recording from Twilio; after the window it is lost."""
ROWS_A_LOOK = 20
"""Recordings that one look for due ones finds."""


def settle(context: Context, recording: str) -> None:
    """Fetch the recording if it was kept, then delete it at Twilio; nothing if another worker holds the lease."""
    row = lease(context.engine, recordings, recording, context.machine())
    if row is None:
        return
    try:
        with begin_write(context.engine) as conn:
            wanted = _wanted(conn, context, row)
        if wanted:
            _keep(context, row)
        _recordings(context).delete(recording)
    except Exception as error:
        _try_later(context, row, str(error) if isinstance(error, NotDone | Unreadable) else type(error).__name__)
    else:
        with begin_write(context.engine) as conn:
            finish(conn, recordings, row, status="gone")


def try_again(conn: sa.Connection, recording: str) -> str | None:
    """Queue a dead or waiting recording at once, for three days; returns its status before, or None if unknown."""
    before = queue_again(conn, recordings, recording)
    if before in ("dead", QUEUED):
        lost = (voice_notes.c.id == recording) & (voice_notes.c.status == notes.LOST)
        conn.execute(sa.update(voice_notes).where(lost).values(status=notes.TO_FETCH))
    return before


def due_recordings(context: Context) -> list[str]:
    """The recordings to be tried now: those whose call is over."""
    now = context.machine()
    over = journal.calls.c.ended.is_not(None) | (recordings.c.at < stamp(now - LONGEST_CALL))
    joined = sa.outerjoin(recordings, journal.calls, journal.calls.c.call == recordings.c.call)
    found = sa.select(recordings.c.id).select_from(joined).where(is_due(recordings, now), over)
    with begin_read(context.engine) as conn:
        return list(conn.scalars(found.order_by(recordings.c.next, recordings.c.id).limit(ROWS_A_LOOK)))


OUTBOX = Outbox("recordings", due_recordings, settle)


def _wanted(conn: sa.Connection, context: Context, row: AnyRow) -> bool:
    """Whether the sound is still to be fetched."""
    note = sa.select(voice_notes.c.status).where(voice_notes.c.id == row.id)
    if conn.scalar(note) is None and row.seconds:
        _attach(conn, context, row)
    return bool(conn.scalar(note) == notes.TO_FETCH)


def _attach(conn: sa.Connection, context: Context, row: AnyRow) -> None:
    """Store a note for a recording without one: the caller hung up, the turn failed, or it seemed silent.

    It belongs to the latest promise of the call.
    """
    rows = journal.rows(conn, row.call)
    if not rows or journal.key(conn, row.call) == ERASED:
        return
    summary = summarise(rows)
    if rows[-1].turn == row.turn - 1 or _was_no_silence(conn, rows, row):
        belongs = [one["reference"] for one in summary["promises"] if one["reference"]]
    else:
        belongs = [note["reference"] for note in summary["notes"] if note["id"] == row.id and note["reference"]]
    if not belongs:
        return
    kept = {"id": row.id, "customer": summary["customer"], "wallet": summary["wallet"], "call": row.call}
    kept |= {"at": context.clock(conn).isoformat(), "reference": belongs[-1], "seconds": max(0, row.seconds)}
    journal.insert_new(conn, voice_notes, kept | {"status": notes.TO_FETCH})


def _was_no_silence(conn: sa.Connection, rows: list[journal.Row], row: AnyRow) -> bool:
    """Whether the turn took a recording without a length for silence, though it is longer and the last of its call."""
    taken = [step for one in rows if one.turn == row.turn for step in one.steps[:1]]
    later = sa.select(recordings.c.id).where(recordings.c.call == row.call, recordings.c.turn > row.turn)
    nothing = any(step[0] == "answer" and step[2:] == ["value", None] for step in taken)
    return nothing and row.seconds > Record.timeout and conn.execute(later).first() is None


def _keep(context: Context, row: AnyRow) -> None:
    """Fetch, check and seal the sound; a silent one is not stored."""
    sound = _recordings(context).sound(row.id)
    heard = listen(sound)
    seconds, mine = math.ceil(heard.seconds), voice_notes.c.id == row.id
    with begin_write(context.engine) as conn:
        key, coming = journal.key(conn, row.call), mine & (voice_notes.c.status == notes.TO_FETCH)
        status = notes.SILENT if heard.silent else notes.KEPT
        changed = sa.update(voice_notes).where(coming).values(status=status, seconds=seconds)
        if key == ERASED or not conn.execute(changed).rowcount or heard.silent:
            return
        sealed = Sealer(context.settings.server_key).for_call(key).seal_bytes(sound)
        conn.execute(sa.insert(sounds).values(id=row.id, sealed=sealed))
        _tell(conn, context, row.id)


def _tell(conn: sa.Connection, context: Context, note: str) -> None:
    """Queue an event for the CRM that there is a note; it holds no address of the sound."""
    kept = conn.execute(sa.select(voice_notes).where(voice_notes.c.id == note)).one()
    told = {"id": note, "seconds": kept.seconds}
    for table in (cases, disputes):
        for case in conn.execute(sa.select(table).where(table.c.reference == kept.reference)):
            deliveries.promise(conn, context.settings, deliveries.NOTED, case._asdict(), context.clock(conn), told)


def _try_later(context: Context, row: AnyRow, error: str) -> None:
    following = retry(row, FETCH_RETRIES, context.machine())
    with begin_write(context.engine) as conn:
        if finish(conn, recordings, row, error=error, **(following or {"status": "dead"})) and not following:
            mine = (voice_notes.c.id == row.id) & (voice_notes.c.status == notes.TO_FETCH)
            conn.execute(sa.update(voice_notes).where(mine).values(status=notes.LOST))
            logger("follow-up").error("recording is dead", recording=row.id, error=error, tries=row.tries)


def _recordings(context: Context) -> Recordings:
    assert context.recordings is not None, "this worker has no telephone company"
    return context.recordings
