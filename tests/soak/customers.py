"""Customers of the bank that is rung about, as many as there may be callers: each has one of everything to be done."""

from __future__ import annotations

import json
from typing import Any

from tests.call_flows.line import Person, demo_world

MANY = 10_000
PAYEE = {"zh": "晨光书店", "en": "Morning Light Books"}
RECORDS = {
    "top_ups": {
        "id": "U",
        "amount": 80000,
        "channel": "card",
        "at": "2026-11-21T09:40:00+08:00",
        "status": "pending",
        "code": "SYSTEMERROR",
        "bank_debited": True,
    },
    "payments": {
        "id": "Y",
        "amount": 4590,
        "payee": PAYEE,
        "at": "2026-11-19T18:02:00+08:00",
        "status": "succeeded",
        "code": None,
    },
    "rewards": {
        "promotion": "M2",
        "progress": 30000,
        "completed_at": "2026-11-02T12:00:00+08:00",
        "credited_at": None,
        "credit_due": "2026-11-09",
    },
}


def mobile(number: int) -> str:
    """A number that nobody has."""
    return f"+861990001{number:04d}"


def person(number: int, by_pin: bool) -> Person:
    """What this customer keys; without a PIN a code is texted."""
    return Person(mobile(number).removeprefix("+86"), f"{100_000 + number}", pin(number) if by_pin else "")


def pin(number: int) -> str:
    """Of six digits."""
    return f"{900_000 - number}"


def at_the_bank(many: int = MANY) -> dict[str, Any]:
    """The demo world with other customers."""
    world = json.loads(demo_world())
    template = world["customers"][0]
    world |= {"customers": [_customer(template, number) for number in range(many)], "disputes": []}
    return world | {name: [_record(name, number) for number in range(many)] for name in RECORDS}


def on_the_line() -> dict[str, Any]:
    """The wallets, and nobody: customers are the bank's."""
    return {"wallets": json.loads(demo_world())["wallets"]}


def _customer(template: dict[str, Any], number: int) -> dict[str, Any]:
    own = {"id": f"S{number}", "mobile": mobile(number), "wallet_id": f"{20_000_000 + number}"}
    return template | own | {"id_tail": f"{100_000 + number}", "phone_pin": pin(number)}


def _record(name: str, number: int) -> dict[str, Any]:
    record = RECORDS[name] | {"customer": f"S{number}"}
    return record | ({"id": f"{record['id']}{number}"} if "id" in record else {})
