"""`HttpWallet`: each operation of the protocol as requests of docs/wallet-api.yaml.

One line serves accounts of several banks, so the line prefixes each id: `<wallet>:<id of the bank>`. An id of another
form, or of a wallet without an API, matches no account.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import quote

from ivr.engine.errors import Unavailable
from ivr.wallet.http.api import Answer, Api
from ivr.wallet.http.errors import NotSent, unavailable
from ivr.wallet.http.schemas import (
    CheckResult,
    Disputes,
    FoundAccount,
    Promotions,
    Rewards,
    TopUps,
    WriteResult,
    decoded,
    is_problem,
    require,
)
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
    Unfreeze,
)

T = TypeVar("T")
OURS = re.compile(r"([a-z0-9-]{1,40}):.+")
ANY_WALLET = ""
"""The key of the API that serves every wallet without its own."""
KEPT_FOR_ASKING = 1.5
"""Seconds that a write keeps in reserve to look up its outcome if the answer does not arrive."""
PAGE_SIZE = 100
"""Top-ups that are asked for in one request."""
REFUSALS: dict[str, type[Exception]] = {"already-disputed": AlreadyDisputed, "stays-frozen": StaysFrozen}
"""Codes of a 409 after which the write was certainly not done, and what they mean."""


class HttpWallet:
    """A `Wallet` over HTTP; `apis` by wallet."""

    def __init__(self, apis: Mapping[str, Api]) -> None:
        self._apis = apis

    def find_account(self, wallet: str, identifiers: list[str], deadline: float) -> Account | None:
        """The identifiers travel in the body: addresses end up in logs."""
        if not identifiers:
            return None
        api, path = self._wallet(wallet)
        found = decoded(
            api.post(f"{path}/accounts/search", deadline, {"identifiers": identifiers}), FoundAccount
        ).account
        require(found is None or found.wallet == wallet, "an account of another wallet")
        return replace(found, id=f"{wallet}:{found.id}") if found else None

    def check_id_tail(self, account: str, tail: str, key: str, deadline: float) -> bool:
        """False also for an account that does not exist."""
        return self._checked(account, "id_tail", tail, key, deadline)

    def check_pin(self, account: str, pin: str, key: str, deadline: float) -> bool:
        """False also for an account that does not exist."""
        return self._checked(account, "phone_pin", pin, key, deadline)

    def account(self, account: str, deadline: float) -> Account | None:
        """By its id."""
        answer = self._get(account, "", deadline)
        if answer is None:
            return None
        found = decoded(answer, Account)
        require(f"{found.wallet}:{found.id}" == account, "another account than was asked for")
        return replace(found, id=account)

    def top_ups(self, account: str, since: datetime, until: datetime, deadline: float) -> list[TopUp]:
        """All pages of them; half a list would hide the one that is looked for."""
        found: list[TopUp] = []
        after: dict[str, str] = {}
        while True:
            answer = self._get(account, "/top-ups", deadline, **_span(since, until), **after, limit=PAGE_SIZE)
            if answer is None:
                return []
            page = decoded(answer, TopUps)
            found += page.top_ups
            require(all(since <= one.at < until for one in page.top_ups), "a top-up of another time")
            if page.next is None:
                break
            require(len(page.top_ups) > 0, "an empty page that is not the last")
            after = {"after": page.next}
        require(all(one.at <= other.at for one, other in pairwise(found)), "top-ups in no order")
        return found

    def transactions(
        self, account: str, since: datetime, until: datetime, deadline: float, after: str | None = None, limit: int = 20
    ) -> Page:
        """One page."""
        place = {"after": after} if after else {}
        answer = self._get(account, "/transactions", deadline, **_span(since, until), **place, limit=limit)
        if answer is None:
            return Page([], None)
        page = decoded(answer, Page)
        require(len(page.transactions) <= limit, "a page longer than was asked for")
        require(bool(page.transactions) or page.next is None, "an empty page that is not the last")
        require(all(since <= one.at < until for one in page.transactions), "a transaction of another time")
        require(all(one.at >= other.at for one, other in pairwise(page.transactions)), "transactions in no order")
        return page

    def spending(self, account: str, since: datetime, until: datetime, deadline: float) -> Spending:
        """The wallet adds up."""
        answer = self._get(account, "/spending", deadline, **_span(since, until))
        if answer is None:
            return Spending(0, 0)
        found = decoded(answer, Spending)
        require(found.count > 0 or found.total == 0, "money spent in no payment")
        return found

    def disputes(self, account: str, deadline: float) -> list[Dispute]:
        """Oldest first."""
        answer = self._get(account, "/disputes", deadline)
        return decoded(answer, Disputes).disputes if answer else []

    def promotions(self, wallet: str, deadline: float) -> list[Promotion]:
        """Of the wallet."""
        api, path = self._wallet(wallet)
        return decoded(api.get(f"{path}/promotions", deadline), Promotions).promotions

    def rewards(self, account: str, deadline: float) -> list[Reward]:
        """Of the customer."""
        answer = self._get(account, "/rewards", deadline)
        return decoded(answer, Rewards).rewards if answer else []

    def freeze(self, account: str, key: str, deadline: float) -> Freeze:
        """Frozen, as the wallet says of this account."""
        done = self._write(account, "freeze", {}, key, deadline, WriteResult[Freeze])
        require(done.result.account == done.account, "a freeze of another account")
        return replace(done.result, account=account)

    def unfreeze(self, account: str, key: str, deadline: float) -> Unfreeze:
        """Lifted, as the wallet says of this account."""
        done = self._write(account, "unfreeze", {}, key, deadline, WriteResult[Unfreeze])
        require(done.result.account == done.account, "an unfreeze of another account")
        return replace(done.result, account=account)

    def dispute(self, account: str, payment: str, reason: DisputeReason, key: str, deadline: float) -> Dispute:
        """Filed, as the wallet says of this payment."""
        asked = {"payment": payment, "reason": reason}
        filed = self._write(account, "dispute", asked, key, deadline, WriteResult[Dispute]).result
        require((filed.payment, filed.reason) == (payment, reason), "a dispute of something else")
        return filed

    def consent(self, account: str, push: bool, key: str, deadline: float) -> Consent:
        """Kept, as the wallet says it."""
        done = self._write(account, "consent", {"push": push}, key, deadline, WriteResult[Consent])
        require((done.result.account, done.result.push) == (done.account, push), "another consent than was given")
        return replace(done.result, account=account)

    def _write(
        self, account: str, operation: str, body: Any, key: str, deadline: float, kind: type[WriteResult[T]]
    ) -> WriteResult[T]:
        if not self._is_ours(account):
            raise unavailable("the account is of no wallet that has one")
        api, path = self._account(account)
        try:
            answer = api.post(f"{path}/{operation}s", _earlier(deadline), body, key)
            for code, refused in REFUSALS.items():
                if is_problem(answer, 409, code):
                    raise refused(operation)
            done = decoded(answer, kind, 201)
        except NotSent:
            raise
        except Unavailable:  # the outcome is unknown: look it up, never send again
            done = self._find_write_by_key(account, key, deadline, kind)
        same = (done.key, done.operation, done.account) == (key, operation, account.partition(":")[2])
        require(same, "another write than was asked for")
        return done

    def _find_write_by_key(self, account: str, key: str, deadline: float, kind: type[WriteResult[T]]) -> WriteResult[T]:
        api, path = self._wallet(account.partition(":")[0])
        return decoded(api.get(f"{path}/writes/{quote(key, safe='')}", deadline), kind)

    def _checked(self, account: str, what: str, value: str, key: str, deadline: float) -> bool:
        if not self._is_ours(account):
            return False
        api, path = self._account(account)
        return decoded(api.post(f"{path}/checks", deadline, {"what": what, "value": value}, key), CheckResult).matches

    def _get(self, account: str, what: str, deadline: float, **query: str | int) -> Answer | None:
        """None when there is no such account."""
        if not self._is_ours(account):
            return None
        api, path = self._account(account)
        answer = api.get(path + what, deadline, **query)
        return None if is_problem(answer, 404, "no-account") else answer

    def _is_ours(self, account: str) -> bool:
        found = OURS.fullmatch(account)
        return found is not None and self._api(found[1]) is not None

    def _account(self, account: str) -> tuple[Api, str]:
        wallet, _, name = account.partition(":")
        api, path = self._wallet(wallet)
        return api, f"{path}/accounts/{quote(name, safe='')}"

    def _wallet(self, wallet: str) -> tuple[Api, str]:
        api = self._api(wallet)
        if api is None:
            raise unavailable("none is configured for this wallet; set WALLET_API_URL")
        return api, f"/wallets/{quote(wallet, safe='')}"

    def _api(self, wallet: str) -> Api | None:
        return self._apis.get(wallet) or self._apis.get(ANY_WALLET)


def _span(since: datetime, until: datetime) -> dict[str, str]:
    return {"since": since.isoformat(), "until": until.isoformat()}


def _earlier(deadline: float) -> float:
    """The deadline of a write; of a short time, half is kept to look up the outcome."""
    return deadline - min(KEPT_FOR_ASKING, (deadline - time.monotonic()) / 2)
