"""The `Wallet` protocol and its types. Amounts are integers in fen; times carry their zone.

The answers of a wallet's API are decoded strictly into these types; a value that does not fit raises Unavailable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal, Protocol, get_args

from msgspec import Meta

from ivr.telephony.numbers import home

Fen = Annotated[int, Meta(ge=0, le=10**15)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Moment = Annotated[datetime, Meta(tz=True)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Tail = Annotated[str, Meta(pattern=r"^[0-9]{4}$")]
Outcome = Literal["succeeded", "failed", "pending"]
DisputeReason = Literal[
    "not-me", "duplicate", "wrong-amount", "not-received", "refund-missing", "wrong-payee", "cancelled-subscription"
]
DISPUTE_REASONS: tuple[DisputeReason, ...] = get_args(DisputeReason)
PIN_DIGITS = 6
"""The length of a phone PIN."""


DisputeStage = Literal["received", "in-review", "decided-refund", "decided-rejected", "refunded"]
DISPUTE_STAGES: tuple[DisputeStage, ...] = get_args(DisputeStage)


class AlreadyDisputed(Exception):
    """The payment already has a dispute; the wallet files no second one."""


class StaysFrozen(Exception):
    """The wallet does not lift this freeze when the line asks; its own staff decides about it."""


@dataclass(frozen=True)
class WalletInfo:
    """A configured wallet: its line, hours, channels and rules (`policy`); `languages`: those of its line, or None for
    both.

    `security_hours`: when people are there for matters of security, where that differs from `hours`: "always", one span
    for every day, or a table like `hours`.
    """

    id: str
    line: str
    name: dict[str, str]
    timezone: str
    calendar: str
    hours: dict[str, str]
    channels: dict[str, Any]
    policy: dict[str, Any]
    languages: list[str] | None = None
    security_hours: str | dict[str, str] | None = None

    @property
    def country(self) -> str:
        """The country, ISO 3166, in which numbers without a country code are read."""
        return home(self.calendar, self.line)

    @property
    def only_language(self) -> str | None:
        """The one language of the line; None where callers choose."""
        spoken = set(self.languages or ())
        return spoken.pop() if len(spoken) == 1 else None

    def staffed(self, urgent: bool) -> dict[str, str]:
        """The hours of the people who take a matter of security (`urgent`), or any other one."""
        if not urgent or self.security_hours is None:
            return self.hours
        if isinstance(self.security_hours, dict):
            return self.security_hours
        every_day = "00:00-24:00" if self.security_hours == "always" else self.security_hours
        return dict.fromkeys(self.hours, every_day)


@dataclass(frozen=True)
class Both:
    """A name in both languages."""

    zh: Text
    en: Text


@dataclass(frozen=True)
class Card:
    """A bank card that is bound to an account, as far as it may be spoken: its bank and its last four digits."""

    bank: Both
    tail: Tail


@dataclass(frozen=True)
class Account:
    """A customer's account. `mobile` is E.164, or None for those who registered with e-mail only.

    `two_factor`: whether two-factor log-in is on; None when the wallet does not tell. `cards`: those that are bound,
    as far as the wallet tells. `birth_year`: None when it does not; older customers wait less for an agent.
    `may_unfreeze`: whether the line may ask to lift a freeze of this account; a wallet without that operation, or one
    that lifts this freeze itself, does not say so.
    """

    id: Id
    wallet: Id
    mobile: Annotated[str, Meta(pattern=r"^\+[0-9]{3,15}$")] | None
    language: Literal["zh", "en"]
    status: Literal["active", "frozen", "closed"]
    balance: Annotated[int, Meta(ge=-(10**15), le=10**15)]
    registered_on: date | None = None
    points: Count = 0
    push_opt_in: bool = False
    two_factor: bool | None = None
    cards: list[Card] = field(default_factory=list)
    birth_year: Annotated[int, Meta(ge=1900, le=2200)] | None = None
    may_unfreeze: bool = False


@dataclass(frozen=True)
class TopUp:
    """A top-up as the wallet recorded it. `bank_debited` None: unknown. `code` is never spoken.

    `card_tail`: the last four digits of the card that it was to be paid with, where the wallet tells.
    """

    id: Id
    amount: Fen
    channel: Text
    at: Moment
    status: Outcome
    code: Text | None
    bank_debited: bool | None
    card_tail: Tail | None = None


@dataclass(frozen=True)
class Transaction:
    """A payment or a top-up. A payment has its `payee`, a top-up its `channel`; the other one is None."""

    id: Id
    kind: Literal["payment", "top-up"]
    amount: Fen
    at: Moment
    status: Outcome
    code: Text | None
    bank_debited: bool | None
    payee: Both | None
    channel: Text | None


@dataclass(frozen=True)
class Page:
    """Some of the transactions, newest first. `next` asks for those before them; None: there are no more."""

    transactions: list[Transaction]
    next: Id | None


@dataclass(frozen=True)
class Spending:
    """The sum and the number of successful payments of a period."""

    total: Fen
    count: Count


@dataclass(frozen=True)
class Dispute:
    """A dispute of one payment. `due`: by when the wallet decides, if it says so."""

    id: Id
    payment: Id
    reason: DisputeReason
    at: Moment
    status: DisputeStage
    due: date | None
    refund_to: Text | None


@dataclass(frozen=True)
class Prize:
    """What a promotion gives for reaching `target` (fen), where it says so."""

    kind: Text
    amount: Fen | None
    target: Fen | None


@dataclass(frozen=True)
class Promotion:
    """A promotion of the wallet, for whom, and from when to when."""

    id: Id
    title: Both
    audience: Literal["all", "new", "existing"]
    condition: Both
    starts: Moment
    ends: Moment
    reward: Prize | None


@dataclass(frozen=True)
class Reward:
    """How far a customer is with a promotion; `credit_due`: by when the reward is promised."""

    promotion: Id
    progress: Fen
    completed_at: Moment | None
    credited_at: Moment | None
    credit_due: date | None


@dataclass(frozen=True)
class Freeze:
    """An account that stands frozen since `at`; it may have been before this was asked for."""

    account: Id
    at: Moment


@dataclass(frozen=True)
class Unfreeze:
    """An account that is frozen no more since `at`; it may have been free before this was asked for."""

    account: Id
    at: Moment


@dataclass(frozen=True)
class Consent:
    """Whether messages about offers may be pushed, as the customer said at `at`."""

    account: Id
    push: bool
    at: Moment


class Wallet(Protocol):
    """A wallet's records. Every call returns before `deadline` (`time.monotonic` seconds) or raises Unavailable.

    An account's id is only good for asking on. One that does not exist has None, False, [] and nothing spent; a write
    to it is Unavailable. `key` stays the same when something is asked again: a write is then done once, and
    a try is counted once.
    """

    def find_account(self, wallet: str, identifiers: list[str], deadline: float) -> Account | None:
        """The account with one of these mobiles (E.164) or this wallet id; earlier ones win."""

    def check_id_tail(self, account: str, tail: str, key: str, deadline: float) -> bool:
        """Whether the identity document of the account ends so."""

    def check_pin(self, account: str, pin: str, key: str, deadline: float) -> bool:
        """Whether this is the account's PIN for the telephone line; False without one."""

    def account(self, account: str, deadline: float) -> Account | None:
        """An account by its id."""

    def top_ups(self, account: str, since: datetime, until: datetime, deadline: float) -> list[TopUp]:
        """The account's top-ups with since <= at < until, oldest first."""

    def transactions(
        self, account: str, since: datetime, until: datetime, deadline: float, after: str | None = None, limit: int = 20
    ) -> Page:
        """At most `limit` (1 to 100) records with since <= at < until, newest first; `after`: the `next` of a page."""

    def spending(self, account: str, since: datetime, until: datetime, deadline: float) -> Spending:
        """What the succeeded payments with since <= at < until add up to."""

    def disputes(self, account: str, deadline: float) -> list[Dispute]:
        """The account's disputes, oldest first."""

    def promotions(self, wallet: str, deadline: float) -> list[Promotion]:
        """All that are known, also those that are over or not begun, by their start."""

    def rewards(self, account: str, deadline: float) -> list[Reward]:
        """How far the customer is with each promotion that counts something."""

    def freeze(self, account: str, key: str, deadline: float) -> Freeze:
        """Freeze the account: no payment leaves it until an agent unfreezes it."""

    def unfreeze(self, account: str, key: str, deadline: float) -> Unfreeze:
        """Lift the freeze of an account that `may_unfreeze`; raises StaysFrozen."""

    def dispute(self, account: str, payment: str, reason: DisputeReason, key: str, deadline: float) -> Dispute:
        """File a dispute of a payment of this account; raises AlreadyDisputed."""

    def consent(self, account: str, push: bool, key: str, deadline: float) -> Consent:
        """Store the customer's consent to messages about offers, or its withdrawal."""
