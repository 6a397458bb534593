"""Every operation of a wallet, a good answer to each, and apps that answer as they are told."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from http import HTTPStatus

from ivr.engine.errors import Unavailable
from ivr.wallet.http.api import Api
from ivr.wallet.http.breaker import Breaker
from ivr.wallet.http.wallet import ANY_WALLET, HttpWallet

SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
K1, KEY = "haiyun:K1", "call-1:9:write:1"
PATIENCE = 0.5
IN_TIME, NEVER = 8.0, 20.0
"""Seconds: a busy machine may need so much for what is done at once; what must not be waited for takes longer."""
ASKED = {
    "find_account": lambda wallet, by: wallet.find_account("haiyun", ["10002051"], by),
    "check_id_tail": lambda wallet, by: wallet.check_id_tail(K1, "21403X", KEY, by),
    "check_pin": lambda wallet, by: wallet.check_pin(K1, "481920", KEY, by),
    "account": lambda wallet, by: wallet.account(K1, by),
    "top_ups": lambda wallet, by: wallet.top_ups(K1, SINCE, UNTIL, by),
    "transactions": lambda wallet, by: wallet.transactions(K1, SINCE, UNTIL, by, limit=2),
    "spending": lambda wallet, by: wallet.spending(K1, SINCE, UNTIL, by),
    "disputes": lambda wallet, by: wallet.disputes(K1, by),
    "promotions": lambda wallet, by: wallet.promotions("haiyun", by),
    "rewards": lambda wallet, by: wallet.rewards(K1, by),
    "freeze": lambda wallet, by: wallet.freeze(K1, KEY, by),
    "unfreeze": lambda wallet, by: wallet.unfreeze(K1, KEY, by),
    "dispute": lambda wallet, by: wallet.dispute(K1, "Y1", "not-me", KEY, by),
    "consent": lambda wallet, by: wallet.consent(K1, True, KEY, by),
}
ACCOUNT = {"id": "K1", "wallet": "haiyun", "mobile": None, "language": "zh", "status": "active", "balance": 152350}
TOP_UP = {
    "id": "U1",
    "amount": 30000,
    "channel": "card",
    "at": "2026-11-20T20:15:00+08:00",
    "status": "failed",
    "code": "54",
    "bank_debited": None,
}
PAYMENT = {
    "id": "Y1",
    "kind": "payment",
    "amount": 4590,
    "at": "2026-11-19T18:02:00+08:00",
    "status": "succeeded",
    "code": None,
    "bank_debited": None,
    "payee": {"zh": "书", "en": "Books"},
    "channel": None,
}
DISPUTE = {
    "id": "P1",
    "payment": "Y1",
    "reason": "not-me",
    "at": "2026-11-20T10:00:00+08:00",
    "status": "received",
    "due": None,
    "refund_to": None,
}
REWARD = {"promotion": "M2", "progress": 5790, "completed_at": None, "credited_at": None, "credit_due": None}
PROMOTION = {
    "id": "M1",
    "title": {"zh": "减", "en": "off"},
    "audience": "all",
    "condition": {"zh": "满", "en": "full"},
    "starts": "2026-11-01T00:00:00+08:00",
    "ends": "2026-11-30T23:59:59+08:00",
    "reward": None,
}


def done(operation, result, **otherwise):
    return {"key": KEY, "operation": operation, "account": "K1", "status": "done", "result": result} | otherwise


FROZEN = {"account": "K1", "at": "2026-11-23T10:00:00+08:00"}
GOOD = {
    "find_account": {"account": ACCOUNT},
    "check_id_tail": {"matches": True},
    "check_pin": {"matches": True},
    "account": ACCOUNT,
    "top_ups": {"top_ups": [TOP_UP], "next": None},
    "transactions": {"transactions": [PAYMENT], "next": None},
    "spending": {"total": 4590, "count": 1},
    "disputes": {"disputes": [DISPUTE]},
    "promotions": {"promotions": [PROMOTION]},
    "rewards": {"rewards": [REWARD]},
    "freeze": done("freeze", FROZEN),
    "unfreeze": done("unfreeze", FROZEN),
    "dispute": done("dispute", DISPUTE),
    "consent": done("consent", FROZEN | {"push": True}),
}


def answering(document, status=None, content="application/json", **headers):
    """An app that answers everything so; bytes as they are, and a write with 201."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()

    def app(environ, start):
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        found = status or (
            201
            if environ["PATH_INFO"].endswith(("freezes", "unfreezes", "disputes", "consents"))
            and environ["REQUEST_METHOD"] == "POST"
            else 200
        )
        start(f"{found} {HTTPStatus(found).phrase}", [("Content-Type", content), *headers.items()])
        return [body]

    return app


def wallet_at(url, breaker=None):
    return HttpWallet({ANY_WALLET: Api(url, "token", breaker or Breaker(failures=1000))})


def outcome(name, url, patience=PATIENCE):
    """What the line gets, and after how many seconds."""
    begun = time.monotonic()
    try:
        found = ASKED[name](wallet_at(url), begun + patience)
    except Unavailable:
        found = Unavailable
    return found, time.monotonic() - begun
