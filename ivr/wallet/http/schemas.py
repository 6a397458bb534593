"""Schemas of the answers of a wallet's API, and strict decoding. An answer that does not fit raises `Unavailable`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import msgspec

from ivr.wallet.http.api import Answer
from ivr.wallet.http.errors import unavailable
from ivr.wallet.types import Account, Dispute, Id, Promotion, Reward, TopUp

T = TypeVar("T")


@dataclass(frozen=True)
class FoundAccount:
    """The account that the search found, or None."""

    account: Account | None


@dataclass(frozen=True)
class CheckResult:
    """Whether the value that the caller keyed is right."""

    matches: bool


@dataclass(frozen=True)
class TopUps:
    """A page of top-ups, oldest first."""

    top_ups: list[TopUp]
    next: Id | None


@dataclass(frozen=True)
class Promotions:
    """All promotions of a wallet."""

    promotions: list[Promotion]


@dataclass(frozen=True)
class Rewards:
    """All rewards of a customer."""

    rewards: list[Reward]


@dataclass(frozen=True)
class Disputes:
    """All disputes of a customer, oldest first."""

    disputes: list[Dispute]


@dataclass(frozen=True)
class WriteResult(Generic[T]):
    """A completed write with its result. The client accepts it only if key, operation and account are those that it
    sent.
    """

    key: Id
    operation: Literal["freeze", "unfreeze", "dispute", "consent"]
    account: Id
    status: Literal["done"]
    result: T


@dataclass(frozen=True)
class Problem:
    """A refusal; `code` is one of the contract's codes."""

    code: Id


def decoded(answer: Answer, kind: type[T], status: int = 200) -> T:
    """Decode the body as `kind`, strictly: no number in place of a text, no missing field. Raises Unavailable."""
    if answer.status != status:
        raise unavailable(f"it answered {answer.status}, where the contract has {status}")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise unavailable(f"its answer has another shape ({type(error).__name__})") from None


def is_problem(answer: Answer, status: int, code: str) -> bool:
    """Whether the answer is the contract's refusal with this status and code; a web server's bare 404 is not."""
    if answer.status != status:
        return False
    try:
        return msgspec.json.decode(answer.body, type=Problem).code == code
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def require(holds: bool, otherwise: str) -> None:
    """Raise Unavailable unless `holds`: a well-formed answer can still be about something else."""
    if not holds:
        raise unavailable(f"it contradicts itself or the question: {otherwise}")
