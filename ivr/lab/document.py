"""The shape of a world: what `PUT /lab/world` takes. Checks are structural; odd figures are a scene, not an error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1)]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Clock = Annotated[str, msgspec.Meta(pattern=r"^\d{2}:\d{2}$")]
Span = Annotated[str, msgspec.Meta(pattern=r"^(closed|\d{2}:\d{2}-\d{2}:\d{2})$")]
E164 = Annotated[str, msgspec.Meta(pattern=r"^\+\d{3,15}$")]
Status = Literal["succeeded", "failed", "pending"]


class Both(msgspec.Struct):
    """A text in both languages."""

    zh: Name
    en: Name


class Promise(msgspec.Struct):
    days: int
    unit: Literal["business", "calendar"]


class Refund(msgspec.Struct):
    balance_minutes: int
    card_days: tuple[int, int]
    unit: Literal["business", "calendar"]


class Method(msgspec.Struct):
    id: Name
    name: Both
    fee: int
    arrival: Both
    single: int


class TopUpLimits(msgspec.Struct):
    single: int
    daily: int
    monthly: int
    annual: int


class Policy(msgspec.Struct):
    dispute_window_days: int
    dispute_decision: Promise
    provisional_credit: bool
    compensation_decision: Promise
    refund: Refund
    top_up_limits: TopUpLimits
    top_up_methods: list[Method]
    unknown_confirmation: Promise
    system_fault_follow_up: Promise
    cut_off: Clock
    reward_expiry_days: int


class Channels(msgspec.Struct):
    website: Both
    app: Both
    social: Both
    official_numbers: list[Name]


class Hours(msgspec.Struct):
    mon: Span
    tue: Span
    wed: Span
    thu: Span
    fri: Span
    sat: Span
    sun: Span
    holiday: Span


class Wallet(msgspec.Struct):
    id: Name
    line: E164
    name: Both
    timezone: Name
    calendar: Name
    hours: Hours
    channels: Channels
    policy: Policy
    lines: list[E164] = []


class Customer(msgspec.Struct):
    id: Name
    wallet: Name
    wallet_id: Name
    id_tail: Annotated[str, msgspec.Meta(pattern=r"^\d{5}[\dX]$")]
    mobile: E164 | None = None
    phone_pin: Annotated[str, msgspec.Meta(pattern=r"^\d{6}$")] | None = None
    language: Literal["zh", "en"] = "zh"
    status: Literal["active", "frozen", "closed"] = "active"
    balance: int = 0
    points: int = 0


class TopUp(msgspec.Struct):
    id: Name
    customer: Name
    amount: int
    channel: Name
    at: datetime
    status: Status
    code: str | None = None
    bank_debited: bool | None = None


class Payment(msgspec.Struct):
    id: Name
    customer: Name
    amount: int
    payee: Both
    at: datetime
    status: Status
    code: str | None = None


class Dispute(msgspec.Struct):
    id: Name
    reference: Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
    customer: Name
    payment: Name
    reason: Name
    at: datetime
    status: Literal["received", "in-review", "decided-refund", "decided-rejected", "refunded"]
    due: Day | None = None
    refund_to: str | None = None


class Promotion(msgspec.Struct):
    id: Name
    wallet: Name
    title: Both
    audience: Literal["all", "new", "existing"]
    condition: Both
    starts: datetime
    ends: datetime


class Reward(msgspec.Struct):
    customer: Name
    promotion: Name
    progress: int


class Attempt(msgspec.Struct):
    customer: Name
    at: datetime
    ok: bool = False


class World(msgspec.Struct):
    wallets: list[Wallet]
    customers: list[Customer] = []
    top_ups: list[TopUp] = []
    payments: list[Payment] = []
    disputes: list[Dispute] = []
    promotions: list[Promotion] = []
    rewards: list[Reward] = []
    attempts: list[Attempt] = []


class WorldError(ValueError):
    """A world that cannot be loaded: where, what came, what to write."""


def checked(document: Any) -> World:
    """The document as a World; raises WorldError."""
    try:
        world = msgspec.convert(document, World)
    except msgspec.ValidationError as error:
        raise WorldError(str(error).replace("$.", "").replace("`$`", "the document")) from None
    fault = next(_faults(world), None)
    if fault:
        raise WorldError(fault)
    return world


def _faults(world: World) -> Iterator[str]:
    for name in ("wallets", "customers", "top_ups", "payments", "disputes", "promotions"):
        yield from _twice(name, [one.id for one in getattr(world, name)])
    yield from _twice("wallets (line, lines)", [line for one in world.wallets for line in (one.line, *one.lines)])
    yield from _twice("disputes (reference)", [one.reference for one in world.disputes])
    wallets, customers = {one.id for one in world.wallets}, {one.id for one in world.customers}
    yield from _missing(world, ("customers", "promotions"), "wallet", wallets)
    yield from _missing(world, ("top_ups", "payments", "disputes", "rewards", "attempts"), "customer", customers)
    yield from _missing(world, ("disputes",), "payment", {one.id for one in world.payments})
    yield from _missing(world, ("rewards",), "promotion", {one.id for one in world.promotions})
    yield from _zoneless(world)


def _twice(where: str, ids: list[str]) -> Iterator[str]:
    for one in ids:
        if ids.count(one) > 1:
            yield f"{where}: {one!r} is there twice; give each its own"


def _missing(world: World, lists: tuple[str, ...], field: str, known: set[str]) -> Iterator[str]:
    for name in lists:
        for place, one in enumerate(getattr(world, name)):
            if getattr(one, field) not in known:
                choices = ", ".join(sorted(known)) or "none is there"
                yield f"{name}[{place}].{field} is {getattr(one, field)!r}; write one of: {choices}"


def _zoneless(world: World) -> Iterator[str]:
    for name in ("top_ups", "payments", "disputes", "attempts"):
        for place, one in enumerate(getattr(world, name)):
            if one.at.tzinfo is None:
                yield f"{name}[{place}].at has no offset; write it like 2026-11-23T10:00:00+08:00"
