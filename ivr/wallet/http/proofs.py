"""From an answer of a wallet's API to something that the line may say. What is not proved is `Unavailable`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import msgspec

from ivr.wallet.http.api import Answer
from ivr.wallet.http.why import unavailable
from ivr.wallet.types import Account, Dispute, Id, Promotion, Reward, TopUp

T = TypeVar("T")


@dataclass(frozen=True)
class Sought:
    """The account that was looked for, or none."""

    account: Account | None


@dataclass(frozen=True)
class Checked:
    """Whether what was keyed is right."""

    matches: bool


@dataclass(frozen=True)
class TopUps:
    """A page of top-ups, oldest first."""

    top_ups: list[TopUp]
    next: Id | None


@dataclass(frozen=True)
class Promotions:
    """All of a wallet."""

    promotions: list[Promotion]


@dataclass(frozen=True)
class Rewards:
    """All of a customer."""

    rewards: list[Reward]


@dataclass(frozen=True)
class Disputes:
    """All of a customer, oldest first."""

    disputes: list[Dispute]


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a write was and what came of it; believed only by whoever asked for this very write."""

    key: Id
    operation: Literal["freeze", "dispute", "consent"]
    account: Id
    status: Literal["done"]
    result: T


@dataclass(frozen=True)
class Problem:
    """Why there is no answer; `code` is one of the contract's."""

    code: Id


def proved(answer: Answer, kind: type[T], status: int = 200) -> T:
    """The body as `kind`, strictly: no number for a text, nothing missing; raises Unavailable."""
    if answer.status != status:
        raise unavailable(f"it answered {answer.status}, where the contract has {status}")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise unavailable(f"its answer has another shape ({type(error).__name__})") from None


def says(answer: Answer, status: int, code: str) -> bool:
    """Whether it is this refusal of the contract; a bare 404 of some web server is not."""
    if answer.status != status:
        return False
    try:
        return msgspec.json.decode(answer.body, type=Problem).code == code
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def insist(holds: bool, otherwise: str) -> None:
    """Raise Unavailable unless it holds: a well-formed answer can still be about something else."""
    if not holds:
        raise unavailable(f"it contradicts itself or the question: {otherwise}")
