"""Twilio's REST API, as far as the app uses it: `/2010-04-01/Accounts/<sid>/…json`, in Twilio's words and codes."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.accounts import Accounts
from ivr.simulator.switchboard import Switchboard

PREFIX = "/2010-04-01/Accounts/<account>"
LARGEST_PAGE = 1000


class RestError(Exception):
    """A refusal: HTTP status, Twilio's code, and its sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def rest_blueprint(board: Switchboard, accounts: Accounts, sms_mode: Callable[[], str]) -> Blueprint:
    """Every resource; the test credentials see only theirs."""
    from ivr.simulator import magic, rest_calls, rest_messages, rest_numbers, rest_queues, rest_recordings, rest_rooms

    rest = Blueprint("rest", __name__)
    _check_who_asks(rest, accounts, magic.answer)
    rest.register_error_handler(RestError, _refusal)
    rest_calls.add(rest, board)
    rest_queues.add(rest, board)
    rest_rooms.add(rest, board)
    rest_messages.add(rest, board, sms_mode)
    rest_recordings.add(rest, board)
    rest_numbers.add(rest, board)

    @rest.route("/2010-04-01/<path:_rest>", methods=["GET", "POST", "DELETE"])
    @rest.route("/v1/<path:_rest>", methods=["GET", "POST"])
    @rest.route("/v2/<path:_rest>", methods=["GET", "POST"])
    def unknown(_rest: str) -> Response:
        raise not_found()

    return rest


def _check_who_asks(rest: Blueprint, accounts: Accounts, test_answer: Callable[[], tuple[Response, int]]) -> None:
    @rest.before_request
    def known() -> Any:
        if request.endpoint == "rest.sound":
            return None  # recordings' files are public unless the account says otherwise
        given = request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        if _is((user, password), accounts.test):
            return test_answer()
        if not _is((user, password), accounts.live) and not (accounts.key[0] and _is((user, password), accounts.key)):
            raise RestError(401, 20003, "Authenticate")
        if (request.view_args or {}).get("account", accounts.live[0]) != accounts.live[0]:
            raise not_found()
        return None


def _is(given: tuple[str, str], wanted: tuple[str, str]) -> bool:
    return all(hmac.compare_digest(one.encode(), other.encode()) for one, other in zip(given, wanted, strict=True))


def _refusal(error: RestError) -> tuple[Response, int]:
    return jsonify(
        code=error.code,
        message=error.message,
        more_info=f"https://www.twilio.com/docs/errors/{error.code}",
        status=error.status,
    ), error.status


def not_found() -> RestError:
    """There is no such thing."""
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


def page(key: str, rows: Iterable[Any], show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """One page of a list, with the addresses of the others."""
    every, size, number = list(rows), _number("PageSize", 50, 1), _number("Page", 0, 0)
    size = min(size, LARGEST_PAGE)
    last = max(0, math.ceil(len(every) / size) - 1)
    shown = every[number * size : (number + 1) * size]
    return {
        key: [show(row) for row in shown],
        "page": number, "page_size": size, "start": number * size,
        "end": number * size + max(0, len(shown) - 1), "uri": _page_uri(number, size),
        "first_page_uri": _page_uri(0, size),
        "next_page_uri": _page_uri(number + 1, size) if number < last else None,
        "previous_page_uri": _page_uri(number - 1, size) if number else None,
    }  # fmt: skip


def _number(name: str, default: int, least: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise RestError(400, 20001, f"{name} is {text!r}")
    return int(text)


def _page_uri(number: int, size: int) -> str:
    kept = "".join(f"&{name}={value}" for name, value in request.args.items() if name not in ("Page", "PageSize"))
    return f"{request.path}?PageSize={size}&Page={number}{kept}"


def when(moment: datetime | None) -> str | None:
    """RFC 2822, in GMT."""
    return format_datetime(moment.astimezone(UTC)) if moment else None


def uri(account: str, *parts: str) -> str:
    """A resource's own address."""
    return "/".join(("/2010-04-01/Accounts", account, *parts)) + ".json"
