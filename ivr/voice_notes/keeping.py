"""What becomes of recordings: notes that callers kept are fetched, looked at and sealed; none stays at the telephone company.

A round of the worker's, which waits until a call is over: until then a caller may still throw a note away. Whoever hung up
while speaking has said what they wanted, and their note is kept as well. A sound lies in the database, sealed by the key of
its call: one backup holds it, every machine can read it, and whoever destroys that key has erased it.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import sqlalchemy as sa

from audio.voice_note import Unreadable, listen
from ivr.cases.tables import cases, disputes
from ivr.config.logs import logger
from ivr.engine import journal
from ivr.engine.prompts import Record
from ivr.engine.secrets import ERASED, Sealer
from ivr.follow_up import deliveries
from ivr.follow_up.jobs import Surroundings
from ivr.follow_up.recordings import NotDone, Recordings
from ivr.follow_up.tries import QUEUED, Patience, after_failure, put_back, stamp, take
from ivr.handover.summary import summarise
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.voice_notes import notes
from ivr.voice_notes.tables import recordings, sounds, voice_notes

PATIENCE = Patience(timedelta(seconds=30), timedelta(hours=1), timedelta(days=3))
SURELY_OVER = timedelta(hours=4)
"""Twilio ends a call after this time, if nobody told us of its end."""
AT_MOST = 20


def settle_due(here: Surroundings) -> None:
    """One try for each recording whose call is over."""
    with begin_read(here.engine) as conn:
        waiting = _due(conn, here.machine())
    for recording in waiting:
        settle(here, recording)


def settle(here: Surroundings, recording: str) -> None:
    """Keep it if the caller wanted that, then delete it there; unless another worker has it."""
    row = take(here.engine, recordings, recording, here.machine())
    if row is None:
        return
    try:
        with begin_write(here.engine) as conn:
            wanted = _wanted(conn, here, row)
        if wanted:
            _keep(here, row)
        _recordings(here).delete(recording)
    except Exception as error:
        _try_later(here, row, str(error) if isinstance(error, NotDone | Unreadable) else type(error).__name__)
    else:
        with begin_write(here.engine) as conn:
            put_back(conn, recordings, row, status="gone")


def try_again(conn: sa.Connection, recording: str) -> str | None:
    """Make a dead or waiting one due at once, with new days before it; what it was, or None when there is none."""
    here = recordings.c.id == recording
    was = conn.scalar(sa.select(recordings.c.status).where(here))
    if was in ("dead", QUEUED):
        conn.execute(sa.update(recordings).where(here).values(status=QUEUED, since=None, next=None))
        lost = (voice_notes.c.id == recording) & (voice_notes.c.status == notes.LOST)
        conn.execute(sa.update(voice_notes).where(lost).values(status=notes.COMING))
    return was


def _due(conn: sa.Connection, now: datetime) -> list[str]:
    over = journal.calls.c.ended.is_not(None) | (recordings.c.at < stamp(now - SURELY_OVER))
    mine = (recordings.c.status == QUEUED) & (recordings.c.next.is_(None) | (recordings.c.next <= stamp(now)))
    joined = sa.outerjoin(recordings, journal.calls, journal.calls.c.call == recordings.c.call)
    found = sa.select(recordings.c.id).select_from(joined).where(mine, over)
    return list(conn.scalars(found.order_by(recordings.c.next, recordings.c.id).limit(AT_MOST)))


def _wanted(conn: sa.Connection, here: Surroundings, row: AnyRow) -> bool:
    """Whether its sound is still to be fetched."""
    note = sa.select(voice_notes.c.status).where(voice_notes.c.id == row.id)
    if conn.scalar(note) is None and row.seconds:
        _attach(conn, here, row)
    return bool(conn.scalar(note) == notes.COMING)


def _attach(conn: sa.Connection, here: Surroundings, row: AnyRow) -> None:
    """Nobody has kept it: the caller hung up while speaking, the line failed, or it was taken for silence and was none.

    It belongs to what was promised last.
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
    kept |= {"at": here.clock(conn).isoformat(), "reference": belongs[-1], "seconds": max(0, row.seconds)}
    journal.insert_new(conn, voice_notes, kept | {"status": notes.COMING})


def _was_no_silence(conn: sa.Connection, rows: list[journal.Row], row: AnyRow) -> bool:
    """The call was told of no length and took it for nothing; then it was longer than a silence, and none was made after it."""
    taken = [step for one in rows if one.turn == row.turn for step in one.steps[:1]]
    later = sa.select(recordings.c.id).where(recordings.c.call == row.call, recordings.c.turn > row.turn)
    nothing = any(step[0] == "answer" and step[2:] == ["value", None] for step in taken)
    return nothing and row.seconds > Record.timeout and conn.execute(later).first() is None


def _keep(here: Surroundings, row: AnyRow) -> None:
    """Fetch, listen, seal; a note in which nobody speaks is of no use to anybody."""
    sound = _recordings(here).sound(row.id)
    heard = listen(sound)
    seconds, mine = math.ceil(heard.seconds), voice_notes.c.id == row.id
    with begin_write(here.engine) as conn:
        key, coming = journal.key(conn, row.call), mine & (voice_notes.c.status == notes.COMING)
        status = notes.SILENT if heard.silent else notes.HELD
        changed = sa.update(voice_notes).where(coming).values(status=status, seconds=seconds)
        if key == ERASED or not conn.execute(changed).rowcount or heard.silent:
            return
        sealed = Sealer(here.settings.server_key).for_call(key).seal_bytes(sound)
        conn.execute(sa.insert(sounds).values(id=row.id, sealed=sealed))
        _tell(conn, here, row.id)


def _tell(conn: sa.Connection, here: Surroundings, note: str) -> None:
    """The CRM hears that there is one, and never where."""
    kept = conn.execute(sa.select(voice_notes).where(voice_notes.c.id == note)).one()
    told = {"id": note, "seconds": kept.seconds}
    for table in (cases, disputes):
        for case in conn.execute(sa.select(table).where(table.c.reference == kept.reference)):
            deliveries.promise(conn, here.settings, deliveries.NOTED, case._asdict(), here.clock(conn), told)


def _try_later(here: Surroundings, row: AnyRow, error: str) -> None:
    following = after_failure(row, PATIENCE, here.machine())
    with begin_write(here.engine) as conn:
        if put_back(conn, recordings, row, error=error, **(following or {"status": "dead"})) and not following:
            mine = (voice_notes.c.id == row.id) & (voice_notes.c.status == notes.COMING)
            conn.execute(sa.update(voice_notes).where(mine).values(status=notes.LOST))
            logger("follow-up").error("recording is dead", recording=row.id, error=error, tries=row.tries)


def _recordings(here: Surroundings) -> Recordings:
    assert here.recordings is not None, "this worker has no telephone company"
    return here.recordings
