"""Erasure of a customer: destroys the keys of their calls and empties the personal data outside the journal.

Stored replies, summaries, keyed values and numbers are sealed with a key per call. Without that key nobody can read
them, not even with the server key. So the append-only journal stays untouched, and calls are still counted. A
customer's calls are those in which they were verified or that left a record of theirs, and those from the same
telephones in which nobody was verified. Ids, dates and amounts stay, as they do in the wallet's own books.

While one of these calls is going on, nothing is erased: a promise made in it, such as a callback, could not be kept.
The status callback of a call's end may be lost, so it is not the only sign: a call is also over if the line has hung
up, or if nothing was heard of it for longer than any wait lasts. A call with an agent sends nothing until it ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.callbacks.attempts import CLOSED
from ivr.callbacks.tables import callback_queue, callbacks
from ivr.cases.tables import cases, consents, disputes, freezes
from ivr.engine.journal import calls, journal
from ivr.engine.secrets import ERASED
from ivr.engine.waits import Dial, Queue
from ivr.follow_up.outbox import QUEUED
from ivr.follow_up.tables import deliveries, lab_texts, messages
from ivr.identity.tables import attempts, challenges, languages
from ivr.queue.tables import talk_notes
from ivr.staff.tables import agent_acts
from ivr.storage.database import writing
from ivr.telephony.dialling import LONGEST_CALL
from ivr.voice_notes.tables import sounds, voice_notes

KEPT = (cases, disputes, callbacks, freezes, consents, voice_notes)
STATUS = "erased"
NAMES_A_QUERY = 500
"""Names in one query: SQLite takes at most a thousand alternatives."""
LONGEST_QUIET = timedelta(minutes=10)
"""Speech, a time-out or a recording and Twilio's retries take far less; only a call with an agent takes longer."""


@dataclass(frozen=True)
class Live:
    """A call that is not over: its start, the last sign of it, and its latest possible end."""

    call: str
    since: datetime
    heard: datetime
    until: datetime


class GoingOn(Exception):
    """Calls that would be erased are not over."""

    def __init__(self, calls: list[Live]) -> None:
        super().__init__(f"{len(calls)} going on")
        self.calls = calls


@dataclass(frozen=True)
class Report:
    """The numbers of rows that were emptied; `keyless` calls are from releases before calls had keys."""

    calls: int
    callbacks: int
    events: int
    texts: int
    languages: int
    notes: int
    keyless: int


def erase(engine: sa.Engine, wallet: str, customer: str, clock: Callable[[sa.Connection], datetime]) -> Report:
    """Erase all in one transaction, then overwrite the rest of the old rows in the database files. Raises GoingOn."""
    with engine.connect() as conn:
        if conn.dialect.name == "sqlite":
            _driver(conn).execute("PRAGMA secure_delete=ON")
        with writing(conn):
            report = _erase(conn, wallet, customer, clock(conn))
        if conn.dialect.name == "sqlite":
            _driver(conn).execute("PRAGMA wal_checkpoint(TRUNCATE)")
            _driver(conn).execute("PRAGMA secure_delete=OFF")
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(
                sa.text(
                    "VACUUM calls, callbacks, deliveries, messages, lab_texts, talk_notes, agent_acts, voice_sounds"
                )
            )
    return report


def _erase(conn: sa.Connection, wallet: str, customer: str, now: datetime) -> Report:
    names = (customer, f"{wallet}:{customer}")  # the wallet's id, and the id that the line forms of it
    verified = _calls_of(conn, wallet, names)
    marks = _marks(conn, verified)
    every = verified | _unproved(conn, wallet, marks)
    if live := _going_on(conn, every, now):
        raise GoingOn(live)
    open_calls = calls.c.call.in_(every) & (calls.c.key_sealed.is_(None) | (calls.c.key_sealed != ERASED))
    keyless = conn.scalar(sa.select(sa.func.count()).where(open_calls, calls.c.key_sealed.is_(None))) or 0
    emptied = {"caller_sealed": None, "caller_mark": None, "summary_sealed": None}
    references = _references(conn, wallet, names)
    report = Report(
        calls=_count(conn, sa.update(calls).where(open_calls).values(key_sealed=ERASED, **emptied)),
        callbacks=_empty_callbacks(conn, every),
        events=_empty_events(conn, references | every),
        texts=_drop_texts(conn, every | references),
        languages=_count(conn, sa.delete(languages).where(languages.c.caller_mark.in_(marks))),
        notes=_silence_notes(conn, every),
        keyless=keyless,
    )
    gone = {"note_sealed": None, "follow_up_sealed": None}
    conn.execute(sa.update(talk_notes).where(talk_notes.c.call.in_(every)).values(**gone))
    theirs = agent_acts.c.call.in_(every) | agent_acts.c.about.in_(references)
    conn.execute(sa.update(agent_acts).where(theirs).values(note_sealed=None))
    for table in (attempts, challenges):
        conn.execute(sa.update(table).where(table.c.call.in_(every)).values(caller=None))
    return report


def _calls_of(conn: sa.Connection, wallet: str, names: tuple[str, ...]) -> set[str]:
    """Calls in which the customer was verified, or that left a record."""
    proved = (attempts.c.wallet == wallet) & attempts.c.account.in_(names) & attempts.c.ok
    queries = [sa.select(attempts.c.call).where(proved)]
    queries += [
        sa.select(table.c.call).where(table.c.wallet == wallet, table.c.customer.in_(names))
        for table in (*KEPT, agent_acts)
    ]
    return {call for query in queries for call in conn.scalars(query) if call}


def _marks(conn: sa.Connection, every: set[str]) -> set[str]:
    """The customer's telephones, as keyed hashes: of their calls, and where retention has taken it from these, of their
    verifications."""
    queries = [sa.select(calls.c.caller_mark).where(calls.c.call.in_(every))]
    queries.append(sa.select(attempts.c.caller).where(attempts.c.call.in_(every), attempts.c.ok))
    return {mark for query in queries for mark in conn.scalars(query) if mark}


def _unproved(conn: sa.Connection, wallet: str, marks: set[str]) -> set[str]:
    """Calls from these telephones in which nobody was verified."""
    somebody = sa.exists().where(attempts.c.call == calls.c.call, attempts.c.ok)
    mine = (calls.c.wallet == wallet) & calls.c.caller_mark.in_(marks)
    return set(conn.scalars(sa.select(calls.c.call).where(mine, ~somebody)))


def _going_on(conn: sa.Connection, every: set[str], now: datetime) -> list[Live]:
    not_over = conn.execute(
        sa.select(calls.c.call, calls.c.started).where(calls.c.ended.is_(None)).order_by(calls.c.started)
    )
    found = [_live(conn, call, datetime.fromisoformat(started)) for call, started in not_over.all() if call in every]
    return [one for one in found if one is not None and now < one.until]


def _live(conn: sa.Connection, call: str, since: datetime) -> Live | None:
    """The state of a call without a status callback of its end; None when the line itself has hung up."""
    turns = sa.select(journal.c.at, journal.c.wait).where(journal.c.call == call)
    last = conn.execute(turns.order_by(journal.c.turn.desc()).limit(1)).first()
    if last is None:
        return Live(call, since, since, since + LONGEST_QUIET)
    heard, wait = datetime.fromisoformat(last.at), json.loads(last.wait)
    if wait is None:
        return None
    with_an_agent = wait["kind"] in (Dial.stored_kind, Queue.stored_kind)
    return Live(call, since, heard, since + LONGEST_CALL if with_an_agent else heard + LONGEST_QUIET)


def _references(conn: sa.Connection, wallet: str, names: tuple[str, ...]) -> set[str]:
    mine = [
        sa.select(table.c.reference).where(table.c.wallet == wallet, table.c.customer.in_(names))
        for table in (cases, disputes)
    ]
    return {reference for query in mine for reference in conn.scalars(query)}


def _empty_callbacks(conn: sa.Connection, every: set[str]) -> int:
    """Empty callbacks: none is rung any more, and not even the tail of the number stays."""
    mine = callbacks.c.call.in_(every)
    waiting = callback_queue.c.id.in_(sa.select(callbacks.c.id).where(mine)) & callback_queue.c.status.not_in(CLOSED)
    conn.execute(sa.update(callback_queue).where(waiting).values(status=STATUS, next=None))
    gone = {"number_sealed": "", "number_mask": "", "number_mark": None}
    emptied = sa.update(callbacks).where(mine, callbacks.c.number_sealed != "").values(**gone)
    return _count(conn, emptied)


def _silence_notes(conn: sa.Connection, every: set[str]) -> int:
    """Delete the sound of voice notes; recordings at Twilio are deleted there and not fetched any more."""
    mine = voice_notes.c.call.in_(every)
    conn.execute(sa.delete(sounds).where(sounds.c.id.in_(sa.select(voice_notes.c.id).where(mine))))
    return _count(conn, sa.update(voice_notes).where(mine, voice_notes.c.status != STATUS).values(status=STATUS))


def _empty_events(conn: sa.Connection, names: set[str]) -> int:
    """Empty the CRM events of these cases and calls, delivered or not: the id stays, and nothing is sent any more."""
    emptied = sa.update(deliveries).where(deliveries.c.status != STATUS).values(status=STATUS, body="")
    return sum(
        _count(conn, emptied.where(sa.or_(*(deliveries.c.id.startswith(f"{one}:", autoescape=True) for one in some))))
        for some in _a_few(names)
    )


def _drop_texts(conn: sa.Connection, names: set[str]) -> int:
    """Drop the texts about these calls and references: queued ones are not sent, no digit of the
    numbers stays, and the lab's copies are deleted."""
    dropped = 0
    for some in _a_few(names):
        about = sa.or_(*(messages.c.id.contains(f":{name}", autoescape=True) for name in some))
        ids = list(conn.scalars(sa.select(messages.c.id).where(about)))
        conn.execute(sa.delete(lab_texts).where(lab_texts.c.message.in_(ids)))
        conn.execute(sa.update(messages).where(messages.c.id.in_(ids)).values(number_mask=None, sid=None, look=None))
        waiting = messages.c.id.in_(ids) & (messages.c.status == QUEUED)
        dropped += _count(conn, sa.update(messages).where(waiting).values(status=STATUS))
    return dropped


def _a_few(names: set[str]) -> Iterator[list[str]]:
    """The names in batches: SQLite takes at most a thousand alternatives, and a switchboard can have more calls."""
    ordered = sorted(names)
    for first in range(0, len(ordered), NAMES_A_QUERY):
        yield ordered[first : first + NAMES_A_QUERY]


def _count(conn: sa.Connection, statement: sa.Update | sa.Delete) -> int:
    return int(conn.execute(statement).rowcount)


def _driver(conn: sa.Connection) -> Any:
    return conn.connection.driver_connection
