"""Callbacks: a draft until the caller confirms the number, then a promise; with limits on the number of promises.

A callback makes the line ring a number that a caller chose, so it can be abused against the owner of that number, or to
run up costs. Only personal telephones at ordinary rates are rung (`numbers.may_be_rung`). A number has one open
promise per wallet, and a second one only if that is about security and the first is not; a caller who asks again
hears of the existing promise. Above the limits below nothing is promised, operators get an alarm, and the caller
hears the same calm words for each limit. A lock in the database serialises the counting across machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.callbacks import attempts
from ivr.callbacks.tables import callback_queue as table
from ivr.callbacks.tables import callbacks
from ivr.config.logs import logger
from ivr.engine import journal
from ivr.engine.claims import lock_until_commit
from ivr.engine.effects import World, read, write
from ivr.engine.secrets import Sealed, mask
from ivr.follow_up.outbox import QUEUED, stamp
from ivr.identity import callers
from ivr.queue import entries
from ivr.storage.database import AnyRow
from ivr.telephony import numbers
from ivr.wallet import business_days, directory
from ivr.wallet.types import WalletInfo

SOON = timedelta(minutes=15)
"""Until the slot, during hours. A caller who left the queue has the slot that the place there would have given."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_NUMBER_A_DAY = 3
"""Each is rung before the next can be promised, so a customer who needs more has spoken to an agent by then."""
A_CALLER_A_DAY = 5
"""From one telephone: for a person and their family. A switchboard has the same limit."""
SHARE_OF_WITHHELD = 5
"""Callers with withheld numbers cannot be told apart: together they may have a fifth of a wallet's hourly limit."""
REFUSED = Counter("ivr_callbacks_refused", "Callbacks that were not promised, by the limit that was reached.", ("why",))


class TooMany(Exception):
    """No more callbacks are promised to this number, caller or wallet for now."""


@dataclass(frozen=True)
class NumberReading:
    """One reading of a keyed number, and its country."""

    number: Sealed
    country: dict[str, str]


@dataclass(frozen=True)
class Draft:
    """A callback that is not promised yet, and its number, E.164 and sealed.

    `country`: the number's country, in both languages, when the caller has to hear it. If not `allowed`, `why` is
    "length" (no number has that many `digits`), "unclear" (it reads as two `choices`, at home and abroad), or "not
    there" (the line does not call it).
    """

    id: str
    allowed: bool
    number: Sealed | None = None
    ending: str = ""
    country: dict[str, str] | None = None
    why: str = ""
    digits: int = 0
    choices: list[NumberReading] = field(default_factory=list)


@dataclass(frozen=True)
class CallbackSlot:
    """The slot of a callback: its start, ISO 8601; None when no opening is known.

    `provisional`: the start depends on holidays that are not announced yet.
    """

    slot: str | None
    provisional: bool = False


@write
def draft_for_caller(world: World, wallet: str, customer: dict[str, Any] | None) -> Draft:
    """A draft for the caller's own number, if the line may call it back."""
    caller = caller_number(world)
    if caller is None or not numbers.may_be_rung(caller, world.runtime.settings.callback_prefixes):
        return Draft("", False, why="not there")
    return _draft(world, caller, wallet, customer)


def draft_for_number(world: World, number: str, wallet: str, customer: dict[str, Any] | None) -> Draft:
    """A draft for a number that is known to be the customer's, E.164, if the line may call it."""
    if not numbers.may_be_rung(number, world.runtime.settings.callback_prefixes):
        return Draft("", False, why="not there")
    return _draft(world, number, wallet, customer)


PROMISED = ("requested", "joined")
"""Statuses of a callback that will be rung, by itself or joined with another one of the same number."""


@read
def is_promised(world: World) -> bool:
    """Whether this call already has a promised callback."""
    mine = (callbacks.c.call == world.call) & callbacks.c.status.in_(PROMISED)
    return world.conn.execute(sa.select(callbacks.c.id).where(mine)).first() is not None


@write
def draft_callback(world: World, number: Sealed, wallet: str, customer: dict[str, Any] | None) -> Draft:
    """A draft for the keyed number, stored until the caller confirms it."""
    keys, home = world.runtime.sealer.open(number.token), directory.by_id(world.conn, wallet).country
    found = numbers.readings(keys, home, caller_number(world))
    allowed = [one for one in found if numbers.may_be_rung(one, world.runtime.settings.callback_prefixes)]
    if len(allowed) > 1:
        choices = [NumberReading(_sealed(world, one), country) for one in allowed if (country := numbers.country(one))]
        return Draft("", False, why="unclear", choices=choices)
    if not allowed:
        wrong = not found and numbers.has_wrong_length(keys, home)
        return Draft("", False, why="length" if wrong else "not there", digits=len(keys))
    named = len(found) > 1 or numbers.region(allowed[0]) != home
    return _draft(world, allowed[0], wallet, customer, numbers.country(allowed[0]) if named else None)


@write
def draft_chosen(world: World, chosen: NumberReading, wallet: str, customer: dict[str, Any] | None) -> Draft:
    """A draft for the reading that the caller chose, when the keys read as two numbers."""
    return _draft(world, world.runtime.sealer.open(chosen.number.token), wallet, customer, chosen.country)


@write(act="callback", errors=(TooMany,))
def request_callback(world: World, draft: str, reason: str, urgent: bool = False) -> CallbackSlot:
    """Promise the draft, or return the number's existing promise; raises TooMany. `urgent`: it is about security."""
    lock_until_commit(world.conn, "callbacks")  # otherwise two parallel calls would not count each other
    here = callbacks.c.id == draft
    found = world.conn.execute(sa.select(callbacks).where(here)).one()
    declined = (callbacks.c.call == world.call) & (callbacks.c.status == "draft") & ~here
    world.conn.execute(sa.delete(callbacks).where(declined))
    minutes = entries.minutes_left(world.conn, world.call, world.runtime.machine())
    soon = SOON if minutes is None else timedelta(minutes=minutes)
    new = _next_slot(directory.by_id(world.conn, found.wallet), world.now, urgent, soon)
    there = _open_promise(world, found, urgent)
    if there is not None:
        return _join_promise(world, draft, there, new)
    for why in _limits_reached(world, found):
        REFUSED.labels(why).inc()
        logger("desk").error("callback refused", why=why, wallet=found.wallet, call=world.call)
        world.conn.execute(sa.update(callbacks).where(here).values(status="refused"))
        raise TooMany
    world.conn.execute(sa.update(callbacks).where(here).values(status="requested", slot=new.slot))
    entries.keep_place(world.conn, world.call)
    attempts.promise(world.conn, draft, datetime.fromisoformat(new.slot) if new.slot else None, world.now)
    return new


def _join_promise(world: World, draft: str, there: AnyRow, new: CallbackSlot) -> CallbackSlot:
    """Join the existing promise; if its slot has passed, it is rung as soon as a new one would be."""
    told = there.slot if there.slot and datetime.fromisoformat(there.slot) > world.now else new.slot
    if new.slot is not None:
        soon = stamp(datetime.fromisoformat(new.slot))
        later = (table.c.id == there.id) & (table.c.status == QUEUED) & (table.c.next > soon)
        world.conn.execute(sa.update(table).where(later).values(next=soon))
    world.conn.execute(sa.update(callbacks).where(callbacks.c.id == draft).values(status="joined", slot=told))
    return CallbackSlot(told, new.provisional)


def _next_slot(info: WalletInfo, now: datetime, urgent: bool, after: timedelta) -> CallbackSlot:
    """After so long, if agents are at work now and then; otherwise the next opening."""
    soon, week, place = now + after, info.staffed(urgent), (info.timezone, info.calendar)
    if all(business_days.is_open(week, at, *place) for at in (now, soon)):
        return CallbackSlot(soon.isoformat())
    opening = business_days.next_opening(week, now, *place)
    return CallbackSlot(opening.at.isoformat(), opening.provisional) if opening else CallbackSlot(None)


def _draft(
    world: World, number: str, wallet: str, customer: dict[str, Any] | None, country: dict[str, str] | None = None
) -> Draft:
    draft, sealed = f"callback-{world.key}", _sealed(world, number)
    world.conn.execute(
        sa.insert(callbacks).values(
            id=draft,
            wallet=wallet,
            customer=customer["id"] if customer else None,
            call=world.call,
            at=world.now.isoformat(),
            number_sealed=sealed.token,
            number_mask=mask(number),
            status="draft",
            number_mark=world.runtime.sealer.fingerprint(number),
        )
    )
    return Draft(draft, True, sealed, mask(number), country)


def _sealed(world: World, number: str) -> Sealed:
    return Sealed(world.runtime.sealer.seal(number))


def caller_number(world: World) -> str | None:
    """The caller's number, or None when it was withheld."""
    return callers.number_of_call(world.conn, world.runtime.sealer, world.call)


def _open_promise(world: World, found: AnyRow, urgent: bool) -> AnyRow | None:
    """The open promise of this wallet to this number. One left to people for more than a day does not block a new one.

    Security matters are rung at their own hours, so they do not wait for the promise of another matter.
    """
    same = (callbacks.c.number_mark == found.number_mark) & (callbacks.c.wallet == found.wallet)
    today = (table.c.status == "by-hand") & (table.c.at >= stamp(world.now - DAY))
    owed = table.c.status.in_((QUEUED, "ringing")) | today
    wanted = sa.select(callbacks.c.id, callbacks.c.slot, callbacks.c.call)
    promised = world.conn.execute(wanted.join(table, table.c.id == callbacks.c.id).where(same, owed)).all()
    for one in promised:
        if not urgent or attempts.is_about_security(world.conn, one.call):
            return one
    return None


def _limits_reached(world: World, found: AnyRow) -> Iterator[str]:
    """The names of the limits that are reached."""
    caller = world.conn.scalar(sa.select(journal.calls.c.caller_mark).where(journal.calls.c.call == world.call))
    most, ours = world.runtime.settings.callbacks_an_hour, callbacks.c.wallet == found.wallet
    limits = (
        ("number", A_NUMBER_A_DAY, DAY, callbacks.c.number_mark == found.number_mark),
        ("caller", A_CALLER_A_DAY, DAY, journal.calls.c.caller_mark == caller),
        ("withheld", max(1, most // SHARE_OF_WITHHELD), HOUR, ours & journal.calls.c.caller_mark.is_(None)),
        ("wallet", most, HOUR, ours),
    )
    for why, allowed, within, same in limits:
        counts = why not in ("caller", "withheld") or (caller is None) == (why == "withheld")
        if counts and _count_promised(world, within, same) >= allowed:
            yield why


def _count_promised(world: World, within: timedelta, same: sa.ColumnElement[bool]) -> int:
    """The number of promises within that time. The times in `rings` have one time zone, so they compare as text."""
    joined = sa.join(table, callbacks, table.c.id == callbacks.c.id)
    joined = joined.outerjoin(journal.calls, journal.calls.c.call == callbacks.c.call)
    wanted = sa.select(sa.func.count()).select_from(joined).where(table.c.at >= stamp(world.now - within), same)
    return int(world.conn.scalar(wanted) or 0)
