"""The demo wallet: the records of the lab's world, behind a wire that can be slow or dead."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.lab import scene
from ivr.lab.wire import pass_through
from ivr.storage import begin_read
from ivr.wallet.tables import customers, records
from ivr.wallet.types import Account, TopUp


class DemoWallet:
    """A `Wallet` on SQL; no transaction is open while the wire is waited for."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find_account(self, wallet: str, identifiers: list[str], deadline: float) -> Account | None:
        """By mobile or wallet id; earlier identifiers win."""
        with self._wire(deadline) as conn:
            for identifier in identifiers:
                known = (customers.c.mobile == identifier) | (customers.c.wallet_id == identifier)
                query = sa.select(customers.c.document).where(customers.c.wallet == wallet, known)
                if document := conn.scalar(query):
                    return _account(json.loads(document))
        return None

    def check_id_tail(self, account: str, tail: str, deadline: float) -> bool:
        """Whether the document ends so."""
        return self._matches(account, "id_tail", tail, deadline)

    def check_pin(self, account: str, pin: str, deadline: float) -> bool:
        """Whether this is the phone PIN."""
        return self._matches(account, "phone_pin", pin, deadline)

    def account(self, account: str, deadline: float) -> Account | None:
        """By id."""
        with self._wire(deadline) as conn:
            found = _customer(conn, account)
        return _account(found) if found else None

    def top_ups(self, account: str, since: datetime, until: datetime, deadline: float) -> list[TopUp]:
        """In a span of time, oldest first."""
        with self._wire(deadline) as conn:
            mine = sa.select(records.c.document).where(records.c.customer == account, records.c.kind == "top-up")
            found = [_top_up(json.loads(document)) for document in conn.scalars(mine)]
        return sorted((one for one in found if since <= one.at < until), key=lambda one: one.at)

    @contextmanager
    def _wire(self, deadline: float) -> Iterator[sa.Connection]:
        with begin_read(self._engine) as conn:
            mode = scene.read(conn).wallet
        pass_through(mode, deadline)
        with begin_read(self._engine) as conn:
            yield conn

    def _matches(self, account: str, field: str, given: str, deadline: float) -> bool:
        with self._wire(deadline) as conn:
            found = _customer(conn, account) or {}
        known = found.get(field) or ""
        return hmac.compare_digest(known.encode(), given.encode()) and bool(known)


def _customer(conn: sa.Connection, account: str) -> dict[str, Any] | None:
    document = conn.scalar(sa.select(customers.c.document).where(customers.c.id == account))
    return json.loads(document) if document else None


def _account(customer: dict[str, Any]) -> Account:
    return Account(
        customer["id"],
        customer["wallet"],
        customer.get("mobile"),
        customer.get("language", "zh"),
        customer.get("status", "active"),
        customer.get("balance", 0),
    )


def _top_up(record: dict[str, Any]) -> TopUp:
    return TopUp(
        record["id"],
        record["amount"],
        record["channel"],
        datetime.fromisoformat(record["at"]),
        record["status"],
        record.get("code"),
        record.get("bank_debited"),
    )
