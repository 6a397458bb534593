"""Calls as a person may see them: those of today, those that a search finds, and one by its CallSid.

Every function takes the person, and asks for calls of their wallets only. An agent sees the calls that they took
today: those that they claimed in the queue, or that were accepted on the number of their address; and those whose
callback they accepted today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.calls.report import call_report
from ivr.engine import journal
from ivr.engine.journal import Row, calls
from ivr.follow_up.outbox import stamp
from ivr.handover.agents import duty
from ivr.handover.whisper import TOPICS
from ivr.identity.tables import attempts
from ivr.queue.tables import agent_offers, queue_entries
from ivr.staff import acts
from ivr.staff.acts import Act
from ivr.staff.people import Person
from ivr.staff.scope import Scope
from ivr.storage.database import AnyRow, AnySelect
from ivr.wallet import directory
from ivr.wallet.directory import UnknownWallet
from ivr.wallet.tables import wallets

CALLS_A_PAGE = 50
"""Calls on a page of the list, and at most in the result of a search."""
AGENT = "agent"
"""The name of the wait for an agent's leg; `duty` names the agents who are rung one after the other."""


@dataclass(frozen=True)
class ListedCall:
    """A call on a list; the caller by the last digits of the number."""

    call: str
    at: datetime
    zone: str
    wallet: dict[str, str]
    caller: str | None
    topic: str | None
    reason: str | None
    outcome: str
    level: str
    language: str
    urgent: bool
    acts: tuple[Act, ...] = ()
    """What agents did in it for the customer of the card that lists it."""


def today(conn: sa.Connection, person: Person, now: datetime, page: int = 1) -> tuple[list[ListedCall], bool]:
    """One page of the calls of today in each wallet's time zone, the newest first; and whether there are more."""
    every = _newest(conn, person, now - timedelta(days=2), most=(page + 1) * 10 * CALLS_A_PAGE)
    of_today = (one for one in every if is_of_today(conn, one, now) or _rang_back(conn, person, one, now))
    listed = _listed(conn, _own(conn, person, of_today))
    found = list(islice(listed, (page - 1) * CALLS_A_PAGE, page * CALLS_A_PAGE + 1))
    return found[:CALLS_A_PAGE], len(found) > CALLS_A_PAGE


def with_tail(conn: sa.Connection, person: Person, tail: str, since: datetime, now: datetime) -> list[ListedCall]:
    """The calls since that time from numbers that end in these four digits."""
    told = journal.journal.c.facts.contains(f'"caller_tail":"{tail}"', autoescape=True)
    rows = sa.exists().where(journal.journal.c.call == calls.c.call, told)
    return _found(conn, person, _newest(conn, person, since, rows), now)


def from_number(conn: sa.Connection, person: Person, marks: Iterable[str], now: datetime) -> list[ListedCall]:
    """The calls from numbers with these keyed hashes, however old."""
    return _found(conn, person, _newest(conn, person, None, calls.c.caller_mark.in_(list(marks))), now)


def find(conn: sa.Connection, person: Person, call: str, now: datetime) -> AnyRow | None:
    """The row of a call that this person may see; None for any other."""
    query = sa.select(calls).where(calls.c.call == call, person.scope.covers(calls.c.wallet))
    row = conn.execute(query).first()
    if row is None or person.may("calls"):
        return row
    mine = _rang_back(conn, person, row, now) or (is_of_today(conn, row, now) and _took(conn, person, call))
    return row if mine and person.may("own-calls") else None


def earlier(conn: sa.Connection, scope: Scope, row: AnyRow, customer: str | None, most: int = 5) -> list[ListedCall]:
    """The last calls of the same wallet before this one, from the same number or by the same verified customer; with
    what agents did in them for this customer, and not for others who share the number."""
    same = [calls.c.caller_mark == row.caller_mark] if row.caller_mark else []
    if customer:
        proved = (attempts.c.account == customer) & (attempts.c.wallet == row.wallet) & attempts.c.ok
        same.append(calls.c.call.in_(sa.select(attempts.c.call).where(proved)))
    before = (calls.c.wallet == row.wallet) & scope.covers(calls.c.wallet) & (calls.c.started < row.started)
    query = sa.select(calls).where(before, sa.or_(sa.false(), *same)).order_by(calls.c.started.desc())
    return [
        replace(one, acts=tuple(act for act in _done(conn, one.call) if customer and act.customer in (customer, None)))
        for one in _listed(conn, conn.execute(query.limit(most)).all())
    ]


def _done(conn: sa.Connection, call: str) -> list[Act]:
    return [one for one in acts.of_call(conn, call) if one.status == acts.DONE]


def zone_of(conn: sa.Connection, wallet: str | None) -> str:
    """The time zone of a wallet; UTC for one that is not there any more."""
    try:
        return directory.by_id(conn, wallet or "").timezone
    except UnknownWallet:
        return "UTC"


def midnight(conn: sa.Connection, wallet: str, now: datetime) -> datetime:
    """When this day began, by the clock of a wallet."""
    return now.astimezone(ZoneInfo(zone_of(conn, wallet))).replace(hour=0, minute=0, second=0, microsecond=0)


def name_of(conn: sa.Connection, wallet: str | None) -> dict[str, str]:
    """The name of a wallet in both languages; its id for one that is not there any more."""
    try:
        return dict(directory.by_id(conn, wallet or "").name)
    except UnknownWallet:
        return dict.fromkeys(("zh", "en"), wallet or "")


def known_wallets(conn: sa.Connection, scope: Scope) -> dict[str, dict[str, str]]:
    """The wallets of a scope, by id, with their names."""
    ids = conn.scalars(sa.select(wallets.c.id).where(scope.covers(wallets.c.id)).order_by(wallets.c.id))
    return {one: name_of(conn, one) for one in ids.all()}


def countries(conn: sa.Connection, scope: Scope) -> set[str]:
    """The countries in which the wallets of a scope read numbers without a country code."""
    return {directory.by_id(conn, one).country for one in known_wallets(conn, scope)}


def is_of_today(conn: sa.Connection, row: AnyRow, now: datetime) -> bool:
    """Whether the call began on this day of its wallet."""
    zone = ZoneInfo(zone_of(conn, row.wallet))
    return bool(datetime.fromisoformat(row.started).astimezone(zone).date() == now.astimezone(zone).date())


def topic_of(path: list[str]) -> str | None:
    """What the caller chose last that is a topic of the main menu."""
    return next((step for step in reversed(path) if step in TOPICS), None)


def _newest(
    conn: sa.Connection,
    person: Person,
    since: datetime | None,
    *which: sa.ColumnElement[bool],
    most: int = 10 * CALLS_A_PAGE,
) -> list[AnyRow]:
    query: AnySelect = sa.select(calls).where(person.scope.covers(calls.c.wallet), calls.c.started.is_not(None), *which)
    if since is not None:  # the day alone: the offsets of stored times may differ
        query = query.where((calls.c.started >= since.date().isoformat()) | _called_back(person, since))
    if not person.may("calls"):
        query = query.where(_accepted() | _claimed(calls.c.call, person) | _called_back(person, since))
    return list(conn.execute(query.order_by(calls.c.started.desc(), calls.c.call).limit(most)))


def _accepted() -> sa.ColumnElement[bool]:
    """That an agent accepted the call."""
    whispers = (journal.notices.c.call == calls.c.call) & (journal.notices.c.kind == "whisper")
    by_number = sa.exists().where(whispers, journal.notices.c.body.contains('"accepted"'))
    return by_number | sa.exists().where(queue_entries.c.call == calls.c.call, queue_entries.c.staff.is_not(None))


def _claimed(call: sa.ColumnElement[str], person: Person) -> sa.ColumnElement[bool]:
    """That the person claimed the caller in the queue."""
    return sa.exists().where(queue_entries.c.call == call, queue_entries.c.staff == person.id)


def _called_back(person: Person, since: datetime | None) -> sa.ColumnElement[bool]:
    """That the person accepted the callback that was promised in the call."""
    times = desk_agents.accepted_by(calls.c.call, person.id)
    found: sa.ColumnElement[bool] = sa.exists(times.where(agent_offers.c.at >= stamp(since)) if since else times)
    return found


def _rang_back(conn: sa.Connection, person: Person, row: AnyRow, now: datetime) -> bool:
    """Whether the person accepted the callback of this call on this day of the wallet."""
    zone = ZoneInfo(zone_of(conn, row.wallet))
    today = now.astimezone(zone).date()
    times = conn.scalars(desk_agents.accepted_by(row.call, person.id)).all()
    return any(datetime.fromisoformat(at).astimezone(zone).date() == today for at in times)


def _found(conn: sa.Connection, person: Person, found: list[AnyRow], now: datetime) -> list[ListedCall]:
    if not person.may("calls"):
        found = [one for one in found if is_of_today(conn, one, now)]
    return list(islice(_listed(conn, _own(conn, person, found)), CALLS_A_PAGE))


def _own(conn: sa.Connection, person: Person, found: Iterable[AnyRow]) -> Iterator[AnyRow]:
    """Those of the calls that the person may see."""
    return (one for one in found if person.may("calls") or (person.may("own-calls") and _took(conn, person, one.call)))


def _took(conn: sa.Connection, person: Person, call: str) -> bool:
    if conn.scalar(sa.select(_claimed(sa.literal(call), person))):
        return True
    if conn.scalar(desk_agents.accepted_by(call, person.id).limit(1)):
        return True
    number = _rung_when_accepted(journal.rows(conn, call))
    return number is not None and number == person.address.rpartition("/")[2]


def _rung_when_accepted(rows: list[Row]) -> str | None:
    """The number of the agent who took the call, or is hearing the whisper now; None if nobody was rung."""
    numbers: list[str] = []
    steps = [step for row in rows for step in row.steps]
    for step in steps:
        if step[:3] == ["did", duty.name, "ok"]:
            numbers = list(step[3]["numbers"])
        elif step[:2] == ["answer", AGENT] and numbers:
            rung = numbers.pop(0)
            if step[3] == "accepted":
                return rung
    waits = rows[-1].wait if rows else None
    return numbers[0] if numbers and waits and waits["kind"] == "Dial" else None


def _listed(conn: sa.Connection, found: Iterable[AnyRow]) -> Iterator[ListedCall]:
    """Without those that nobody answered."""
    for row in found:
        report = call_report(conn, row.call)
        if report is not None:
            yield _line(conn, row, report)


def _line(conn: sa.Connection, row: AnyRow, report: dict[str, Any]) -> ListedCall:
    summary = report["summary"] or {}
    return ListedCall(
        call=row.call,
        at=datetime.fromisoformat(row.started),
        zone=zone_of(conn, row.wallet),
        wallet=name_of(conn, row.wallet),
        caller=summary.get("caller"),
        topic=topic_of(summary.get("path", [])),
        reason=summary.get("reason"),
        outcome=report["outcome"] or ("over" if row.ended else "going-on"),
        level=report["level"],
        language=report["language"],
        urgent=summary.get("priority") == "high",
    )
