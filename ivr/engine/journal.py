"""The journal: one row a turn, only ever inserted. Notices lie beside it; `calls` alone is updated.

Replies are large and seldom wanted, so they lie apart, in the order in which they came. On SQLite a row of the journal
is part of its index: the smaller it is, the fewer pages lead to a call and the fewer are written for a turn.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ivr.engine.hot_path import CompiledStatement
from ivr.storage.database import comma_joined, metadata

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
calls = sa.Table(
    "calls",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("caller_mark", sa.Text),
    sa.Column("caller_sealed", sa.Text),
    sa.Column("wallet", sa.Text),
    sa.Column("line", sa.Text),
    sa.Column("started", sa.Text),
    sa.Column("ended", sa.Text),
    sa.Column("summary_sealed", sa.Text),
    sa.Column("key_sealed", sa.Text),  # opens what is sealed in this call; empty once it is erased
    sa.Index("calls_by_caller", "caller_mark", "started"),
    sqlite_with_rowid=False,
)
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("steps", sa.Text, nullable=False),
    sa.Column("wait", sa.Text),
    sa.Column("facts", sa.Text, nullable=False),  # null when they are those of the turn before
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("slow", sa.Boolean, nullable=False),
    sa.Column("opening", sa.Text),
    sa.Column("release", sa.Text),  # whose code played it
    sa.Column("reply", ID, nullable=False),  # in `replies`
    sqlite_with_rowid=False,
)
replies = sa.Table(
    "replies", metadata, sa.Column("id", ID, primary_key=True), sa.Column("reply", sa.Text, nullable=False)
)
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("sequence", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)


class Row(msgspec.Struct, frozen=True):
    """A turn as stored. `steps` are ["answer", prompt, kind, value] and ["did", effect, "ok"|"err", result].

    The first row of a story has an `opening`: the language, pace and facts that it began with.
    """

    call: str
    turn: int
    at: datetime
    root_flow: str
    steps: list[list[Any]]
    wait: dict[str, Any] | None
    facts: dict[str, Any]
    language: str
    slow: bool
    opening: dict[str, Any] | None = None
    release: str | None = None

    @property
    def failed(self) -> dict[str, Any] | None:
        """Why the story before this one ended: type, at, diverged, and the steps that had run, writes as "undone"."""
        return (self.opening or {}).get("failure")


class LastTurn(msgspec.Struct, frozen=True):
    """How the turn before left the call."""

    root_flow: str
    wait: dict[str, Any] | None
    facts: dict[str, Any]
    language: str
    slow: bool
    release: str | None = None


class CallState(msgspec.Struct, frozen=True):
    """What a turn needs of those before it: how many, the last, the story that runs now, and the call's sealed key.

    A turn that failed opens another story, which has nothing of the steps before it. `first` and `opened`: the turn that
    opened the story, and its time. `beside` is what else the look asked.
    """

    turns: int
    last: LastTurn | None
    first: int
    opened: datetime | None
    opening: dict[str, Any] | None
    steps: list[tuple[datetime, list[Any]]]
    key: str | None = None
    beside: bool = True


_THIS = journal.c.call == sa.bindparam("call")
COLUMNS = [column for column in journal.c if column.name != "reply"]
ROWS = CompiledStatement(sa.select(*COLUMNS).where(_THIS).order_by(journal.c.turn))
_IN_ORDER = (
    sa.select(*(journal.c[name] for name in ("turn", "at", "steps", "facts", "opening")))
    .where(_THIS)
    .order_by(journal.c.turn)
    .subquery()
)
_OPENING = sa.case((_IN_ORDER.c.opening != "null", "[" + sa.cast(_IN_ORDER.c.turn, sa.Text) + "," + _IN_ORDER.c.opening + "]"))  # fmt: skip
_KEY = sa.select(calls.c.key_sealed).where(calls.c.call == sa.bindparam("call"))
_STORY = sa.select(
    sa.func.count().label("turns"),
    comma_joined(_IN_ORDER.c.at).label("times"),
    comma_joined(_IN_ORDER.c.steps).label("steps"),
    comma_joined(_OPENING).label("openings"),
    comma_joined(sa.case((_IN_ORDER.c.facts != "null", _IN_ORDER.c.facts))).label("facts"),
).subquery()
_LAST = [journal.c[name] for name in ("story", "wait", "language", "slow", "release")]


def state_query(beside: sa.ColumnElement[bool] | None = None) -> CompiledStatement:
    """The one look of a turn, in one row: at each row, and each look, SQLite's driver lets another thread have the interpreter.

    `beside` is a question that has nothing to do with the call, and is asked with it.
    """
    return CompiledStatement(
        sa.select(_KEY.scalar_subquery(), sa.true() if beside is None else beside, *_STORY.c, *_LAST)
        .outerjoin(journal, _THIS & (journal.c.turn == _STORY.c.turns - 1))
        .select_from(_STORY)
    )


STATE_QUERY = state_query()
_REPLY = sa.select(replies.c.reply).join(journal, journal.c.reply == replies.c.id).where(_THIS)
REPLY = CompiledStatement(_REPLY.where(journal.c.turn == sa.bindparam("turn")))
LAST_REPLY = CompiledStatement(_REPLY.order_by(journal.c.turn.desc()).limit(1))
KEEP = CompiledStatement(sa.insert(replies).values(reply=sa.bindparam("reply")).returning(replies.c.id))
KEY = CompiledStatement(_KEY)
NOTED = CompiledStatement(
    sa.select(notices.c.body).where(*(notices.c[name] == sa.bindparam(name) for name in ("call", "kind", "sequence")))
)


def rows(conn: sa.Connection, call: str) -> list[Row]:
    """All turns of a call, in order; without the replies, which are large and seldom wanted."""
    found: list[Row] = []
    for record in ROWS.run(conn, call=call):
        found.append(_row(found[-1] if found else None, *record))
    return found


def load_state(conn: sa.Connection, call: str, state_query: CompiledStatement = STATE_QUERY) -> CallState:
    """The turns of a call as its next one needs them: only what replay reads is decoded."""
    key, beside, turns, times, steps, openings, facts, *left = state_query.run(conn, call=call).fetchone()
    if not turns:
        return CallState(0, None, 0, None, None, [], key, bool(beside))
    first, opening = _load_all(openings)[-1]
    story: list[tuple[datetime, list[Any]]] = []
    moments = [datetime.fromisoformat(time) for time in times.split(",")[first:]]
    for at, taken in zip(moments, _load_all(steps)[first:], strict=True):
        story += [(at, step) for step in taken]
    last = _last(_load_all(facts)[-1], *left)
    return CallState(turns, last, first, moments[0], opening, story, key, bool(beside))


def key(conn: sa.Connection, call: str | None) -> str | None:
    """The sealed key of a call, empty when it was erased; None for a call that has none of its own."""
    return _only(KEY.run(conn, call=call))


def reply(conn: sa.Connection, call: str, turn: int) -> str | None:
    """The sealed reply of one turn, or None while it has no row."""
    return _only(REPLY.run(conn, call=call, turn=turn))


def last_reply(conn: sa.Connection, call: str) -> str | None:
    """The sealed reply of the latest turn, or None for a call that has none."""
    return _only(LAST_REPLY.run(conn, call=call))


def append(conn: sa.Connection, row: Row, reply: str, before: LastTurn | None = None) -> bool:
    """Insert a turn with its sealed reply; False when another worker was first: the insert decides a race.

    The transaction of a turn that lost has to be rolled back: its reply is in it.
    """
    id = KEEP.run(conn, reply=reply).fetchone()[0]
    return insert_new(conn, journal, columns(row, before) | {"reply": id})


def columns(row: Row, before: LastTurn | None = None) -> dict[str, Any]:
    """A turn as columns, all but its reply. `before` is how the turn before left the call: what is as it was is not kept again."""
    facts = None if before is not None and before.facts == row.facts else row.facts
    return {
        "call": row.call, "turn": row.turn, "at": row.at.isoformat(), "story": row.root_flow,
        "steps": _dump(row.steps), "wait": _dump(row.wait), "facts": _dump(facts), "language": row.language,
        "slow": row.slow, "opening": _dump(row.opening), "release": row.release,
    }  # fmt: skip


def add_notice(conn: sa.Connection, call: str, kind: str, sequence: str, at: datetime, body: dict[str, Any]) -> bool:
    """Keep a notice once by (call, kind, sequence); False when it was known."""
    values = {"call": call, "kind": kind, "sequence": sequence, "at": at.isoformat(), "body": _dump(body)}
    return insert_new(conn, notices, values)


def find_notice(conn: sa.Connection, call: str, kind: str, sequence: str) -> dict[str, Any] | None:
    """The body of a kept notice."""
    body = _only(NOTED.run(conn, call=call, kind=kind, sequence=sequence))
    return msgspec.json.decode(body) if body else None


def insert_new(conn: sa.Connection, table: sa.Table, values: dict[str, Any]) -> bool:
    """INSERT … ON CONFLICT DO NOTHING; True when the row is ours."""
    return bool(_insert_or_leave(conn.dialect.name, table, tuple(values)).run(conn, **values).rowcount == 1)


@cache
def _insert_or_leave(dialect: str, table: sa.Table, columns: tuple[str, ...]) -> CompiledStatement:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return CompiledStatement(
        insert(table).values({name: sa.bindparam(name) for name in columns}).on_conflict_do_nothing()
    )


def _only(cursor: Any) -> str | None:
    record = cursor.fetchone()
    return str(record[0]) if record and record[0] is not None else None


def _last(facts: dict[str, Any], story: str, wait: str, language: str, slow: int, release: str | None) -> LastTurn:
    return LastTurn(story, msgspec.json.decode(wait), facts, language, bool(slow), release)


def _row(
    before: Row | None, call: str, turn: int, at: str, story: str, steps: str, wait: str, facts: str, language: str,
    slow: int, opening: str, release: str | None,
) -> Row:  # fmt: skip
    decode = msgspec.json.decode
    known = decode(facts)
    if known is None:
        assert before is not None
        known = before.facts
    return Row(
        call, turn, datetime.fromisoformat(at), story, decode(steps), decode(wait), known, language, bool(slow),
        decode(opening), release,
    )  # fmt: skip


def _load_all(comma_joined: str) -> list[Any]:
    """JSON documents joined by commas."""
    return msgspec.json.decode(f"[{comma_joined}]")  # type: ignore[no-any-return]


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()
