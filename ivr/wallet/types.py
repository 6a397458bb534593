"""What a wallet tells the line: itself, an account, a top-up. Amounts are integers in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class WalletInfo:
    """A wallet as it is configured: its line, hours, channels and rules (`policy`)."""

    id: str
    line: str
    name: dict[str, str]
    timezone: str
    calendar: str
    hours: dict[str, str]
    channels: dict[str, Any]
    policy: dict[str, Any]


@dataclass(frozen=True)
class Account:
    """A customer's account. `mobile` is E.164, or None for those who registered with e-mail only."""

    id: str
    wallet: str
    mobile: str | None
    language: str
    status: str
    balance: int


@dataclass(frozen=True)
class TopUp:
    """A top-up as the wallet recorded it. `bank_debited` None: nobody knows. `code` is never spoken."""

    id: str
    amount: int
    channel: str
    at: datetime
    status: str
    code: str | None
    bank_debited: bool | None


class Wallet(Protocol):
    """A wallet's records. Every call returns before `deadline` (`time.monotonic` seconds) or raises Unavailable."""

    def find_account(self, wallet: str, identifiers: list[str], deadline: float) -> Account | None:
        """The account with one of these mobiles (E.164) or this wallet id; earlier ones win."""

    def check_id_tail(self, account: str, tail: str, deadline: float) -> bool:
        """Whether the identity document of the account ends so; False for an account that does not exist."""

    def check_pin(self, account: str, pin: str, deadline: float) -> bool:
        """Whether this is the account's PIN for the telephone line; False without one."""

    def account(self, account: str, deadline: float) -> Account | None:
        """An account by its id."""

    def top_ups(self, account: str, since: datetime, until: datetime, deadline: float) -> list[TopUp]:
        """The account's top-ups with since <= at < until, oldest first."""
