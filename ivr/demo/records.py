"""Converts the documents of the lab's world into the types of the `Wallet` protocol."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ivr.wallet.types import Account, Both, Card, Dispute, Prize, Promotion, Reward, TopUp, Transaction

Document = dict[str, Any]


def account(one: Document) -> Account:
    """Convert a customer into an account, without PIN and document."""
    return Account(
        one["id"],
        one["wallet"],
        one.get("mobile"),
        one.get("language", "zh"),
        one.get("status", "active"),
        one.get("balance", 0),
        _day(one.get("registered_on")),
        one.get("points", 0),
        one.get("push_opt_in", False),
        one.get("two_factor"),
        [Card(_both(card["bank"]), card["tail"]) for card in one.get("cards") or []],
        one.get("birth_year"),
        one.get("may_unfreeze", True),
    )


def top_up(one: Document) -> TopUp:
    """A top-up."""
    at = datetime.fromisoformat(one["at"])
    known = (one["id"], one["amount"], one["channel"], at, one["status"], one.get("code"), one.get("bank_debited"))
    return TopUp(*known, one.get("card_tail"))


def transaction(kind: str, one: Document) -> Transaction:
    """A payment or a top-up, by the kind of its record."""
    return Transaction(
        one["id"],
        "payment" if kind == "payment" else "top-up",
        one["amount"],
        datetime.fromisoformat(one["at"]),
        one["status"],
        one.get("code"),
        one.get("bank_debited"),
        _both(one["payee"]) if kind == "payment" else None,
        one.get("channel"),
    )


def dispute(one: Document) -> Dispute:
    """A dispute."""
    at = datetime.fromisoformat(one["at"])
    due = _day(one.get("due"))
    return Dispute(one["id"], one["payment"], one["reason"], at, one["status"], due, one.get("refund_to"))


def promotion(one: Document) -> Promotion:
    """A promotion."""
    starts, ends = (datetime.fromisoformat(one[name]) for name in ("starts", "ends"))
    prize = one.get("reward")
    won = Prize(prize["kind"], prize.get("amount"), prize.get("target")) if prize else None
    return Promotion(one["id"], _both(one["title"]), one["audience"], _both(one["condition"]), starts, ends, won)


def reward(one: Document) -> Reward:
    """A customer's progress."""
    completed, credited = (_moment(one.get(name)) for name in ("completed_at", "credited_at"))
    return Reward(one["promotion"], one.get("progress", 0), completed, credited, _day(one.get("credit_due")))


def _both(name: dict[str, str]) -> Both:
    return Both(name["zh"], name["en"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
