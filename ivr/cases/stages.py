"""Stages of cases and disputes: looked up by reference, and set by the people who work on a case.

The wallet holds the stage of a dispute. The line holds the stage of a case, which people set with `flask cases stage`.

A caller with a reference hears the stage without any proof. So unknown references are counted per call, per caller's
number, for hidden numbers and per wallet: above a limit, right and wrong references sound alike, and only the verified
owner hears the stage. A reference with a wrong check digit is a typing error and is not counted; every real one fits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

import sqlalchemy as sa

from ivr.cases.tables import cases, disputes
from ivr.config.logs import logger
from ivr.engine.effects import World, touch, write
from ivr.engine.errors import Unavailable
from ivr.identity import guessing
from ivr.identity.guessing import HOUR, REFERENCE, WINDOW, utc
from ivr.identity.tables import attempts
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.wallet.client import wallet_client
from ivr.wallet.references import is_valid
from ivr.wallet.types import Dispute, Wallet
from ivr.wallet.verified import Verified

OPEN = ("received", "in-review")
"""Stages in which the customer still waits for the result."""
STAGES = (*OPEN, "done")
Verdict = Literal["decided-refund", "decided-rejected", "refunded"]
VERDICTS: dict[str, Verdict] = {name: name for name in get_args(Verdict)}
WALLET_SECONDS = 10.0  # nobody waits on the line for this
MISSES_A_CALL, MISSES_A_CALLER, MISSES_OF_HIDDEN, MISSES_A_WALLET = 4, 10, 60, 300
"""Limits of unknown references: in a call; in 24 hours; the last two in an hour."""


@dataclass(frozen=True)
class Stage:
    """What callers may hear without verification: the stage, and the due date while it is open.

    `decided`: a dispute that has a verdict; `provisional`: the date depends on holidays that are not announced yet.
    """

    stage: str
    due: str | None
    decided: bool = False
    provisional: bool = False


@touch
def stage_of(world: World, wallet: str, reference: str) -> Stage | None:
    """The stage of a case or dispute of this wallet, or None."""
    return _stage(world, wallet, reference, None)


@touch
def own_stage_of(world: World, customer: Verified, reference: str) -> Stage | None:
    """The stage of a case or dispute of this customer, or None."""
    return _stage(world, customer.wallet, reference, customer.id)


@write
def may_be_told(world: World, wallet: str, reference: str, found: bool, caller: str | None) -> bool:
    """Whether the result is told without proof; an unknown reference is counted."""
    guessing.lock_counters(world.conn, f"references:{wallet}")
    alone = _misses(world, WINDOW, caller=caller) if caller else _misses(world, HOUR, wallet=wallet, caller=None)
    everybody = _misses(world, HOUR, wallet=wallet)
    if everybody >= MISSES_A_WALLET:
        logger("desk").error("many unknown references", wallet=wallet, within=str(HOUR))
    told = alone < (MISSES_A_CALLER if caller else MISSES_OF_HIDDEN) and everybody < MISSES_A_WALLET
    told = told and _misses(world, WINDOW, call=world.call) < MISSES_A_CALL
    if not found and is_valid(reference):
        row = {"id": world.key, "wallet": wallet, "caller": caller, "call": world.call, "factor": REFERENCE}
        world.conn.execute(sa.insert(attempts).values(**row, at=utc(world.now), ok=False))
    return told


@touch
def verdict_of(world: World, customer: Verified, reference: str) -> Verdict | None:
    """The verdict on a dispute of this customer; None if it is undecided or belongs to somebody else."""
    with begin_read(world.runtime.engine) as conn:
        kept = _kept(conn, disputes, customer.wallet, reference)
    if kept is None or kept.customer != customer.id:
        return None
    one = _find_at_wallet(wallet_client(world), kept, world.deadline)
    return VERDICTS.get(one.status if one else kept.status)


def set_stage(conn: sa.Connection, reference: str, stage: str) -> str | None:
    """Set the stage of a case; returns the stage before, or None when there is no such case."""
    here = cases.c.reference == reference
    was = conn.scalar(sa.select(cases.c.status).where(here))
    if was is not None:
        conn.execute(sa.update(cases).where(here).values(status=stage))
    return was


def look_again(engine: sa.Engine, wallet: Wallet, reference: str) -> None:
    """Copy the status of a dispute from the wallet; raises Unavailable."""
    with begin_read(engine) as conn:
        kept = conn.execute(sa.select(disputes).where(disputes.c.reference == reference)).first()
    if kept is None:
        return
    one = _find_at_wallet(wallet, kept, time.monotonic() + WALLET_SECONDS)
    if one is not None and one.status != kept.status:
        with begin_write(engine) as conn:
            conn.execute(sa.update(disputes).where(disputes.c.reference == reference).values(status=one.status))


def _stage(world: World, wallet: str, reference: str, customer: str | None) -> Stage | None:
    with begin_read(world.runtime.engine) as conn:
        found = {table.name: _kept(conn, table, wallet, reference) for table in (cases, disputes)}
    kept = found["cases"] or found["disputes"]
    if kept is None or customer not in (None, kept.customer):
        return None
    one = _wallet_answer(wallet_client(world), kept, world.deadline) if found["disputes"] else None
    status, due = one.status if one else kept.status, one.due.isoformat() if one and one.due else kept.due
    stage = status if status in OPEN else "done"
    uncertain = bool(kept.due_provisional) and not (one and one.due)
    return Stage(stage, due if stage != "done" else None, bool(found["disputes"]) and stage == "done", uncertain)


def _misses(world: World, within: timedelta, **of: str | None) -> int:
    same = [attempts.c[name] == value for name, value in of.items()]
    lately = (attempts.c.factor == REFERENCE) & (attempts.c.at >= utc(world.now - within))
    return world.conn.scalar(sa.select(sa.func.count()).where(lately, *same)) or 0


def _kept(conn: sa.Connection, table: sa.Table, wallet: str, reference: str) -> AnyRow | None:
    here = (table.c.reference == reference) & (table.c.wallet == wallet)
    return conn.execute(sa.select(table).where(here)).first()


def _wallet_answer(wallet: Wallet, kept: AnyRow, deadline: float) -> Dispute | None:
    """The dispute at the wallet; None when the wallet is unavailable: then the stored status is told."""
    try:
        return _find_at_wallet(wallet, kept, deadline)
    except Unavailable:
        return None


def _find_at_wallet(wallet: Wallet, kept: AnyRow, deadline: float) -> Dispute | None:
    return next((one for one in wallet.disputes(kept.customer, deadline) if one.payment == kept.about), None)
