"""Sessions: the cookie holds a random id, and the database its hash. A session ends by time, by the person or by an
admin."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.staff.audit import stamp
from ivr.staff.people import Person, person_of
from ivr.staff.tables import staff, staff_sessions
from ivr.storage.database import AnyRow, clean

IDLE, LONGEST_SESSION = timedelta(minutes=15), timedelta(hours=12)
"""A session ends after so long without a request, and after so long in any case."""
FOR_THE_CODE = timedelta(minutes=5)
"""How long a session may wait for its code."""
PROVED_FOR = timedelta(minutes=10)
"""After typing the password a person may change people or switch the line for so long without typing it again."""
SEEN_EVERY = timedelta(seconds=30)
"""`seen` is not written at each request: pages that ask often would keep SQLite's one writer busy."""
LONGEST_BROWSER = 200
"""Characters of the browser's name that are kept."""
KEPT = timedelta(days=30)
"""How long the row of a session is kept; the audit log has each sign-in."""


@dataclass(frozen=True)
class Session:
    """A session that is valid now; `number` names it on pages, the id is known to the browser alone."""

    number: int
    person: Person
    waits_for_code: bool
    seen: datetime
    proved: datetime
    """When the person typed their password, and code, last."""

    def is_proved(self, at: datetime) -> bool:
        """Whether that was lately enough for what must not be done by whoever finds an open browser."""
        return at - self.proved < PROVED_FOR


@dataclass(frozen=True)
class Listed:
    """A session on a list: when it began, was last seen and ended, and in which browser."""

    number: int
    created: str
    seen: str
    ended: str | None
    browser: str


def begin(conn: sa.Connection, person: str, browser: str, at: datetime, waits_for_code: bool = False) -> str:
    """Begin a session; returns the id for the cookie."""
    id = secrets.token_urlsafe(32)
    times = {"created": stamp(at), "seen": stamp(at)}
    row = {"mark": _mark(id), "person": person, "waits_for_code": waits_for_code, **times}
    conn.execute(sa.delete(staff_sessions).where(staff_sessions.c.created < stamp(at - KEPT)))
    conn.execute(sa.insert(staff_sessions).values(**row, browser=clean(browser)[:LONGEST_BROWSER]))
    return id


def find(conn: sa.Connection, id: str, at: datetime) -> Session | None:
    """The valid session with this id, whose person is not disabled."""
    columns = (*_OF_SESSION, *staff.c)
    joined = sa.select(*columns).join(staff, staff.c.id == staff_sessions.c.person)
    here = joined.where(staff_sessions.c.mark == _mark(id), _valid(at), staff.c.disabled.is_(None))
    row = conn.execute(here).first()
    return _session(row) if row else None


def among(conn: sa.Connection, numbers: Iterable[int], at: datetime) -> dict[int, Session]:
    """Those of the sessions that are valid, by their numbers."""
    columns = (*_OF_SESSION, *staff.c)
    joined = sa.select(*columns).join(staff, staff.c.id == staff_sessions.c.person)
    asked = staff_sessions.c.n.in_(sorted(numbers)) & ~staff_sessions.c.waits_for_code
    rows = conn.execute(joined.where(asked, _valid(at), staff.c.disabled.is_(None)))
    return {row.n: _session(row) for row in rows}


def keep(conn: sa.Connection, session: Session, at: datetime) -> None:
    """Note that the session was used."""
    open_ = (staff_sessions.c.n == session.number) & staff_sessions.c.ended.is_(None)
    conn.execute(sa.update(staff_sessions).where(open_).values(seen=stamp(at)))


def prove(conn: sa.Connection, session: Session, at: datetime) -> None:
    """Note that the person has typed password and code again."""
    open_ = (staff_sessions.c.n == session.number) & staff_sessions.c.ended.is_(None)
    conn.execute(sa.update(staff_sessions).where(open_).values(proved=stamp(at)))


def end(conn: sa.Connection, person: str, number: int, at: datetime) -> bool:
    """End one session of this person. False: there is no such session, or it has ended."""
    here = (staff_sessions.c.n == number) & (staff_sessions.c.person == person) & staff_sessions.c.ended.is_(None)
    return conn.execute(sa.update(staff_sessions).where(here).values(ended=stamp(at))).rowcount == 1


def of(conn: sa.Connection, person: str, at: datetime) -> list[Listed]:
    """The valid sessions of a person, the newest first."""
    mine = sa.select(staff_sessions).where(staff_sessions.c.person == person, _valid(at))
    found = conn.execute(mine.where(~staff_sessions.c.waits_for_code).order_by(staff_sessions.c.n.desc()))
    return [Listed(row.n, row.created, row.seen, row.ended, row.browser) for row in found]


def last_seen(conn: sa.Connection, at: datetime) -> dict[str, str]:
    """Person → when the desk last heard of one of their valid sessions."""
    latest = sa.select(staff_sessions.c.person, sa.func.max(staff_sessions.c.seen).label("seen"))
    valid = latest.where(_valid(at), ~staff_sessions.c.waits_for_code)
    found = conn.execute(valid.group_by(staff_sessions.c.person))
    return {row.person: row.seen for row in found}


_OF_SESSION = tuple(staff_sessions.c[name] for name in ("n", "waits_for_code", "seen", "created", "proved"))


def _session(row: AnyRow) -> Session:
    times = (datetime.fromisoformat(one) for one in (row.seen, row.proved or row.created))
    return Session(row.n, person_of(row), row.waits_for_code, *times)


def _valid(at: datetime) -> sa.ColumnElement[bool]:
    """Not ended, not idle, not too old; one that waits for its code has five minutes."""
    since = staff_sessions.c
    in_time = sa.case(
        (since.waits_for_code, since.created > stamp(at - FOR_THE_CODE)),
        else_=(since.seen > stamp(at - IDLE)) & (since.created > stamp(at - LONGEST_SESSION)),
    )
    return since.ended.is_(None) & in_time


def _mark(id: str) -> str:
    return hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
