"""Live pages: one thread of the process watches the database, and wakes the streams of those whose view has changed.

The watcher runs while somebody listens. Twice a second it asks whether anything was written; if so, it reads the board
once for all, and makes for each open page the view of its person. Only a view that differs from the last one is drawn
and sent; regions that several people see alike are drawn once. Each event is the whole page's state, so a page that
missed some is right after the next one.

A stream is never wider or longer than a session: rights are read anew at each look, and it ends with the session. An
open page keeps the session of an agent who is at work, and of a wall; for anybody else it is no use of the desk.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.desk.context import Desk
from ivr.desk.room import Floor, View, read_floor, view
from ivr.desk.wall import Days, Wall, wall
from ivr.staff import sessions
from ivr.staff.people import Person
from ivr.staff.sessions import SEEN_EVERY, Session
from ivr.storage.database import ChangeDetector, DedicatedConnection, begin_write, reading

LOOK_SECONDS = 0.5
"""Seconds between two looks for a change, so soon an agent sees a new caller."""
BEAT = 2.0
"""Seconds between two signs of life; the page says so when it has heard nothing for five."""
AT_LEAST_EVERY = 1.0
"""Also without a change: a wrap-up ends and a session expires by the clock alone."""
MOST_STREAMS, MOST_A_SESSION = 400, 12
"""Open streams of a process, and of one session; a browser opens six at most by HTTP/1.1, and more by HTTP/2."""
RESTING = ("offline", "break", "missed")
"""Agents whose open page does not keep their session: nobody may be there."""
TOKEN = "token-of-the-page"
"""Stands in the drawn regions for the form token of the page that gets them."""

Regions = dict[str, str]
Draw = Callable[[Session, str, str, View | Wall], str]
"""Draws a region: the session, the language, the name of the region, and the view → HTML."""
PAGES: dict[str, tuple[str, ...]] = {"home": ("mine", "work", "after", "waiting"), "bar": ("bar",), "wall": ("wall",)}
"""Page → its regions, each of which is the template of that name."""


@dataclass(eq=False)
class Stream:
    """One open page. The watcher writes to it; the server's loop, or a thread, takes the newest state from it."""

    session: int
    page: str
    language: str
    token: str
    let_go: Callable[[Stream], None]
    last: View | Wall | None = None
    person: Person | None = None
    beat: float = 0.0
    news: dict[str, bytes] = field(default_factory=dict)
    ended: bool = False
    wake: Callable[[], None] | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def send(self, event: str, data: Any) -> None:
        """An event for the page; one of the same name that was not taken yet is replaced."""
        with self.changed:
            if self.ended:
                return
            self.news[event] = f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
            self.beat = time.monotonic()
        self._wake()

    def end(self) -> None:
        """Tell the page that its session is over, and nothing more."""
        with self.changed:
            self.news.clear()
            self.news["ended"] = b"event: ended\ndata: {}\n\n"
            self.ended = True
        self._wake()

    def attach(self, wake: Callable[[], None]) -> None:
        """Whom to wake at news."""
        self.wake = wake

    def take(self) -> bytes | None:
        """What is to be sent now; None after the end."""
        with self.changed:
            data = b"".join(self.news.values())
            self.news.clear()
            return data if data or not self.ended else None

    def close(self) -> None:
        """The page is gone."""
        self.let_go(self)

    def __iter__(self) -> Iterator[bytes]:
        """For servers that give each answer a thread."""
        try:
            while (data := self.take()) is not None:
                yield data
                with self.changed:
                    self.changed.wait_for(lambda: self.news or self.ended, timeout=BEAT)
        finally:
            self.close()

    def _wake(self) -> None:
        with self.changed:
            self.changed.notify_all()
        if self.wake is not None:
            self.wake()


class Hub:
    """The open streams of a process, and their watcher."""

    def __init__(self, desk: Desk, draw: Draw) -> None:
        self.desk, self.draw = desk, draw
        self.streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._days = Days(desk)
        self._changes = ChangeDetector(desk.engine)
        self._connection = DedicatedConnection(desk.engine)
        self._version: Any = None
        self._looked = 0.0
        self._floor: Floor | None = None

    def open(self, session: int, page: str, language: str, token: str) -> Stream | None:
        """A new stream; None when there are too many."""
        stream = Stream(session, page, language, token, self._close)
        with self._lock:
            own = sum(one.session == session for one in self.streams)
            if len(self.streams) >= MOST_STREAMS or own >= MOST_A_SESSION:
                return None
            self.streams.add(stream)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="desk-watcher", daemon=True)
                self._watcher.start()
        return stream

    def look(self) -> None:
        """Look once: wake those whose view has changed, end those whose session is over, and give signs of life."""
        streams = self._open_streams()
        version, late = self._changes.version(), time.monotonic() - self._looked >= AT_LEAST_EVERY
        if version != self._version or late or any(one.last is None for one in streams):
            self._version, self._looked = version, time.monotonic()
            self._look_at_the_database(streams)
        for one in streams:
            if time.monotonic() - one.beat >= BEAT:
                one.send("beat", {"now": self.desk.now().isoformat()})

    def _look_at_the_database(self, streams: list[Stream]) -> None:
        now = self.desk.now()
        with self._connection as conn, reading(conn):
            valid = sessions.among(conn, {one.session for one in streams}, now)
            floor = read_floor(conn, now, self.desk.briefs)
            scopes = {valid[one.session].person.scope for one in streams if one.page == "wall" and one.session in valid}
            days = {scope: self._days.of(conn, scope) for scope in scopes}
        is_new = floor != self._floor
        self._floor = floor
        self._keep(valid, floor, streams, now)
        drawn: dict[Any, str] = {}
        for one in streams:
            session = valid.get(one.session)
            if session is None or not session.person.may("wall" if one.page == "wall" else "take-calls"):
                one.end()
            elif one.page == "wall":
                self._tell_wall(one, session, wall(floor, session.person, days[session.person.scope]), now)
            elif is_new or one.person != session.person:
                self._tell(one, session, floor, drawn, now)

    def _tell(self, one: Stream, session: Session, floor: Floor, drawn: dict[Any, str], now: datetime) -> None:
        seen = view(floor, session.person, one.language)
        one.person = session.person
        if seen == one.last:
            return
        one.last = seen
        regions = {}
        for name in PAGES[one.page]:
            alike = (name, one.language, seen.waiting if name == "waiting" else session.person.id)
            if alike not in drawn:
                drawn[alike] = self.draw(session, one.language, name, seen)
            regions[name] = drawn[alike].replace(TOKEN, one.token)
        rung = seen.work.engaged.offer if seen.work and seen.work.rings else None
        one.send("state", {"now": now.isoformat(), "regions": regions, "waiting": len(seen.waiting), "rung": rung})

    def _tell_wall(self, one: Stream, session: Session, seen: Wall, now: datetime) -> None:
        if seen == one.last:
            return
        one.last = seen
        regions = {"wall": self.draw(session, one.language, "wall", seen)}
        one.send("state", {"now": now.isoformat(), "regions": regions, "waiting": seen.waiting, "rung": None})

    def _keep(self, valid: dict[int, Session], floor: Floor, streams: list[Stream], now: datetime) -> None:
        """An agent at work who only looks at the page is not signed out for want of clicks."""
        at_work = {agent.id for agent in floor.board.agents if agent.activity not in RESTING}
        used = {one.session for one in streams if one.page == "wall"}
        used |= {number for number, session in valid.items() if session.person.id in at_work}
        due = [valid[number] for number in used if number in valid and now - valid[number].seen >= SEEN_EVERY]
        if due:
            with begin_write(self.desk.engine) as conn:
                for session in due:
                    sessions.keep(conn, session, now)

    def _watch(self) -> None:
        """Runs in the watcher's thread, until nobody listens any more."""
        while True:
            try:
                self.look()
            except Exception as error:  # the pages say that they are not live, and the next look may succeed
                logger("desk").error("live pages cannot be made", type=type(error).__name__)
            time.sleep(LOOK_SECONDS)
            with self._lock:
                if not self.streams:
                    self._watcher = None
                    break
        with suppress(sa.exc.SQLAlchemyError):
            self._connection.close()
            self._changes.close()

    def _open_streams(self) -> list[Stream]:
        with self._lock:
            return [one for one in self.streams if not one.ended]

    def _close(self, stream: Stream) -> None:
        with self._lock:
            self.streams.discard(stream)
