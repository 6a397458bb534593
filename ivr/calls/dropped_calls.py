"""Dropped calls: find one from this number, and return where it stopped to the same customer, verified again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from ivr.calls.report import outcome
from ivr.engine import journal
from ivr.engine.effects import World, read, write
from ivr.engine.secrets import ERASED
from ivr.storage.database import AnyRow
from ivr.wallet.verified import Verified

RECORDED_AS = "drops"
"""What journals call this module: a part of the names of its effects."""

OFFERED_FOR = timedelta(hours=24)
"""After the end of a call that broke off, the caller's next call may go on where it stopped."""
CALLS_SEARCHED = 10
"""How many calls of one number are searched, newest first."""
HANDED_OVER = ("transferred", "callback")
NOT_OFFERED_AGAIN = "settled"
"""The notice on a dropped call that it is not offered again."""


@dataclass(frozen=True)
class DoneAct:
    """An act that was done before the call dropped, and its reference if it has one."""

    act: str
    reference: str | None


@dataclass(frozen=True)
class ResumePoint:
    """Where a dropped call stopped: the acts that were done, or else the answers that led to the open question."""

    done: list[DoneAct]
    path: list[list[Any]]


@read
def dropped_call(world: World, caller_mark: str | None, wallet: str) -> str | None:
    """The latest call from this number to this wallet with a verified caller, if it dropped within a day.

    Calls without a verified caller are skipped: on a bad line they are attempts to call again. A call that is still
    going on ends the search.
    """
    if caller_mark is None:
        return None
    calls = journal.calls.c
    mine = (calls.caller_mark == caller_mark) & (calls.wallet == wallet) & (calls.call != world.call)
    latest = world.conn.execute(
        sa.select(journal.calls).where(mine).order_by(calls.started.desc()).limit(CALLS_SEARCHED)
    )
    for _, together in groupby(latest, key=lambda call: call.started):  # equal times have no order
        known = list(together)
        for call in known:
            if _ended_within_limit(call, world.now) and _can_be_resumed(world.conn, call):
                return str(call.call)
        if not all(_is_passed_over(world.conn, call) for call in known):
            return None
    return None


@write
def settle(world: World, dropped: str) -> None:
    """Do not offer this dropped call again: the caller has resumed it or started anew."""
    journal.add_notice(world.conn, dropped, NOT_OFFERED_AGAIN, "", world.now, {"by": world.call})


@read
def what_was_left(world: World, dropped: str, customer: Verified) -> ResumePoint | None:
    """Where that call stopped; None for everybody but the customer who was verified in it."""
    rows = journal.rows(world.conn, dropped)
    wait = (rows[-1].wait if rows else None) or {}
    known = rows[-1].facts.get("customer") if rows else None
    if not known or (known["id"], known["wallet"]) != (customer.id, customer.wallet):
        return None
    return ResumePoint([DoneAct(*one) for one in wait.get("done", ())], wait.get("path", []))


def _ended_within_limit(call: AnyRow, now: datetime) -> bool:
    return bool(call.ended) and now - datetime.fromisoformat(call.ended) <= OFFERED_FOR


def _is_passed_over(conn: sa.Connection, call: AnyRow) -> bool:
    """Whether the search skips this call: it is over, nobody was verified in it, and it was not handed over."""
    if not call.ended:
        return False
    rows = journal.rows(conn, call.call)
    facts = rows[-1].facts if rows else {}
    return "customer" not in facts and outcome(conn, call.call, facts, call.ended) not in HANDED_OVER


def _can_be_resumed(conn: sa.Connection, call: AnyRow) -> bool:
    if call.key_sealed == ERASED or journal.find_notice(conn, call.call, NOT_OFFERED_AGAIN, ""):
        return False
    rows = journal.rows(conn, call.call)
    if not rows or rows[-1].root_flow != "main":
        return False
    facts, wait = rows[-1].facts, rows[-1].wait or {}
    unfinished = "done" in wait or "path" in wait
    return "customer" in facts and unfinished and outcome(conn, call.call, facts, call.ended) not in HANDED_OVER
