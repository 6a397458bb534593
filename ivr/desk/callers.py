"""What is remembered of a caller's number: the language, under a keyed hash of the number."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.desk.tables import languages
from ivr.engine.effects import World, write
from ivr.engine.journal import insert_new

WITHHELD = {
    "", "anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "+266696687", "266696687",
    "1266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
}  # fmt: skip
"""Keypad spellings of ANONYMOUS and the like arrive as numbers; two of them look Chinese."""


def number_of(caller: str | None) -> str | None:
    """The caller's number, or None when it was withheld."""
    return None if (caller or "").strip().lower() in WITHHELD else (caller or "").strip()


def language_of(conn: sa.Connection, caller_mark: str | None) -> str | None:
    """The language chosen on an earlier call from this number."""
    if caller_mark is None:
        return None
    return conn.scalar(sa.select(languages.c.language).where(languages.c.caller_mark == caller_mark))


@write
def remember_language(world: World, caller_mark: str | None, language: str) -> None:
    """Keep the choice for the next call from this number; a withheld number keeps nothing."""
    if caller_mark is None:
        return
    world.conn.execute(sa.delete(languages).where(languages.c.caller_mark == caller_mark))
    insert_new(world.conn, languages, {"caller_mark": caller_mark, "language": language})  # or another call's choice
