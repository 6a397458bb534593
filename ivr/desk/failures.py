"""What has failed for a supervisor's wallets, or is left for people to do: texts of today that did not arrive, events
that the CRM did not take, callbacks to be rung by hand, and promises that are overdue.

A text's row holds ids and the last digits of the number, so its wallet is that of the call or case that its id names.
A text that was not needed any more, or for which there was nobody to send it to, has not failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks
from ivr.cases.overdue import CASE_TABLES
from ivr.cases.stages import OPEN
from ivr.cases.tables import overdue
from ivr.desk import calls as seen
from ivr.engine.journal import calls
from ivr.follow_up import messages as texts
from ivr.follow_up.deliveries import send_again
from ivr.follow_up.messages import CODE, FAILED
from ivr.follow_up.tables import deliveries, messages
from ivr.staff import audit
from ivr.staff.people import Person
from ivr.staff.scope import Scope
from ivr.storage.database import AnyRow

MOST = 100
"""Rows of a list; the page says how many there are."""
AT_ONCE = 1000
"""Texts whose ids are looked up together."""
CARRIER_ERRORS = (21211, 21408, 21610, 21612, 21614, 30003, 30004, 30005, 30006, 30007, 30008, 30034)
"""Twilio's codes that the page says in words; any other is shown as its number."""


@dataclass(frozen=True)
class FailedText:
    """A text that did not arrive: its kind, when it was promised, why it failed, the call or case it is about, and the
    last digits of where it went."""

    id: str
    kind: str
    at: datetime
    status: str
    error: int | None
    about: str
    is_case: bool
    wallet: str
    to: str | None

    @property
    def may_be_sent_again(self) -> bool:
        """Whether it is of use later: a one-time code is not."""
        return self.kind != CODE


@dataclass(frozen=True)
class Left:
    """All of it, each list with its whole number."""

    texts: tuple[FailedText, ...]
    texts_in_all: int
    events: tuple[AnyRow, ...]
    events_in_all: int
    callbacks: tuple[AnyRow, ...]
    callbacks_in_all: int
    promises: tuple[AnyRow, ...]
    promises_in_all: int


def left(conn: sa.Connection, scope: Scope, now: datetime) -> Left:
    """What has failed or is left, of these wallets; `now` is business time."""
    failed = sorted(failed_texts(conn, scope, now), key=lambda one: one.at, reverse=True)
    return Left(
        tuple(failed[:MOST]),
        len(failed),
        *_listed(conn, _dead(scope), deliveries.c.at.desc(), deliveries.c.id),
        *_listed(conn, by_hand(scope), callbacks.c.slot, callbacks.c.id),
        *_listed(conn, late(scope), sa.text("due"), sa.text("reference")),
    )


def failed_texts(conn: sa.Connection, scope: Scope, now: datetime) -> Iterator[FailedText]:
    """The texts of today, by the clock of their wallet, that did not arrive."""
    begin = {wallet: seen.midnight(conn, wallet, now) for wallet in sorted(scope.wallets)}
    if not begin:
        return
    since = (min(begin.values()).astimezone(UTC) - timedelta(days=1)).date().isoformat()  # `at` may be of any zone
    here = messages.c.status.in_(FAILED) & (messages.c.at >= since)
    rows = conn.execute(sa.select(messages).where(here).order_by(messages.c.id)).all()
    for start in range(0, len(rows), AT_ONCE):
        for one in _of_scope(conn, rows[start : start + AT_ONCE], scope):
            if one.at >= begin[one.wallet]:
                yield one


def by_hand(scope: Scope) -> sa.Select[tuple[object, ...]]:
    """The callbacks that people have to ring."""
    joined = sa.join(callbacks, callback_queue, callback_queue.c.id == callbacks.c.id)
    names = ("id", "call", "wallet", "number_mask", "slot", "at")
    mine = scope.covers(callbacks.c.wallet) & (callback_queue.c.status == "by-hand")
    return sa.select(*(callbacks.c[name] for name in names)).select_from(joined).where(mine)


def late(scope: Scope) -> sa.CompoundSelect[tuple[object, ...]]:
    """Open cases and disputes whose promised date has passed."""
    names = ("reference", "wallet", "kind", "status")
    return sa.union_all(
        *(
            sa.select(*(table.c[name].label(name) for name in names), overdue.c.due.label("due"))
            .join(overdue, overdue.c.reference == table.c.reference)
            .where(scope.covers(table.c.wallet), table.c.status.in_(OPEN))
            for table in CASE_TABLES
        )
    )


def count(conn: sa.Connection, query: sa.Select[tuple[object, ...]] | sa.CompoundSelect[tuple[object, ...]]) -> int:
    """How many rows a query has."""
    return int(conn.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0)


def dead_events(conn: sa.Connection, scope: Scope) -> int:
    """How many events the CRM did not take."""
    return count(conn, _dead(scope))


def send_event_again(conn: sa.Connection, scope: Scope, delivery: str, person: Person, at: datetime) -> bool:
    """Make an event that was given up due again, once, with its row in the audit log; False when there is none."""
    here = (deliveries.c.id == delivery) & scope.covers(deliveries.c.wallet)
    row = conn.execute(sa.select(deliveries.c.status, deliveries.c.wallet).where(here).with_for_update()).first()
    if row is None:
        return False
    if row.status == "dead":
        send_again(conn, delivery)
        audit.record(conn, person.id, "event-sent-again", delivery, at, row.wallet)
    return True


def send_text_again(conn: sa.Connection, scope: Scope, message: str, person: Person, at: datetime) -> bool:
    """Make a text that failed due again, once, with its row in the audit log; False when there is none."""
    rows = conn.execute(sa.select(messages).where(messages.c.id == message).with_for_update()).all()
    one = next(_of_scope(conn, rows, scope), None)
    if one is None or not one.may_be_sent_again:
        return False
    if texts.send_again(conn, message):
        audit.record(conn, person.id, "text-sent-again", one.about, at, one.wallet, text=one.kind)
    return True


def _dead(scope: Scope) -> sa.Select[tuple[object, ...]]:
    names = ("id", "at", "wallet", "tries", "answer")
    mine = (deliveries.c.status == "dead") & scope.covers(deliveries.c.wallet)
    return sa.select(*(deliveries.c[name] for name in names)).where(mine)


def _listed(
    conn: sa.Connection,
    query: sa.Select[tuple[object, ...]] | sa.CompoundSelect[tuple[object, ...]],
    *order: sa.ColumnElement[object] | sa.TextClause,
) -> tuple[tuple[AnyRow, ...], int]:
    """The first rows of a list, and how many there are."""
    return tuple(conn.execute(query.order_by(*order).limit(MOST))), count(conn, query)


def _of_scope(conn: sa.Connection, rows: Iterable[AnyRow], scope: Scope) -> Iterator[FailedText]:
    """Those of the texts whose call or case is of these wallets."""
    named = [(row, *row.id.split(":")[:2]) for row in rows if ":" in row.id]
    abouts = sorted({about for _, _, about in named})
    of_calls = _calls(conn, scope, abouts)
    of_cases = _cases(conn, scope, abouts)
    for row, kind, about in named:
        wallet = of_calls.get(about) or of_cases.get(about)
        if wallet is not None:
            at = datetime.fromisoformat(row.at)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            yield FailedText(row.id, kind, at, row.status, row.error, about, about in of_cases, wallet, row.number_mask)


def _calls(conn: sa.Connection, scope: Scope, ids: list[str]) -> dict[str, str]:
    mine = calls.c.call.in_(ids) & scope.covers(calls.c.wallet)
    return {row.call: row.wallet for row in conn.execute(sa.select(calls.c.call, calls.c.wallet).where(mine))}


def _cases(conn: sa.Connection, scope: Scope, references: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in CASE_TABLES:
        mine = table.c.reference.in_(references) & scope.covers(table.c.wallet)
        found |= {row.reference: row.wallet for row in conn.execute(sa.select(table).where(mine))}
    return found
