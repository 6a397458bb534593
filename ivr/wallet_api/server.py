"""Reference server of the wallet API: the routes of the contract over the demo wallet."""

from __future__ import annotations

import hmac
import time
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from ivr.demo.wallet import DemoWallet, KeyReused, NoSuchRecord
from ivr.engine.errors import Unavailable
from ivr.wallet.types import AlreadyDisputed, StaysFrozen
from ivr.wallet_api import request_parsing
from ivr.wallet_api.request_parsing import Refused

WALLET_SECONDS = 4.0
"""Seconds that the wallet behind this API may take: as long as the line waits (TOUCH_SECONDS)."""
LARGEST_REQUEST = 64 * 1024
"""Bytes of a request's body."""
IN_ACCOUNT = "/wallets/<wallet>/accounts/<account:account>"


class Account(BaseConverter):
    """Matches an account id, but not `search`, so that a path has one meaning, for `OPTIONS` too."""

    regex = "(?!search$)[^/]+"


def create_app(demo: DemoWallet, wallets: set[str], token: str) -> Flask:
    """Make an app that serves the records of these wallets to clients with the token."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.url_map.converters["account"] = Account
    app.register_error_handler(Refused, lambda error: _problem(error.status, error.code, error.title))
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Unavailable, lambda error: _problem(503, "unavailable", "try again later"))

    @app.before_request
    def check_token() -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise Refused(401, "no-token", "send the bearer token that the wallet was given")

    app.before_request(request_parsing.path)
    app.register_blueprint(_of_wallets(demo, wallets))
    app.register_blueprint(_of_accounts(demo))
    app.register_blueprint(_writes(demo))
    return app


def _of_wallets(demo: DemoWallet, wallets: set[str]) -> Blueprint:
    routes = Blueprint("wallets", __name__)

    def must_be_known(wallet: str) -> None:
        if wallet not in wallets:
            raise Refused(404, "no-wallet", "there is no such wallet here")

    @routes.post("/wallets/<wallet>/accounts/search")
    def search(wallet: str) -> Response:
        wanted = request_parsing.body(request_parsing.Search)
        must_be_known(wallet)
        return _told({"account": demo.find_account(wallet, wanted.identifiers, _soon())})

    @routes.get("/wallets/<wallet>/promotions")
    def promotions(wallet: str) -> Response:
        must_be_known(wallet)
        return _told({"promotions": demo.promotions(wallet, _soon())})

    @routes.get("/wallets/<wallet>/writes/<key>")
    def write(wallet: str, key: str) -> Response:
        found = demo.find_write_by_key(key, _soon())
        if found is None or not _is_there(demo, wallet, found["account"]):
            raise Refused(404, "never-arrived", "no write with this key was done")
        return _told(_done(key, found["operation"], found["account"], found["result"]))

    return routes


def _of_accounts(demo: DemoWallet) -> Blueprint:
    routes = Blueprint("accounts", __name__, url_prefix=IN_ACCOUNT)

    @routes.get("")
    def account(wallet: str, account: str) -> Response:
        _must_be_there(demo, wallet, account)
        return _told(demo.account(account, _soon()))

    @routes.post("/checks")
    def checks(wallet: str, account: str) -> Response:
        key, given = request_parsing.key(), request_parsing.body(request_parsing.Check)
        check = demo.check_pin if given.what == "phone_pin" else demo.check_id_tail
        right = check(account, given.value, key, _soon())  # an account that does not exist takes as long
        return _told({"matches": right and _is_there(demo, wallet, account)})

    @routes.get("/top-ups")
    def top_ups(wallet: str, account: str) -> Response:
        span = request_parsing.span()
        _must_be_there(demo, wallet, account)
        known = demo.top_ups(account, span.since, span.until, _soon())
        places = [None, *(one.id for one in known)]
        first = places.index(span.after) if span.after in places else len(known)
        shown = known[first : first + span.limit]
        return _told({"top_ups": shown, "next": shown[-1].id if first + span.limit < len(known) else None})

    @routes.get("/transactions")
    def transactions(wallet: str, account: str) -> Response:
        span = request_parsing.span()
        _must_be_there(demo, wallet, account)
        return _told(demo.transactions(account, span.since, span.until, _soon(), span.after, span.limit))

    @routes.get("/spending")
    def spending(wallet: str, account: str) -> Response:
        span = request_parsing.span()
        _must_be_there(demo, wallet, account)
        return _told(demo.spending(account, span.since, span.until, _soon()))

    @routes.get("/disputes")
    def disputes(wallet: str, account: str) -> Response:
        _must_be_there(demo, wallet, account)
        return _told({"disputes": demo.disputes(account, _soon())})

    @routes.get("/rewards")
    def rewards(wallet: str, account: str) -> Response:
        _must_be_there(demo, wallet, account)
        return _told({"rewards": demo.rewards(account, _soon())})

    return routes


def _writes(demo: DemoWallet) -> Blueprint:
    routes = Blueprint("writes", __name__, url_prefix=IN_ACCOUNT)
    routes.register_error_handler(NoSuchRecord, _no_payment)
    routes.register_error_handler(AlreadyDisputed, _already_disputed)
    routes.register_error_handler(StaysFrozen, _stays_frozen)
    routes.register_error_handler(KeyReused, _key_reused)

    @routes.post("/freezes")
    def freezes(wallet: str, account: str) -> Response:
        key, _ = request_parsing.key(), request_parsing.body(request_parsing.NewFreeze)
        _must_be_there(demo, wallet, account)
        return _told(_done(key, "freeze", account, demo.freeze(account, key, _soon())), 201)

    @routes.post("/unfreezes")
    def unfreezes(wallet: str, account: str) -> Response:
        key, _ = request_parsing.key(), request_parsing.body(request_parsing.NewUnfreeze)
        _must_be_there(demo, wallet, account)
        return _told(_done(key, "unfreeze", account, demo.unfreeze(account, key, _soon())), 201)

    @routes.post("/disputes")
    def disputes(wallet: str, account: str) -> Response:
        key, new = request_parsing.key(), request_parsing.body(request_parsing.NewDispute)
        _must_be_there(demo, wallet, account)
        filed = demo.dispute(account, new.payment, new.reason, key, _soon())
        return _told(_done(key, "dispute", account, filed), 201)

    @routes.post("/consents")
    def consents(wallet: str, account: str) -> Response:
        key, new = request_parsing.key(), request_parsing.body(request_parsing.NewConsent)
        _must_be_there(demo, wallet, account)
        return _told(_done(key, "consent", account, demo.consent(account, new.push, key, _soon())), 201)

    return routes


def _is_there(demo: DemoWallet, wallet: str, account: str) -> bool:
    found = demo.account(account, _soon())
    return found is not None and found.wallet == wallet


def _must_be_there(demo: DemoWallet, wallet: str, account: str) -> None:
    if not _is_there(demo, wallet, account):
        raise Refused(404, "no-account", "this wallet has no such account")


def _done(key: str, operation: str, account: str, result: Any) -> dict[str, Any]:
    return {"key": key, "operation": operation, "account": account, "status": "done", "result": result}


def _told(answer: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, mimetype="application/json")


def _problem(status: int, code: str, title: str) -> Response:
    document = {"status": status, "code": code, "title": title}
    found = Response(msgspec.json.encode(document), status, mimetype="application/problem+json")
    if status == 401:
        found.headers["WWW-Authenticate"] = "Bearer"
    return found


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    code = {404: "no-such-path", 405: "no-such-method", 413: "too-large"}.get(status, "bad-request")
    found = _problem(status, "broken" if status >= 500 else code, error.name)
    for name, value in error.get_headers():
        if name == "Allow":
            found.headers[name] = value
    return found


def _no_payment(_error: NoSuchRecord) -> Response:
    return _problem(404, "no-payment", "the account has no such payment")


def _already_disputed(_error: AlreadyDisputed) -> Response:
    return _problem(409, "already-disputed", "the payment has its dispute")


def _stays_frozen(_error: StaysFrozen) -> Response:
    return _problem(409, "stays-frozen", "this freeze is lifted by the wallet's own staff only")


def _key_reused(_error: KeyReused) -> Response:
    return _problem(409, "key-reused", "the key stands for another write")


def _soon() -> float:
    return time.monotonic() + WALLET_SECONDS
