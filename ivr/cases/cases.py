"""Cases: open one with a reference and a promised date."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ivr.cases.new_references import new_reference
from ivr.cases.stages import OPEN
from ivr.cases.tables import cases
from ivr.engine.effects import World, write
from ivr.engine.journal import insert_new
from ivr.follow_up import deliveries
from ivr.wallet import business_days, directory


@dataclass(frozen=True)
class Case:
    """A case as the caller hears it: its reference and the promised date.

    `provisional`: the date depends on holidays that are not announced yet. `known`: the case existed before, for the
    same matter; then it may be `done`.
    """

    reference: str
    due: str
    provisional: bool
    known: bool = False
    done: bool = False


PROMISES = {
    "unknown": "unknown_confirmation",
    "charged": "unknown_confirmation",
    "system-fault": "system_fault_follow_up",
    "security": "unknown_confirmation",
    "reward": "system_fault_follow_up",
    "complaint": "compensation_decision",
}


@write(act="case")
def open_case(world: World, customer: str, wallet: str, kind: str, about: str) -> Case:
    """Open a case, or return the one for the same record: repeated calls give one case per record."""
    same = (cases.c.customer == customer) & (cases.c.kind == kind) & (cases.c.about == about)
    known = world.conn.execute(sa.select(cases).where(same)).first() is not None
    known = known or not _insert(world, customer, wallet, kind, about, same)
    found = world.conn.execute(sa.select(cases).where(same)).one()
    return Case(found.reference, found.due, bool(found.due_provisional), known, found.status not in OPEN)


def _insert(world: World, customer: str, wallet: str, kind: str, about: str, same: sa.ColumnElement[bool]) -> bool:
    """Insert the case; False when a parallel call has inserted it."""
    info = directory.by_id(world.conn, wallet)
    due = business_days.due(world.now, info.policy[PROMISES[kind]], info)
    row = {"id": f"case-{world.key}", "customer": customer, "wallet": wallet, "call": world.call, "kind": kind}
    promised = {"due": due.date.isoformat(), "due_provisional": due.provisional, "status": "received"}
    unnamed = {"reference": world.key, "about": about, "at": world.now.isoformat()}
    if not insert_new(world.conn, cases, row | promised | unnamed):
        return False
    number = world.conn.scalars(sa.select(cases.c.n).where(same)).one()
    reference = new_reference(world, cases, number)
    world.conn.execute(sa.update(cases).where(same).values(reference=reference))
    world.runtime.texts.send(world.conn, f"case:{reference}")
    opened = world.conn.execute(sa.select(cases).where(same)).one()
    deliveries.promise(world.conn, world.runtime.settings, deliveries.OPENED, opened._asdict(), world.now)
    return True
