"""Announcements: words of operations for a time (an outage, a wave of scams), before the menu or in the queue.

An announcement ends by itself at its time, or earlier when operations end it. Rows are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.operations.tables import announcements
from ivr.storage.database import AnyRow

PLACES = ("menu", "queue")
PLAYED_A_CALL = 2
"""More of them are not played to one caller: the newest ones count."""


@dataclass(frozen=True)
class Announcement:
    """An announcement: its number, the wallet and topic that it is for (None: all), where, its words, and its end."""

    n: int
    wallet: str | None
    place: str
    topic: str | None
    text: Mapping[str, str]
    until: str


def announce(
    conn: sa.Connection,
    place: str,
    text: Mapping[str, str],
    now: datetime,
    until: datetime,
    wallet: str | None = None,
    topic: str | None = None,
) -> int:
    """Store an announcement; its number. Raises ValueError for an unknown place."""
    if place not in PLACES:
        raise ValueError(f"an announcement is played in {' or '.join(PLACES)}, not {place!r}")
    row = {"wallet": wallet, "place": place, "topic": topic, "at": _utc(now), "until": _utc(until)}
    words = {f"text_{language}": said for language, said in text.items()}
    return int(conn.execute(sa.insert(announcements).values(**row, **words).returning(announcements.c.n)).scalar_one())


def find(conn: sa.Connection, number: int) -> Announcement | None:
    """An announcement, also one that has ended."""
    row = conn.execute(sa.select(announcements).where(announcements.c.n == number)).first()
    return _read(row) if row else None


def same(conn: sa.Connection, wanted: Announcement, since: int) -> bool:
    """Whether the very same announcement was made after number `since`: a form was sent twice."""
    same_ = {
        "wallet": wanted.wallet,
        "place": wanted.place,
        "topic": wanted.topic,
        "text_zh": wanted.text["zh"],
        "text_en": wanted.text["en"],
        "until": _utc(datetime.fromisoformat(wanted.until)),
    }
    here = [announcements.c[name].is_not_distinct_from(value) for name, value in same_.items()]
    return bool(conn.scalar(sa.select(sa.exists().where(announcements.c.n > since, *here))))


def newest(conn: sa.Connection) -> int:
    """The number of the latest announcement; 0 before the first."""
    return int(conn.scalar(sa.select(sa.func.max(announcements.c.n))) or 0)


def end(conn: sa.Connection, number: int, now: datetime) -> bool:
    """End an announcement now; False when it does not run."""
    here = (announcements.c.n == number) & (announcements.c.until > _utc(now))
    return bool(conn.execute(sa.update(announcements).where(here).values(until=_utc(now))).rowcount)


def running(conn: sa.Connection, now: datetime) -> list[Announcement]:
    """All that run, the newest first."""
    here = announcements.c.until > _utc(now)
    return [_read(row) for row in conn.execute(sa.select(announcements).where(here).order_by(announcements.c.n.desc()))]


def for_caller(conn: sa.Connection, wallet: str, place: str, now: datetime, topic: str = "") -> list[dict[str, str]]:
    """The words that a caller of this wallet, and in the queue of this topic, hears at that place."""
    fitting = [
        dict(one.text)
        for one in running(conn, now)
        if one.place == place and one.wallet in (None, wallet) and one.topic in (None, topic)
    ]
    return fitting[:PLAYED_A_CALL]


def _read(row: AnyRow) -> Announcement:
    text = {"zh": row.text_zh, "en": row.text_en}
    return Announcement(row.n, row.wallet, row.place, row.topic, text, row.until)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
