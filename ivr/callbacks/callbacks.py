"""Callbacks: a draft while the number is confirmed, a promise after the yes; and how many are promised.

A callback makes our telephone ring a number that a caller chose, so it can be turned against whoever has that number, or against
our bill. Only what is a person's telephone at an ordinary price is rung (`numbers.may_be_rung`). One number has one open
promise of a wallet, and a second one at most, when that is about security and the first is not: who asks again is told of
the one that there is. Beyond the limits below nothing is promised, operators are alarmed, and the caller hears calm words
that are the same for each limit. Promises are counted one after the other, whichever machine plays the turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.callbacks import attempts
from ivr.callbacks.tables import callbacks
from ivr.callbacks.tables import rings as table
from ivr.config.logs import logger
from ivr.engine import journal
from ivr.engine.claims import lock_until_commit
from ivr.engine.effects import World, read, write
from ivr.engine.secrets import Sealed, mask
from ivr.follow_up.tries import QUEUED, stamp
from ivr.storage.database import AnyRow
from ivr.telephony import numbers
from ivr.wallet import business_days, config
from ivr.wallet.types import WalletInfo

SOON = timedelta(minutes=15)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_NUMBER_A_DAY = 3
"""Each was made before the next was asked for; a customer with more to settle in a day has an agent's word by then."""
A_CALLER_A_DAY = 5
"""From one telephone: one's own, and those of a family; a switchboard has as many and no more."""
SHARE_OF_WITHHELD = 5
"""Callers who withhold their number share no telephone: all of them together may have the fifth part of a wallet's hour."""
REFUSED = Counter("ivr_callbacks_refused", "Callbacks that were not promised, by the limit that was reached.", ("why",))


class TooMany(Exception):
    """No more callbacks are promised to this number, caller or wallet for now."""


@dataclass(frozen=True)
class NumberReading:
    """One number that the keys may mean, and its country."""

    number: Sealed
    country: dict[str, str]


@dataclass(frozen=True)
class Draft:
    """A callback that is not promised yet, and the number that it is for, E.164 and sealed.

    `country`: where the number is, in both languages, when that has to be said. Not `allowed`: `why` is "length" (of so many
    `digits`, which no number has), "unclear" (of two `choices`, at home and abroad, only the caller knows which), or "not there" (we do not call it).
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
    """When the callback is due: its start, ISO 8601; None when nobody can say.

    `provisional`: the start depends on holidays that are not announced yet.
    """

    slot: str | None
    provisional: bool = False


@write
def draft_for_caller(world: World, wallet: str, customer: dict[str, Any] | None) -> Draft:
    """Of the number that rang, if it may be called back."""
    caller = _caller(world)
    if caller is None or not numbers.may_be_rung(caller, world.runtime.settings.callback_prefixes):
        return Draft("", False, why="not there")
    return _draft(world, caller, wallet, customer)


PROMISED = ("requested", "joined")
"""Of a callback: it will be rung, by itself or as one with another of the same number."""


@read
def is_promised(world: World) -> bool:
    """Whether this call has a callback already."""
    mine = (callbacks.c.call == world.call) & callbacks.c.status.in_(PROMISED)
    return world.conn.execute(sa.select(callbacks.c.id).where(mine)).first() is not None


@write
def draft_callback(world: World, number: Sealed, wallet: str, customer: dict[str, Any] | None) -> Draft:
    """Of what was keyed, kept until the caller says that it is right."""
    keys, home = world.runtime.sealer.open(number.token), config.by_id(world.conn, wallet).country
    found = numbers.readings(keys, home, _caller(world))
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
    """Of the one that the caller chose when the keys meant two numbers."""
    return _draft(world, world.runtime.sealer.open(chosen.number.token), wallet, customer, chosen.country)


@write(act="callback", errors=(TooMany,))
def request_callback(world: World, draft: str, reason: str, urgent: bool = False) -> CallbackSlot:
    """Make the draft a promise, or tell of the one that this number has; raises TooMany. `urgent`: it is about security."""
    lock_until_commit(world.conn, "callbacks")  # or two calls would not see what the other has not committed
    here = callbacks.c.id == draft
    found = world.conn.execute(sa.select(callbacks).where(here)).one()
    declined = (callbacks.c.call == world.call) & (callbacks.c.status == "draft") & ~here
    world.conn.execute(sa.delete(callbacks).where(declined))
    new = _next_slot(config.by_id(world.conn, found.wallet), world.now, urgent)
    there = _open_promise(world, found, urgent)
    if there is not None:
        return _join_promise(world, draft, there, new)
    for why in _limits_reached(world, found):
        REFUSED.labels(why).inc()
        logger("desk").error("callback refused", why=why, wallet=found.wallet, call=world.call)
        world.conn.execute(sa.update(callbacks).where(here).values(status="refused"))
        raise TooMany
    world.conn.execute(sa.update(callbacks).where(here).values(status="requested", slot=new.slot))
    attempts.promise(world.conn, draft, datetime.fromisoformat(new.slot) if new.slot else None, world.now)
    return new


def _join_promise(world: World, draft: str, there: AnyRow, new: CallbackSlot) -> CallbackSlot:
    """The promise that there is; one whose time has passed is to be kept as soon as a new one would be."""
    told = there.slot if there.slot and datetime.fromisoformat(there.slot) > world.now else new.slot
    if new.slot is not None:
        soon = stamp(datetime.fromisoformat(new.slot))
        later = (table.c.id == there.id) & (table.c.status == QUEUED) & (table.c.next > soon)
        world.conn.execute(sa.update(table).where(later).values(next=soon))
    world.conn.execute(sa.update(callbacks).where(callbacks.c.id == draft).values(status="joined", slot=told))
    return CallbackSlot(told, new.provisional)


def _next_slot(info: WalletInfo, now: datetime, urgent: bool) -> CallbackSlot:
    """Soon, when people are at work now and then; else the next opening."""
    soon, week, place = now + SOON, info.staffed(urgent), (info.timezone, info.calendar)
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
            id=draft, wallet=wallet, customer=customer["id"] if customer else None, call=world.call,
            at=world.now.isoformat(), number_sealed=sealed.token, number_mask=mask(number), status="draft",
            number_mark=world.runtime.sealer.fingerprint(number),
        )
    )  # fmt: skip
    return Draft(draft, True, sealed, mask(number), country)


def _sealed(world: World, number: str) -> Sealed:
    return Sealed(world.runtime.sealer.seal(number))


def _caller(world: World) -> str | None:
    """The number that rang."""
    here = journal.calls.c.call == world.call
    sealed = world.conn.scalar(sa.select(journal.calls.c.caller_sealed).where(here))
    return str(world.runtime.sealer.open(sealed)) if sealed else None


def _open_promise(world: World, found: AnyRow, urgent: bool) -> AnyRow | None:
    """What this wallet owes this number already; what people have not ticked off within a day keeps nobody from another one.

    A matter of security is rung at hours of its own: it does not wait for the promise of another matter.
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
    """The limits that are reached."""
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
    """How many were promised since then; the stamps of rings are of one zone, and compare as text."""
    joined = sa.join(table, callbacks, table.c.id == callbacks.c.id)
    joined = joined.outerjoin(journal.calls, journal.calls.c.call == callbacks.c.call)
    wanted = sa.select(sa.func.count()).select_from(joined).where(table.c.at >= stamp(world.now - within), same)
    return int(world.conn.scalar(wanted) or 0)
