"""The journal: one row a turn, only ever inserted. Beside it: calls, replies and notices. Only `calls` is updated.

Replies are large and seldom read, so they have a table of their own, in the order in which they were stored. On SQLite
a journal row is part of its index: the smaller the row, the fewer pages are read for a call and written for a turn.
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
    sa.Column("key_sealed", sa.Text),  # encrypts what is sealed in this call; empty after its erasure
    sa.Index("calls_by_caller", "caller_mark", "started"),
    sqlite_with_rowid=False,
)
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("story", sa.Text, nullable=False),  # the name of the root flow
    sa.Column("steps", sa.Text, nullable=False),
    sa.Column("wait", sa.Text),
    sa.Column("facts", sa.Text, nullable=False),  # null when they equal those of the turn before
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("slow", sa.Boolean, nullable=False),
    sa.Column("opening", sa.Text),
    sa.Column("release", sa.Text),  # the code that played it
    sa.Column("reply", ID, nullable=False),  # its id in `replies`
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

    `root_flow` is the name of the root flow that ran (column `story`). The first row of a root flow has an `opening`:
    the language, the `slow` speech and the facts that it began with. `release` names the code that played the turn.
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
        """Why the root flow before this one failed: type, at, diverged, and its steps, with writes as "undone"."""
        return (self.opening or {}).get("failure")


class LastTurn(msgspec.Struct, frozen=True):
    """How the last turn left the call."""

    root_flow: str
    wait: dict[str, Any] | None
    facts: dict[str, Any]
    language: str
    slow: bool
    release: str | None = None


class CallState(msgspec.Struct, frozen=True):
    """What a turn needs to know of the earlier ones.

    `turns`: how many there are. `first`, `opened`: number and time of the turn that opened the root flow which runs
    now; `steps`: the steps since then. (A turn that fails opens another root flow, without the steps before it.)
    `key`: the call's sealed key. `condition`: the result of the condition in `state_query`.
    """

    turns: int
    last: LastTurn | None
    first: int
    opened: datetime | None
    opening: dict[str, Any] | None
    steps: list[tuple[datetime, list[Any]]]
    key: str | None = None
    condition: bool = True


_OF_CALL = journal.c.call == sa.bindparam("call")
_ROW_COLUMNS = [column for column in journal.c if column.name != "reply"]
_ROWS = CompiledStatement(sa.select(*_ROW_COLUMNS).where(_OF_CALL).order_by(journal.c.turn))
_IN_ORDER = (
    sa.select(*(journal.c[name] for name in ("turn", "at", "steps", "facts", "opening")))
    .where(_OF_CALL)
    .order_by(journal.c.turn)
    .subquery()
)
_TURN_AND_OPENING = "[" + sa.cast(_IN_ORDER.c.turn, sa.Text) + "," + _IN_ORDER.c.opening + "]"
_KEY = sa.select(calls.c.key_sealed).where(calls.c.call == sa.bindparam("call"))
_ALL_TURNS = sa.select(
    sa.func.count().label("turns"),
    comma_joined(_IN_ORDER.c.at).label("times"),
    comma_joined(_IN_ORDER.c.steps).label("steps"),
    comma_joined(sa.case((_IN_ORDER.c.opening != "null", _TURN_AND_OPENING))).label("openings"),
    comma_joined(sa.case((_IN_ORDER.c.facts != "null", _IN_ORDER.c.facts))).label("facts"),
).subquery()
_LAST_COLUMNS = [journal.c[name] for name in ("story", "wait", "language", "slow", "release")]


def state_query(condition: sa.ColumnElement[bool] | None = None) -> CompiledStatement:
    """The query of `load_state`, which returns one row.

    One query with one row, because SQLite's driver lets another thread take the GIL at each query and each row.
    `condition`: a condition on other tables, which is read with it.
    """
    return CompiledStatement(
        sa.select(_KEY.scalar_subquery(), sa.true() if condition is None else condition, *_ALL_TURNS.c, *_LAST_COLUMNS)
        .outerjoin(journal, _OF_CALL & (journal.c.turn == _ALL_TURNS.c.turns - 1))
        .select_from(_ALL_TURNS)
    )


STATE_QUERY = state_query()
_SELECT_REPLY = sa.select(replies.c.reply).join(journal, journal.c.reply == replies.c.id).where(_OF_CALL)
_REPLY = CompiledStatement(_SELECT_REPLY.where(journal.c.turn == sa.bindparam("turn")))
_LAST_REPLY = CompiledStatement(_SELECT_REPLY.order_by(journal.c.turn.desc()).limit(1))
_INSERT_REPLY = CompiledStatement(sa.insert(replies).values(reply=sa.bindparam("reply")).returning(replies.c.id))
_CALL_KEY = CompiledStatement(_KEY)
_NOTICE = CompiledStatement(
    sa.select(notices.c.body).where(*(notices.c[name] == sa.bindparam(name) for name in ("call", "kind", "sequence")))
)


def rows(conn: sa.Connection, call: str) -> list[Row]:
    """All turns of a call, in order, without their replies."""
    found: list[Row] = []
    for record in _ROWS.run(conn, call=call):
        found.append(_row(found[-1] if found else None, *record))
    return found


def load_state(conn: sa.Connection, call: str, query: CompiledStatement = STATE_QUERY) -> CallState:
    """The earlier turns of a call as the next turn needs them. Decodes only what replay reads."""
    key, condition, turns, times, steps, openings, facts, *last_columns = query.run(conn, call=call).fetchone()
    if not turns:
        return CallState(0, None, 0, None, None, [], key, bool(condition))
    first, opening = _decode_all(openings)[-1]
    timed_steps: list[tuple[datetime, list[Any]]] = []
    turn_times = [datetime.fromisoformat(time) for time in times.split(",")[first:]]
    for at, steps_of_turn in zip(turn_times, _decode_all(steps)[first:], strict=True):
        timed_steps += [(at, step) for step in steps_of_turn]
    last = _last_turn(_decode_all(facts)[-1], *last_columns)
    return CallState(turns, last, first, turn_times[0], opening, timed_steps, key, bool(condition))


def key(conn: sa.Connection, call: str | None) -> str | None:
    """The sealed key of a call, empty after its erasure; None for a call that has none of its own."""
    return _first_value(_CALL_KEY.run(conn, call=call))


def reply(conn: sa.Connection, call: str, turn: int) -> str | None:
    """The sealed reply of one turn, or None while it has no row."""
    return _first_value(_REPLY.run(conn, call=call, turn=turn))


def last_reply(conn: sa.Connection, call: str) -> str | None:
    """The sealed reply of the latest turn, or None for a call that has none."""
    return _first_value(_LAST_REPLY.run(conn, call=call))


def append(conn: sa.Connection, row: Row, reply: str, before: LastTurn | None = None) -> bool:
    """Insert a turn with its sealed reply. False: another worker was first; the insert decides a race.

    The caller has to roll back the transaction of a turn that lost: its reply is in it.
    """
    id = _INSERT_REPLY.run(conn, reply=reply).fetchone()[0]
    return insert_new(conn, journal, columns(row, before) | {"reply": id})


def columns(row: Row, before: LastTurn | None = None) -> dict[str, Any]:
    """The columns of a turn, all but its reply. Facts that `before`, the last turn, left unchanged are null."""
    facts = None if before is not None and before.facts == row.facts else row.facts
    return {
        "call": row.call,
        "turn": row.turn,
        "at": row.at.isoformat(),
        "story": row.root_flow,
        "steps": _encode(row.steps),
        "wait": _encode(row.wait),
        "facts": _encode(facts),
        "language": row.language,
        "slow": row.slow,
        "opening": _encode(row.opening),
        "release": row.release,
    }


def add_notice(conn: sa.Connection, call: str, kind: str, sequence: str, at: datetime, body: dict[str, Any]) -> bool:
    """Store a notice once by (call, kind, sequence). False: it is stored already."""
    values = {"call": call, "kind": kind, "sequence": sequence, "at": at.isoformat(), "body": _encode(body)}
    return insert_new(conn, notices, values)


def find_notice(conn: sa.Connection, call: str, kind: str, sequence: str) -> dict[str, Any] | None:
    """The body of a stored notice, or None."""
    body = _first_value(_NOTICE.run(conn, call=call, kind=kind, sequence=sequence))
    return msgspec.json.decode(body) if body else None


def insert_new(conn: sa.Connection, table: sa.Table, values: dict[str, Any]) -> bool:
    """INSERT … ON CONFLICT DO NOTHING. Whether the row was inserted."""
    return bool(_insert_or_ignore(conn.dialect.name, table, tuple(values)).run(conn, **values).rowcount == 1)


@cache
def _insert_or_ignore(dialect: str, table: sa.Table, columns: tuple[str, ...]) -> CompiledStatement:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    values: dict[str, Any] = {name: sa.bindparam(name) for name in columns}
    return CompiledStatement(insert(table).values(values).on_conflict_do_nothing())


def _first_value(cursor: Any) -> str | None:
    record = cursor.fetchone()
    return str(record[0]) if record and record[0] is not None else None


def _last_turn(
    facts: dict[str, Any], root_flow: str, wait: str, language: str, slow: int, release: str | None
) -> LastTurn:
    return LastTurn(root_flow, msgspec.json.decode(wait), facts, language, bool(slow), release)


def _row(before: Row | None, *record: Any) -> Row:
    """The row of `_ROW_COLUMNS`. Its facts are those of the row before, if they are null."""
    stored = dict(zip((column.name for column in _ROW_COLUMNS), record, strict=True))
    decoded = {name: msgspec.json.decode(stored[name]) for name in ("steps", "wait", "facts", "opening")}
    if decoded["facts"] is None:
        assert before is not None
        decoded["facts"] = before.facts
    return Row(
        call=stored["call"],
        turn=stored["turn"],
        at=datetime.fromisoformat(stored["at"]),
        root_flow=stored["story"],
        language=stored["language"],
        slow=bool(stored["slow"]),
        release=stored["release"],
        **decoded,
    )


def _decode_all(comma_joined: str) -> list[Any]:
    """JSON documents with a comma between them."""
    return msgspec.json.decode(f"[{comma_joined}]")  # type: ignore[no-any-return]


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()
