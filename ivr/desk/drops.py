"""Calls that broke off in the middle: whether there was one, and, for the same customer verified again, where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ivr.desk.identity import Verified
from ivr.desk.report import outcome
from ivr.engine import journal
from ivr.engine.effects import World, read, write
from ivr.engine.secrets import ERASED

OFFERED_FOR = timedelta(hours=24)
HANDED_OVER = ("transferred", "callback")
SETTLED = "settled"
"""The notice beside a call that broke off: it is offered no more."""


@dataclass(frozen=True)
class Done:
    """Something that was done before the call broke off; some things have a reference."""

    act: str
    reference: str | None


@dataclass(frozen=True)
class Left:
    """What was done already, or else the plain answers that led to where the caller stood."""

    done: list[Done]
    path: list[list[Any]]


@read
def dropped_call(world: World, caller_mark: str | None, wallet: str) -> str | None:
    """The latest call from this number to this wallet, if it broke off within a day while a verified customer was at something."""
    if caller_mark is None:
        return None
    calls = journal.calls.c
    mine = (calls.caller_mark == caller_mark) & (calls.wallet == wallet) & (calls.call != world.call)
    newest = sa.select(sa.func.max(calls.started)).where(mine).scalar_subquery()
    since = (world.now - OFFERED_FOR).isoformat()
    found = world.conn.execute(sa.select(journal.calls).where(mine, calls.started == newest, calls.ended >= since))
    return next((call.call for call in found if _is_open(world.conn, call)), None)


@write
def settle(world: World, dropped: str) -> None:
    """The caller went on, or wanted to start anew: that call is offered no more."""
    journal.note(world.conn, dropped, SETTLED, "", world.now, {"by": world.call})


@read
def what_was_left(world: World, dropped: str, customer: Verified) -> Left | None:
    """Where that call stood; None for anybody but the customer whom it had verified."""
    rows = journal.rows(world.conn, dropped)
    wait = (rows[-1].wait if rows else None) or {}
    known = rows[-1].facts.get("customer") if rows else None
    if not known or (known["id"], known["wallet"]) != (customer.id, customer.wallet):
        return None
    return Left([Done(*one) for one in wait.get("done", ())], wait.get("path", []))


def _is_open(conn: sa.Connection, call: sa.Row) -> bool:
    if call.key_sealed == ERASED or journal.noted(conn, call.call, SETTLED, ""):
        return False
    rows = journal.rows(conn, call.call)
    if not rows or rows[-1].story != "main":
        return False
    facts, wait = rows[-1].facts, rows[-1].wait or {}
    unfinished = "done" in wait or "path" in wait
    return "customer" in facts and unfinished and outcome(conn, call.call, facts, call.ended) not in HANDED_OVER
