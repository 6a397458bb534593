"""Callbacks: a draft while the number is read back, a promise after the yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.desk import rings
from ivr.desk.numbers import dialable
from ivr.desk.tables import callbacks
from ivr.engine import journal
from ivr.engine.call import Sealed
from ivr.engine.effects import World, write
from ivr.engine.secrets import mask
from ivr.wallet import business_days, config

SOON = timedelta(minutes=15)


@dataclass(frozen=True)
class Draft:
    """A callback that is not promised yet; `allowed` says whether we call such numbers at all."""

    id: str
    allowed: bool


@dataclass(frozen=True)
class Promise:
    """When the callback is due: its start, ISO 8601; None when nobody can say.

    `provisional`: the start depends on holidays that are not announced yet.
    """

    slot: str | None
    provisional: bool = False


@write
def draft_callback(world: World, number: Sealed, wallet: str, customer: dict | None) -> Draft:
    """Keep the keyed number, sealed, until the caller says that it is right."""
    to = dialable(world.runtime.sealer.open(number.token))
    return _draft(world, to, wallet, customer)


@write
def draft_for_caller(world: World, wallet: str, customer: dict | None) -> Draft:
    """The same for the number that rang, of a caller who keys nothing."""
    here = journal.calls.c.call == world.call
    sealed = world.conn.scalar(sa.select(journal.calls.c.caller_sealed).where(here))
    return _draft(world, world.runtime.sealer.open(sealed) if sealed else None, wallet, customer)


def _draft(world: World, to: str | None, wallet: str, customer: dict | None) -> Draft:
    if to is None or not to.startswith(tuple(world.runtime.settings.callback_prefixes)):
        return Draft("", False)
    draft = f"callback-{world.key}"
    world.conn.execute(
        sa.insert(callbacks).values(
            id=draft, wallet=wallet, customer=customer["id"] if customer else None, call=world.call,
            at=world.now.isoformat(), number_sealed=world.runtime.sealer.seal(to), number_mask=mask(to), status="draft",
        )
    )  # fmt: skip
    return Draft(draft, True)


@write(act="callback")
def request_callback(world: World, draft: str, reason: str, urgent: bool = False) -> Promise:
    """Make the draft a promise: soon, when people are at work now and then; else the next opening."""
    here = callbacks.c.id == draft
    found = world.conn.execute(sa.select(callbacks).where(here)).one()
    info = config.by_id(world.conn, found.wallet)
    soon, week, place = world.now + SOON, info.staffed(urgent), (info.timezone, info.calendar)
    slot: datetime | None = soon
    opening = None
    if not all(business_days.is_open(week, at, *place) for at in (world.now, soon)):
        opening = business_days.next_opening(week, world.now, *place)
        slot = opening.at if opening else None
    world.conn.execute(sa.update(callbacks).where(here).values(status="requested", slot=slot and slot.isoformat()))
    rings.promise(world.conn, draft, slot, world.now)
    return Promise(slot.isoformat() if slot else None, opening is not None and opening.provisional)
