"""Retention: deletes data that is older than the settings say, in batches, except what is still needed.

Nothing is deleted early: the day of a row counts in full, in any time zone. Each batch is a short
transaction of its own, so callers never wait for it, and a worker that dies leaves no half batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.callbacks.attempts import CLOSED
from ivr.callbacks.tables import callback_queue, callbacks, ring_attempts
from ivr.cases.overdue import CASE_TABLES
from ivr.cases.stages import OPEN
from ivr.config.logs import logger
from ivr.engine.journal import calls, journal, notices, replies
from ivr.follow_up.context import Context
from ivr.follow_up.outbox import QUEUED
from ivr.follow_up.tables import deliveries, lab_texts, messages
from ivr.handover.tables import summary_views
from ivr.identity.tables import attempts, challenges, languages, warnings
from ivr.queue.tables import agent_offers, queue_entries, talk_notes
from ivr.staff.tables import agent_acts
from ivr.storage.database import AnySelect, begin_read, begin_write
from ivr.talks.tables import talk_legs, talk_steps, talks
from ivr.task_routing.tables import task_reservations
from ivr.voice_notes.notes import TO_FETCH
from ivr.voice_notes.tables import recordings, sounds, voice_notes

BATCH = 50
"""Rows that are deleted in one transaction."""
PAUSE = 0.05
"""Seconds between two batches, so that other writers get SQLite's one write lock."""


@dataclass(frozen=True)
class Sort:
    """A kind of data: `old` selects the ids that are older than a day (ISO 8601), `forget` deletes them."""

    name: str
    old: Callable[[str], AnySelect]
    forget: Callable[[sa.Connection, list[str]], None]


def forget_old(context: Context) -> None:
    """Delete once what is older than the settings say."""
    with begin_read(context.engine) as conn:
        now = context.clock(conn)
    for sort, days in _due(context.settings.retention_days):
        if gone := sum(_batches(context.engine, sort, first_day_kept(days, now))):
            logger("follow-up").info("retention", forgotten=sort.name, number=gone)


def first_day_kept(days: int, now: datetime) -> str:
    """The first day that is kept in full, ISO 8601."""
    return (now - timedelta(days=days + 1)).date().isoformat()


def _due(days: dict[str, int]) -> Iterator[tuple[Sort, int]]:
    both = max(days["journals"], days["summaries"]) if days["journals"] and days["summaries"] else 0
    kept = {JOURNALS: days["journals"], SUMMARIES: days["summaries"], CALLS: both}
    kept |= {LANGUAGES: days["journals"]}
    kept |= {TEXTS: days["messages"], DELIVERIES: days["messages"], NOTES: days["notes"]}
    return ((sort, number) for sort, number in kept.items() if number)


def _batches(engine: sa.Engine, sort: Sort, before: str) -> Iterator[int]:
    while True:
        with begin_read(engine) as conn:
            ids = list(conn.scalars(sort.old(before).limit(BATCH)))
        if not ids:
            return
        with begin_write(engine) as conn:
            sort.forget(conn, ids)
        yield len(ids)
        time.sleep(PAUSE)


def _old_calls(before: str, *which: sa.ColumnElement[bool]) -> AnySelect:
    """Calls from before that day whose cases are done, also those that agents worked on in them, and whose callbacks
    need no more attempts."""
    waiting = [sa.exists().where(table.c.call == calls.c.call, table.c.status.in_(OPEN)) for table in CASE_TABLES]
    waiting += [
        sa.exists().where(
            agent_acts.c.call == calls.c.call, table.c.reference == agent_acts.c.about, table.c.status.in_(OPEN)
        )
        for table in CASE_TABLES
    ]
    unsettled = callback_queue.c.status.not_in(CLOSED)
    waiting += [sa.exists().where(callbacks.c.call == calls.c.call, callback_queue.c.id == callbacks.c.id, unsettled)]
    return sa.select(calls.c.call).where(calls.c.started < before, *which, *(~one for one in waiting))


def _forget_journals(conn: sa.Connection, ids: list[str]) -> None:
    promised = sa.select(callbacks.c.id).where(callbacks.c.call.in_(ids))
    conn.execute(sa.delete(ring_attempts).where(ring_attempts.c.ring.in_(promised)))
    conn.execute(sa.delete(agent_offers).where(agent_offers.c.entry.in_(promised)))
    conn.execute(sa.delete(callback_queue).where(callback_queue.c.id.in_(promised)))
    told = sa.select(journal.c.reply).where(journal.c.call.in_(ids))
    conn.execute(sa.delete(replies).where(replies.c.id.in_(told)))
    conn.execute(sa.delete(recordings).where(recordings.c.call.in_(ids), recordings.c.status == "gone"))
    for table in (callbacks, challenges, notices, journal):
        conn.execute(sa.delete(table).where(table.c.call.in_(ids)))
    conn.execute(sa.update(calls).where(calls.c.call.in_(ids)).values(caller_sealed=None, caller_mark=None))


def _forget_summaries(conn: sa.Connection, ids: list[str]) -> None:
    conn.execute(sa.update(calls).where(calls.c.call.in_(ids)).values(summary_sealed=None))
    conn.execute(sa.delete(talk_notes).where(talk_notes.c.call.in_(ids)))
    conn.execute(sa.update(agent_acts).where(agent_acts.c.call.in_(ids)).values(note_sealed=None))


def _forget_calls(conn: sa.Connection, ids: list[str]) -> None:
    entries = sa.select(queue_entries.c.id).where(queue_entries.c.call.in_(ids))
    ours = sa.select(talks.c.id).where(talks.c.call.in_(ids))
    consulted = sa.select(talk_legs.c.id).where(talk_legs.c.talk.in_(ours))
    theirs = agent_offers.c.entry.in_(entries) | agent_offers.c.id.in_(consulted)
    reserved = task_reservations.c.offer.in_(sa.select(agent_offers.c.id).where(theirs))
    conn.execute(sa.delete(task_reservations).where(reserved))
    conn.execute(sa.delete(agent_offers).where(theirs))
    for part in (talk_steps, talk_legs):
        conn.execute(sa.delete(part).where(part.c.talk.in_(ours)))
    for table in (
        attempts,
        summary_views,
        warnings,
        talk_notes,
        agent_acts,
        queue_entries,
        talks,
        notices,
        calls,
    ):  # a notice may belong to a call without turns
        conn.execute(sa.delete(table).where(table.c.call.in_(ids)))


def _forget_texts(conn: sa.Connection, ids: list[str]) -> None:
    conn.execute(sa.delete(lab_texts).where(lab_texts.c.message.in_(ids)))
    conn.execute(sa.delete(messages).where(messages.c.id.in_(ids)))


def _forget_deliveries(conn: sa.Connection, ids: list[str]) -> None:
    conn.execute(sa.delete(deliveries).where(deliveries.c.id.in_(ids)))


def _old_notes(before: str) -> AnySelect:
    """Old notes whose case is done, without those that are still to be fetched."""
    waiting = [
        sa.exists().where(table.c.reference == voice_notes.c.reference, table.c.status.in_(OPEN))
        for table in CASE_TABLES
    ]
    old = (voice_notes.c.at < before) & (voice_notes.c.status != TO_FETCH)
    return sa.select(voice_notes.c.id).where(old, *(~one for one in waiting))


def _forget_notes(conn: sa.Connection, ids: list[str]) -> None:
    conn.execute(sa.delete(sounds).where(sounds.c.id.in_(ids)))
    conn.execute(sa.delete(voice_notes).where(voice_notes.c.id.in_(ids)))


def _old_languages(before: str) -> AnySelect:
    """Languages that were chosen before that day, of numbers from which no call is kept any more."""
    kept = sa.exists().where(calls.c.caller_mark == languages.c.caller_mark)
    return sa.select(languages.c.caller_mark).where(languages.c.at < before, ~kept)


def _forget_languages(conn: sa.Connection, ids: list[str]) -> None:
    conn.execute(sa.delete(languages).where(languages.c.caller_mark.in_(ids)))


_PLAYED = sa.exists().where(journal.c.call == calls.c.call)
_TOLD = calls.c.summary_sealed.is_not(None)
_SPOKEN = sa.exists().where(voice_notes.c.call == calls.c.call)  # its key still opens that note
JOURNALS = Sort("journals", lambda before: _old_calls(before, _PLAYED), _forget_journals)
SUMMARIES = Sort("summaries", lambda before: _old_calls(before, _TOLD), _forget_summaries)
CALLS = Sort("calls", lambda before: _old_calls(before, ~_PLAYED, ~_TOLD, ~_SPOKEN), _forget_calls)
LANGUAGES = Sort("languages of callers", _old_languages, _forget_languages)
NOTES = Sort("voice notes", _old_notes, _forget_notes)
TEXTS = Sort(
    "texts",
    lambda before: sa.select(messages.c.id).where(messages.c.at < before, messages.c.status != QUEUED),
    _forget_texts,
)
DELIVERIES = Sort(
    "deliveries",
    lambda before: sa.select(deliveries.c.id).where(
        deliveries.c.at < before, deliveries.c.status.in_(("delivered", "erased"))
    ),
    _forget_deliveries,
)
