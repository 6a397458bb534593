"""The demo wallet: a `Wallet` on the records of the lab's world, which can be slow or unreachable."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from ivr.demo import records as told
from ivr.demo.tables import customers, records
from ivr.demo.wire import pass_through
from ivr.engine.errors import Unavailable
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.types import (
    Account,
    AlreadyDisputed,
    Consent,
    Dispute,
    DisputeReason,
    Freeze,
    Page,
    Promotion,
    Reward,
    Spending,
    StaysFrozen,
    TopUp,
    Transaction,
    Unfreeze,
)

T = TypeVar("T")
Document = dict[str, Any]
ACT = "act"
"""The kind of record that stores a write and its result by idempotency key."""


class KeyReused(Unavailable):
    """The idempotency key belongs to another write: the client has a bug."""


class NoSuchRecord(Unavailable):
    """A write to an account or about a payment that does not exist."""


class DemoWallet:
    """A `Wallet` on SQL; it holds no transaction while it simulates a slow network."""

    def __init__(
        self, engine: sa.Engine, clock: Callable[[sa.Connection], datetime], mode: Callable[[sa.Connection], str]
    ) -> None:
        self._engine, self._clock, self._mode = engine, clock, mode

    def find_account(self, wallet: str, identifiers: list[str], deadline: float) -> Account | None:
        """Find an account by mobile or wallet id; earlier identifiers win."""
        with self._wire(deadline) as conn:
            for identifier in identifiers:
                known = (customers.c.mobile == identifier) | (customers.c.wallet_id == identifier)
                query = sa.select(customers.c.document).where(customers.c.wallet == wallet, known)
                if document := conn.scalar(query):
                    return told.account(json.loads(document))
        return None

    def check_id_tail(self, account: str, tail: str, key: str, deadline: float) -> bool:
        """Whether the identity document ends with `tail`."""
        return self._matches(account, "id_tail", tail, deadline)

    def check_pin(self, account: str, pin: str, key: str, deadline: float) -> bool:
        """Whether `pin` is the phone PIN."""
        return self._matches(account, "phone_pin", pin, deadline)

    def account(self, account: str, deadline: float) -> Account | None:
        """Read an account by id."""
        with self._wire(deadline) as conn:
            found = _customer(conn, account)
        return told.account(found) if found else None

    def top_ups(self, account: str, since: datetime, until: datetime, deadline: float) -> list[TopUp]:
        """List top-ups in a span of time, oldest first."""
        with self._wire(deadline) as conn:
            found = [told.top_up(one) for _, one in _records(conn, account, "top-up")]
        return sorted((one for one in found if since <= one.at < until), key=lambda one: one.at)

    def transactions(
        self, account: str, since: datetime, until: datetime, deadline: float, after: str | None = None, limit: int = 20
    ) -> Page:
        """List a page of transactions, newest first; `next` is the id of the page's last one."""
        with self._wire(deadline) as conn:
            known = _transactions(conn, account, since, until)
        places = [None, *(one.id for one in known)]
        first = places.index(after) if after in places else len(known)
        shown = known[first : first + limit]
        return Page(shown, shown[-1].id if first + limit < len(known) else None)

    def spending(self, account: str, since: datetime, until: datetime, deadline: float) -> Spending:
        """Add up the successful payments."""
        with self._wire(deadline) as conn:
            known = _transactions(conn, account, since, until)
        paid = [one.amount for one in known if one.kind == "payment" and one.status == "succeeded"]
        return Spending(sum(paid), len(paid))

    def disputes(self, account: str, deadline: float) -> list[Dispute]:
        """List the disputes, oldest first."""
        with self._wire(deadline) as conn:
            found = [told.dispute(one) for _, one in _records(conn, account, "dispute")]
        return sorted(found, key=lambda one: one.at)

    def promotions(self, wallet: str, deadline: float) -> list[Promotion]:
        """List the promotions by their start."""
        with self._wire(deadline) as conn:
            known = sa.select(records.c.document).where(records.c.kind == "promotion").order_by(records.c.n)
            found = [json.loads(document) for document in conn.scalars(known)]
        return sorted((told.promotion(one) for one in found if one["wallet"] == wallet), key=lambda one: one.starts)

    def rewards(self, account: str, deadline: float) -> list[Reward]:
        """List the rewards in the order of the world's document."""
        with self._wire(deadline) as conn:
            return [told.reward(one) for _, one in _records(conn, account, "reward")]

    def freeze(self, account: str, key: str, deadline: float) -> Freeze:
        """Set the status of the account to frozen."""

        def done(conn: sa.Connection, customer: Document) -> Freeze:
            _change(conn, customer, status="frozen")
            return Freeze(account, self._clock(conn))

        return self._once("freeze", account, {}, key, deadline, Freeze, done)

    def unfreeze(self, account: str, key: str, deadline: float) -> Unfreeze:
        """Set the status of a frozen account to active, unless its freeze is for the wallet's staff to lift."""

        def done(conn: sa.Connection, customer: Document) -> Unfreeze:
            if customer.get("status") == "frozen":
                if not told.account(customer).may_unfreeze:
                    raise StaysFrozen(account)
                _change(conn, customer, status="active")
            return Unfreeze(account, self._clock(conn))

        return self._once("unfreeze", account, {}, key, deadline, Unfreeze, done)

    def dispute(self, account: str, payment: str, reason: DisputeReason, key: str, deadline: float) -> Dispute:
        """File a dispute: at most one for each payment."""

        def done(conn: sa.Connection, customer: Document) -> Dispute:
            if payment not in {one["id"] for _, one in _records(conn, account, "payment")}:
                raise NoSuchRecord("the account has no such payment")
            known = [one for _, one in _records(conn, account, "dispute")]
            if payment in {one["payment"] for one in known}:
                raise AlreadyDisputed(payment)
            filed = Dispute(f"D-{payment}", payment, reason, self._clock(conn), "received", None, None)
            _keep(conn, "dispute", filed.id, account, msgspec.to_builtins(filed))
            return filed

        about = {"payment": payment, "reason": reason}
        return self._once("dispute", account, about, key, deadline, Dispute, done)

    def consent(self, account: str, push: bool, key: str, deadline: float) -> Consent:
        """Set the flag for messages about offers."""

        def done(conn: sa.Connection, customer: Document) -> Consent:
            _change(conn, customer, push_opt_in=push)
            return Consent(account, push, self._clock(conn))

        return self._once("consent", account, {"push": push}, key, deadline, Consent, done)

    def find_write_by_key(self, key: str, deadline: float) -> Document | None:
        """Return `operation`, `account` and `result` of the write with this key; None if it was not done."""
        with self._wire(deadline) as conn:
            return _act(conn, key)

    def _once(
        self,
        operation: str,
        account: str,
        about: Document,
        key: str,
        deadline: float,
        kind: type[T],
        done: Callable[[sa.Connection, Document], T],
    ) -> T:
        """Do the write once per key; a repeated key gets the stored result. Writers queue at the customer's row."""
        with self._wire(deadline):
            pass
        with begin_write(self._engine) as conn:
            mine = sa.select(customers.c.document).where(customers.c.id == account).with_for_update()
            document = conn.scalar(mine)
            asked = {"operation": operation, "account": account, "about": about}
            if before := _act(conn, key):
                if {name: before[name] for name in asked} != asked:
                    raise KeyReused("the key stands for another write")
                return msgspec.convert(before["result"], kind)
            if document is None:
                raise NoSuchRecord("the wallet has no such account")
            result = done(conn, json.loads(document))
            _keep(conn, ACT, key, account, {**asked, "result": msgspec.to_builtins(result)})
        return result

    @contextmanager
    def _wire(self, deadline: float) -> Iterator[sa.Connection]:
        with begin_read(self._engine) as conn:
            mode = self._mode(conn)
        pass_through(mode, deadline)
        with begin_read(self._engine) as conn:
            yield conn

    def _matches(self, account: str, field: str, given: str, deadline: float) -> bool:
        with self._wire(deadline) as conn:
            found = _customer(conn, account) or {}
        known = found.get(field) or ""
        return hmac.compare_digest(known.encode(), given.encode()) and bool(known)


def _customer(conn: sa.Connection, account: str) -> Document | None:
    document = conn.scalar(sa.select(customers.c.document).where(customers.c.id == account))
    return json.loads(document) if document else None


def _records(conn: sa.Connection, account: str, *kinds: str) -> list[tuple[str, Document]]:
    mine = (records.c.customer == account) & records.c.kind.in_(kinds)
    rows = conn.execute(sa.select(records.c.kind, records.c.document).where(mine).order_by(records.c.n))
    return [(row.kind, json.loads(row.document)) for row in rows]


def _transactions(conn: sa.Connection, account: str, since: datetime, until: datetime) -> list[Transaction]:
    known = [told.transaction(kind, one) for kind, one in _records(conn, account, "payment", "top-up")]
    return sorted((one for one in known if since <= one.at < until), key=lambda one: (one.at, one.id), reverse=True)


def _act(conn: sa.Connection, key: str) -> Document | None:
    document = conn.scalar(sa.select(records.c.document).where(records.c.kind == ACT, records.c.id == key))
    return json.loads(document) if document else None


def _change(conn: sa.Connection, customer: Document, **fields: Any) -> None:
    changed = json.dumps(customer | fields, ensure_ascii=False)
    conn.execute(sa.update(customers).where(customers.c.id == customer["id"]).values(document=changed))


def _keep(conn: sa.Connection, kind: str, name: str, account: str, document: Document) -> None:
    row = {"kind": kind, "id": name, "customer": account, "document": json.dumps(document, ensure_ascii=False)}
    conn.execute(sa.insert(records).values(row))
