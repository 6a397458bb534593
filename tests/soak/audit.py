"""After the kills: whatever was told as done is there once, at the bank, with us, as a text, at the CRM; and nothing
else is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks
from ivr.cases.tables import cases, consents, disputes, freezes
from ivr.demo.tables import records
from ivr.engine.journal import journal
from ivr.follow_up.deliveries import SUMMARY
from ivr.follow_up.tables import deliveries, messages
from ivr.identity.tables import challenges
from ivr.simulator.twiml.speech import plain
from ivr.speech.catalogue import words
from ivr.storage.database import begin_read
from tests.soak.playing import Told

AT_THE_BANK = ("freeze", "dispute", "consent")
CASES = ("unknown", "security", "reward")
OPENED = {"dispute": ("dispute-filed",), **dict.fromkeys(CASES, ("case-opened", "case-known"))}


class Books:
    """What every side has written down, read once."""

    def __init__(self, line: sa.Engine, bank: sa.Engine, texts: list[dict[str, str]], crm: Any) -> None:
        tables = (freezes, disputes, cases, consents, callbacks, callback_queue, messages, deliveries, challenges)
        with begin_read(line) as conn:
            self.ours = {table.name: conn.execute(sa.select(table)).all() for table in tables}
            self.turns = conn.execute(
                sa.select(journal.c.call, journal.c.turn, journal.c.story, journal.c.opening)
            ).all()
        with begin_read(bank) as conn:
            rows = conn.execute(sa.select(records).where(records.c.kind.in_(("act", "dispute")))).all()
        self.acts = Counter((json.loads(row.document)["operation"], row.customer) for row in rows if row.kind == "act")
        self.disputed = Counter(row.customer for row in rows if row.kind == "dispute")
        self.texts, self.crm = texts, crm

    def kept(self, kind: str, number: int) -> list[Any]:
        """Our own rows of this kind for this customer."""
        table = {"freeze": "freezes", "dispute": "disputes", "consent": "consents"}.get(kind, "cases")
        return [
            row
            for row in self.ours[table]
            if row.customer == f"haiyun:S{number}" and (table != "cases" or row.kind == kind)
        ]


def faults(told: list[Told], books: Books) -> Iterator[str]:
    """Every loss and every double, as a sentence."""
    for one in told:
        if one.kind == "callback":
            yield from _callback(one, books)
        elif one.kind != "nothing":
            yield from _record(one, books)
    yield from _nothing_else(told, books)
    yield from _texts(books)
    yield from _deliveries(books)
    yield from _journal(books)


def _record(one: Told, books: Books) -> Iterator[str]:
    who = f"{one.kind} of S{one.number} ({one.ended}, {one.sid})"
    here = books.kept(one.kind, one.number)
    least = 1 if one.confirmed else 0
    most = 1 if one.yes else 0
    if not least <= len(here) <= most:
        yield f"{who}: {len(here)} with us, {least} to {most} are right"
    if one.kind in AT_THE_BANK:
        there = books.acts[one.kind, f"S{one.number}"]
        if not max(least, len(here)) <= there <= most:
            yield f"{who}: {there} at the bank, {len(here)} with us"
        if one.kind == "dispute" and books.disputed[f"S{one.number}"] != there:
            yield f"{who}: {books.disputed[f'S{one.number}']} disputes at the bank for {there} writes"
    if one.confirmed and here and one.kind in OPENED and not _said(one, here[0].reference):
        yield f"{who}: another reference was told than {here[0].reference}"


def _said(one: Told, reference: str) -> bool:
    said = (words().render(one.lang, each, {"reference": reference}, today=date.min) for each in OPENED[one.kind])
    return any(plain(each).replace(" ", "") in plain(one.words).replace(" ", "") for each in said)


def _callback(one: Told, books: Books) -> Iterator[str]:
    here = [row for row in books.ours["callbacks"] if row.call == one.sid and row.status == "requested"]
    least, most = int(one.confirmed), int(one.yes)
    promised = [row for row in books.ours["rings"] if row.id in {one.id for one in here}]
    if not least <= len(here) <= most or len(promised) != len(here):
        yield f"callback in {one.sid} ({one.ended}): {len(here)} promised, {len(promised)} to be rung"


def _nothing_else(told: list[Told], books: Books) -> Iterator[str]:
    """Rows of customers who said no yes to such a thing; callbacks that nobody asked for, or two for one call."""
    agreed = {(one.kind, one.number) for one in told if one.yes}
    mine = {f"haiyun:S{number}": number for _, number in agreed}
    for table, kind in (("freezes", "freeze"), ("disputes", "dispute"), ("consents", "consent"), ("cases", None)):
        for row in books.ours[table]:
            if (kind or row.kind, mine.get(row.customer)) not in agreed:
                yield f"{table} holds one of {row.customer} to which nobody said yes"
    for kind, customer in books.acts:
        if (kind, int(customer[1:])) not in agreed:
            yield f"the bank holds a {kind} of {customer} to which nobody said yes"
    asked = {one.sid for one in told if one.yes and one.kind == "callback"}
    # for a caller who was offered one and gave no answer that it understood, the line leaves a callback
    led_away = {one.sid for one in told if one.ended == "led away"}
    promised = Counter(row.call for row in books.ours["callbacks"] if row.status == "requested")
    for call, number in promised.items():
        if call not in asked | led_away:
            yield f"a callback is promised in {call}, which did not ask for one"
        elif number > 1:
            yield f"{number} callbacks are promised in {call}"


def _texts(books: Books) -> Iterator[str]:
    """One for each freeze, case, dispute and code; each sent once."""
    promised = Counter(row.id.partition(":")[0] for row in books.ours["messages"])
    owed = {"freeze": "freezes", "case": "cases", "dispute": "disputes", "code": "challenges"}
    for kind, table in owed.items():
        if promised[kind] != len(books.ours[table]):
            yield f"{promised[kind]} texts are promised for {len(books.ours[table])} rows of {table}"
    words = [row for row in books.ours["messages"] if not row.id.startswith("declined:")]
    lost = sum(bool(text["error_message"]) for text in books.texts)  # status callbacks that reached nobody
    if len([row for row in words if row.status == "sent"]) <= lost:
        words = [row for row in words if row.status != "sent"]
    yield from (
        f"the text {row.id} is {row.status} after {row.tries} tries" for row in words if row.status != "delivered"
    )
    warned = list(_warned(books))
    yield from (
        f"the text {row.id} is {row.status}, and the account was frozen" for row in warned if _is_frozen(row, books)
    )
    for (to, body), sent in Counter((text["to"], text["body"]) for text in books.texts).items():
        if sent != 1:
            yield f"{to} got {sent} times: {body}"
    if len(books.texts) != len(words) + len(warned):
        yield f"{len(books.texts)} texts were sent for {len(words) + len(warned)} that were promised"


def _warned(books: Books) -> Iterator[sa.Row]:
    """Texts to owners about a right proof after which nothing was frozen; the rest waits its ten minutes, or was not
    needed.
    """
    return (row for row in books.ours["messages"] if row.id.startswith("declined:") and row.status == "delivered")


def _is_frozen(warning: sa.Row, books: Books) -> bool:
    """Whether the account was frozen in the call that the text is about."""
    return warning.id.split(":")[1] in {row.call for row in books.ours["freezes"]}


def _deliveries(books: Books) -> Iterator[str]:
    """Each case and dispute is with the CRM, once by its key, with one body; and so is every summary that was
    promised.
    """
    rows = {row.id: row.status for row in books.ours["deliveries"]}
    wanted = {f"{row.reference}:case.opened" for name in ("cases", "disputes") for row in books.ours[name]}
    wanted |= {key for key in rows if f":{SUMMARY}:" in key}
    for key in wanted ^ set(rows):
        yield f"{key} is promised to the CRM or opened, not both"
    for key in wanted ^ set(books.crm.taken):
        yield f"{key} is with the CRM or opened, not both"
    for key, status in rows.items():
        if status != "delivered":
            yield f"the delivery {key} is {status}"
    bodies = Counter(key for key, _ in set(books.crm.requests))
    yield from (f"{key} was delivered with {count} bodies" for key, count in bodies.items() if count > 1)


def _journal(books: Books) -> Iterator[str]:
    """No gap, no second first turn, no bug."""
    calls: dict[str, list[int]] = {}
    for row in books.turns:
        calls.setdefault(row.call, []).append(row.turn)
        failure = (json.loads(row.opening) or {}).get("failure") if row.opening else None
        if row.story == "rescue" and failure:
            yield f"turn {row.turn} of {row.call} failed: {failure['type']} at {failure['at']}"
    for call, turns in calls.items():
        if sorted(turns) != list(range(len(turns))):
            yield f"the turns of {call} are {sorted(turns)}"
