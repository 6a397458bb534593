"""The switch of the line and the announcements of a supervisor's wallets: how they stand, and changing them.

A change is looked at before it is made: the page that shows it carries the number of the newest setting, or of the
newest announcement, that it was looked at with. So a form that is sent twice changes nothing the second time, and a
change that somebody else has made meanwhile is looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.desk import calls as seen
from ivr.engine.claims import lock_until_commit
from ivr.operations import announcements
from ivr.operations.announcements import PLACES, Announcement
from ivr.operations.line_switch import STATES, LineState, line_state, number_of, own_switch, switch
from ivr.operations.wording import (
    Fault,
    Spoken,
    Wrong,
    announcement_spoken,
    checked_reason,
    checked_words,
    end_time,
    switch_spoken,
)
from ivr.queue.entries import WAITING
from ivr.queue.tables import queue_entries
from ivr.staff import audit
from ivr.staff.people import Person
from ivr.staff.roles import TOPICS
from ivr.storage.database import clean

Done = Literal["done", "meanwhile"]
"""It is so, by this post or by one before it; or somebody else was first, and it has to be looked at again."""
LONGEST_TYPED = 400
"""Letters of a field that come back into the form."""


@dataclass(frozen=True)
class Line:
    """How the line of a wallet stands: what holds, its own switch, and the announcements that are for it alone."""

    wallet: str
    name: Mapping[str, str]
    zone: str
    holds: LineState
    own: LineState
    announced: tuple[Announcement, ...]

    @property
    def is_by_all(self) -> bool:
        """Whether the switch of all wallets is the stricter one, which the desk does not change."""
        return self.holds.state != "open" and self.holds.wallet is None


@dataclass(frozen=True)
class Callers:
    """How many of a wallet wait for an agent, and talk with one."""

    waiting: int
    talking: int


def lines(conn: sa.Connection, person: Person, now: datetime) -> list[Line]:
    """The lines of this person's wallets, with what runs for each."""
    running = announcements.running(conn, now)
    return [
        Line(
            wallet,
            name,
            seen.zone_of(conn, wallet),
            line_state(conn, wallet),
            own_switch(conn, wallet),
            tuple(one for one in running if one.wallet == wallet),
        )
        for wallet, name in seen.known_wallets(conn, person.scope).items()
    ]


def for_all(conn: sa.Connection, now: datetime) -> list[Announcement]:
    """The announcements for callers of every wallet; only `flask line` on the server makes and ends them."""
    return [one for one in announcements.running(conn, now) if one.wallet is None]


def callers(conn: sa.Connection, wallet: str) -> Callers:
    """Whom a change meets."""
    mine = queue_entries.c.wallet == wallet
    query = sa.select(queue_entries.c.status, sa.func.count().label("number"))
    found = {row.status: row.number for row in conn.execute(query.where(mine).group_by(queue_entries.c.status))}
    return Callers(sum(found.get(one, 0) for one in WAITING), found.get("claimed", 0) + found.get("connected", 0))


@dataclass(frozen=True)
class Switching:
    """A switch as it was typed."""

    state: str
    reason: Mapping[str, str]

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> Switching:
        """From a form."""
        reason = {one: _text(form, f"reason_{one}") for one in ("zh", "en")}
        return cls(_text(form, "state"), reason)

    def checked(self) -> Mapping[str, str] | None:
        """The reason that is told; raises Wrong."""
        return checked_reason(self.state, self.reason)

    def spoken(self, name: Mapping[str, str]) -> dict[str, Spoken]:
        """What callers hear; raises Wrong."""
        return switch_spoken(self.state, name, self.checked())

    def carry_out(
        self, conn: sa.Connection, wallet: str, looked_at: int, person: Person, now: datetime, at: datetime
    ) -> Done:
        """Switch, once, with its row in the audit log."""
        reason = self.checked()
        lock_until_commit(conn, "line")
        own = own_switch(conn, wallet)
        if number_of(conn, wallet) != looked_at:
            return "done" if (own.state, own.reason) == (self.state, reason) else "meanwhile"
        switch(conn, self.state, wallet, reason, now)
        audit.record(conn, person.id, "line-switched", wallet, at, wallet, state=self.state, **(reason or {}))
        return "done"


@dataclass(frozen=True)
class Announcing:
    """An announcement as it was typed: the end is in minutes, or a moment, by the clock of the wallet unless it has a
    zone."""

    place: str
    topic: str
    text: Mapping[str, str]
    minutes: str
    until: str

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> Announcing:
        """From a form."""
        text = {one: _text(form, f"text_{one}") for one in ("zh", "en")}
        place, topic, minutes, until = (_text(form, name) for name in ("place", "topic", "minutes", "until"))
        return cls(place, topic, text, minutes, until)

    def until_then(self, ends: str) -> Announcing:
        """With the end that was shown: minutes count from the look and not from the last click."""
        return replace(self, minutes="", until=ends)

    def checked(self, wallet: str, zone: str, now: datetime) -> Announcement:
        """The announcement; raises Wrong with everything that is wrong."""
        faults: list[Fault] = [] if self.place in PLACES else ["place"]
        if self.topic and (self.place != "queue" or self.topic not in TOPICS):
            faults.append("topic")
        ends = now
        try:
            checked_words(self.text)
        except Wrong as wrong:
            faults += wrong.faults
        try:
            ends = end_time(self._until(zone), self._minutes(), now)
        except Wrong as wrong:
            faults += wrong.faults
        if faults:
            raise Wrong(*faults)
        return Announcement(0, wallet, self.place, self.topic or None, self.text, ends.isoformat(timespec="seconds"))

    def _minutes(self) -> int | None:
        if not self.minutes:
            return None
        if not (self.minutes.isascii() and self.minutes.isdigit() and len(self.minutes) < 7):
            raise Wrong("span")
        return int(self.minutes)

    def _until(self, zone: str) -> str:
        try:
            given = datetime.fromisoformat(self.until)
        except ValueError:
            return self.until
        return (given if given.tzinfo else given.replace(tzinfo=ZoneInfo(zone))).isoformat()


def announce(
    conn: sa.Connection, wanted: Announcement, looked_at: int, person: Person, now: datetime, at: datetime
) -> None:
    """Make an announcement, once, with its row in the audit log."""
    assert wanted.wallet is not None
    lock_until_commit(conn, "line")
    if announcements.same(conn, wanted, looked_at):
        return
    ends = datetime.fromisoformat(wanted.until)
    number = announcements.announce(conn, wanted.place, wanted.text, now, ends, wanted.wallet, wanted.topic)
    told = {"place": wanted.place, "topic": wanted.topic or "", "until": wanted.until, **wanted.text}
    audit.record(conn, person.id, "announce", str(number), at, wanted.wallet, **told)


def end(conn: sa.Connection, number: int, person: Person, now: datetime, at: datetime) -> None:
    """End an announcement now; one that has ended already stays as it is."""
    one = announcements.find(conn, number)
    if one is not None and announcements.end(conn, number, now):
        audit.record(conn, person.id, "announcement-ended", str(number), at, one.wallet or "")


def spoken(one: Announcement) -> dict[str, Spoken]:
    """What callers hear of an announcement."""
    return announcement_spoken(one.text)


def _text(form: Mapping[str, str], name: str) -> str:
    return clean(form.get(name, "")).strip()[:LONGEST_TYPED]


CHOICES = {"line_states": STATES, "places": PLACES, "topics": TOPICS}
