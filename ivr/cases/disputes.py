"""Disputes: their terms, filing one at the wallet once, and storing it with a reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ivr.cases.new_references import new_reference
from ivr.cases.stages import OPEN
from ivr.cases.tables import disputes
from ivr.engine.effects import World, read, touch, write
from ivr.follow_up import deliveries
from ivr.storage.database import AnyRow, begin_read
from ivr.wallet import business_days, directory
from ivr.wallet.client import wallet_client
from ivr.wallet.transactions import Record
from ivr.wallet.types import AlreadyDisputed, Dispute, DisputeReason, WalletInfo
from ivr.wallet.verified import Verified


@dataclass(frozen=True)
class DueDate:
    """A promised date: it ends `days` days (`business` or `calendar`) after the start.

    `provisional`: the date depends on holidays that are not announced yet.
    """

    days: int
    unit: str
    by: str
    provisional: bool


@dataclass(frozen=True)
class Terms:
    """What the wallet promises about a dispute that is filed now. `window`: days in which one may be filed.

    A refund to a bank card takes `card_low` to `card_high` business days, `card` from the decision on.
    """

    too_old: bool
    window: int
    decision: DueDate
    credit: bool
    balance: int
    card_low: int
    card_high: int
    card: DueDate
    compensation: DueDate


@dataclass(frozen=True)
class DisputeStatus:
    """An existing dispute: its stage, the date of the decision while it is open, the reference if the line gave one.

    `provisional`: the line computed the date, and it depends on holidays that are not announced yet.
    """

    stage: str
    due: str | None
    reference: str | None
    provisional: bool = False


@dataclass(frozen=True)
class FiledDispute:
    """A filed dispute as the caller hears it: its reference and the date of the decision."""

    reference: str
    due: str
    provisional: bool


@read
def terms_of(world: World, wallet: str, at: str) -> Terms:
    """The terms for a transaction at that moment; the last day of the window still counts."""
    info = directory.by_id(world.conn, wallet)
    policy, today = info.policy, world.now.astimezone(ZoneInfo(info.timezone)).date()
    refund, window = policy["refund"], policy["dispute_window_days"]
    decision = _due_date(world.now, policy["dispute_decision"], info)
    decided = datetime.combine(date.fromisoformat(decision.by), time(12), ZoneInfo(info.timezone))
    low, high = refund["card_days"]
    card = _due_date(decided, {"days": high, "unit": refund["unit"]}, info)
    return Terms(
        too_old=today - date.fromisoformat(at[:10]) > timedelta(days=window),
        window=window,
        decision=decision,
        credit=policy["provisional_credit"],
        balance=refund["balance_minutes"],
        card_low=low,
        card_high=high,
        card=replace(card, provisional=card.provisional or decision.provisional),
        compensation=_due_date(world.now, policy["compensation_decision"], info),
    )


def is_disputable(one: Record) -> bool:
    """Whether its kind and outcome allow a dispute: a payment that succeeded. The window is in `terms_of`."""
    return one.kind == "payment" and one.status == "succeeded"


@read
def refund_due(world: World, wallet: str, promised: str) -> DueDate | None:
    """The date by which a refund promised on that day arrives on a card; None when that date has passed."""
    info = directory.by_id(world.conn, wallet)
    zone, refund = ZoneInfo(info.timezone), info.policy["refund"]
    began = datetime.combine(date.fromisoformat(promised), time(12), zone)
    due = _due_date(began, {"days": refund["card_days"][1], "unit": refund["unit"]}, info)
    return due if due.by >= world.now.astimezone(zone).date().isoformat() else None


@touch
def dispute_of(world: World, customer: Verified, payment: str) -> DisputeStatus | None:
    """The dispute of a payment, as the wallet reports it; None if there is none."""
    for one in wallet_client(world).disputes(customer.id, world.deadline):
        if one.payment == payment:
            return _status_of(world, customer, one)
    return None


@touch(errors=(AlreadyDisputed,))
def file_dispute(world: World, customer: Verified, payment: str, reason: str) -> str | None:
    """File a dispute; the date by which the wallet decides, if it gives one. All requests of one call share one key."""
    key = f"{world.call}:dispute:{world.runtime.sealer.fingerprint(f'{payment} {reason}')}"
    filed = wallet_client(world).dispute(customer.id, payment, cast(DisputeReason, reason), key, world.deadline)
    return filed.due.isoformat() if filed.due else None


@write(act="dispute")
def keep_dispute(world: World, customer: Verified, payment: str, reason: str, due: str | None) -> FiledDispute:
    """Store a filed dispute, queue a text with the reference and an event for the CRM; once per payment."""
    here = _is_of(customer, payment)
    found = world.conn.execute(sa.select(disputes).where(here)).first()
    if found is None:
        found = _insert(world, customer, {"about": payment, "kind": reason}, due)
    return FiledDispute(found.reference, found.due, bool(found.due_provisional))


def _insert(world: World, customer: Verified, matter: dict[str, str], due: str | None) -> AnyRow:
    info = directory.by_id(world.conn, customer.wallet)
    promise = _due_date(world.now, info.policy["dispute_decision"], info)
    row = {"id": f"dispute-{world.key}", "reference": world.key, "customer": customer.id, "wallet": customer.wallet}
    promised = {"due": due or promise.by, "due_provisional": not due and promise.provisional, "status": "received"}
    world.conn.execute(
        sa.insert(disputes).values(**row, **matter, **promised, call=world.call, at=world.now.isoformat())
    )
    here = _is_of(customer, matter["about"])
    number = world.conn.scalars(sa.select(disputes.c.n).where(here)).one()
    reference = new_reference(world, disputes, number)
    world.conn.execute(sa.update(disputes).where(here).values(reference=reference))
    world.runtime.texts.send(world.conn, f"dispute:{reference}")
    kept = world.conn.execute(sa.select(disputes).where(here)).one()
    deliveries.promise(world.conn, world.runtime.settings, deliveries.OPENED, kept._asdict(), world.now)
    return kept


def _is_of(customer: Verified, payment: str) -> sa.ColumnElement[bool]:
    """The condition for this customer's payment: a payment at another bank may have the same id."""
    return (disputes.c.customer == customer.id) & (disputes.c.about == payment)


def _status_of(world: World, customer: Verified, one: Dispute) -> DisputeStatus:
    with begin_read(world.runtime.engine) as conn:
        ours = conn.execute(sa.select(disputes).where(_is_of(customer, one.payment))).first()
    stage = one.status if one.status in OPEN else "done"
    due = one.due.isoformat() if one.due else ours.due if ours else None
    uncertain = one.due is None and ours is not None and bool(ours.due_provisional)
    return DisputeStatus(stage, due if stage != "done" else None, ours.reference if ours else None, uncertain)


def _due_date(start: datetime, promise: dict[str, Any], info: WalletInfo) -> DueDate:
    due = business_days.due(start, promise, info)
    return DueDate(promise["days"], promise["unit"], due.date.isoformat(), due.provisional)
