"""Twilio's REST API, as far as the app uses it: `/2010-04-01/Accounts/<sid>/…json` and TaskRouter's `/v1/Workspaces`,
with Twilio's error codes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.rest import (
    calls,
    conferences,
    magic_numbers,
    messages,
    phone_numbers,
    queues,
    recordings,
    task_router,
    task_router_tasks,
)
from ivr.simulator.rest.credentials import Credentials
from ivr.simulator.rest.responses import RestError, not_found


def rest_blueprint(runner: CallRunner, credentials: Credentials, sms_mode: Callable[[], str]) -> Blueprint:
    """All resources. Requests with the test credentials are answered by `magic_numbers` only."""
    rest = Blueprint("rest", __name__)
    _authenticate(rest, credentials, magic_numbers.answer)
    rest.register_error_handler(RestError, _refusal)
    calls.add(rest, runner)
    queues.add(rest, runner)
    conferences.add(rest, runner)
    messages.add(rest, runner, sms_mode)
    recordings.add(rest, runner)
    phone_numbers.add(rest, runner)
    task_router.add(rest, runner.account)
    task_router_tasks.add(rest, runner.account)

    @rest.route("/2010-04-01/<path:_rest>", methods=["GET", "POST", "DELETE"])
    @rest.route("/v1/<path:_rest>", methods=["GET", "POST"])
    @rest.route("/v2/<path:_rest>", methods=["GET", "POST"])
    def unknown(_rest: str) -> Response:
        raise not_found()

    return rest


def _authenticate(rest: Blueprint, credentials: Credentials, test_answer: Callable[[], tuple[Response, int]]) -> None:
    @rest.before_request
    def known() -> Any:
        if request.endpoint == "rest.sound":
            return None  # files of recordings need no authentication, as by default at Twilio
        given = request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        if _is((user, password), credentials.test):
            return test_answer()
        if not _is((user, password), credentials.live) and not (
            credentials.key[0] and _is((user, password), credentials.key)
        ):
            raise RestError(401, 20003, "Authenticate")
        if (request.view_args or {}).get("account_sid", credentials.live[0]) != credentials.live[0]:
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
