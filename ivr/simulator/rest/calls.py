"""The Calls resource: create, fetch, list, update."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.leg_events import Target
from ivr.simulator.calls.call_runner import ENDED, CallRunner, RunningCall
from ivr.simulator.rest.responses import PREFIX, RestError, not_found, page, uri, when
from ivr.simulator.twiml.schema import overrides_fault
from ivr.simulator.webhooks.delivery import WebhookSender
from ivr.simulator.webhooks.status_callbacks import StatusCallbacks

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_INLINE = 4000
EVENTS = ("initiated", "ringing", "answered", "completed")


def add(rest: Blueprint, runner: CallRunner) -> None:
    """Add the routes of this resource."""

    @rest.post(f"{PREFIX}/Calls.json")
    def create_call(account_sid: str) -> tuple[Response, int]:
        to, caller = numbers_of(request.form)
        if not runner.account.may_call_from(caller):
            raise RestError(400, 21210, f"'From' phone number not verified: {caller}")
        trunk = request.form.get("Byoc", "")
        if trunk and not runner.account.has_trunk(trunk):
            raise RestError(400, 21300, f"Invalid BYOC trunk SID: {trunk}")
        call = runner.ring(
            to,
            caller,
            _target(request.form),
            _status_callbacks(runner),
            request.form.get("FallbackUrl", ""),
            _timeout(request.form.get("Timeout", "60")),
            trunk,
        )
        return jsonify(shown(call) | {"status": "queued"}), 201

    @rest.get(f"{PREFIX}/Calls.json")
    def list_calls(account_sid: str) -> Response:
        wanted = {"Status": "CallStatus", "To": "To", "From": "From", "ParentCallSid": "ParentCallSid"}
        rows = [
            call
            for call in reversed(tuple(runner.calls.values()))
            if all(
                call.leg.parameters.get(key, "") == request.args.get(name, call.leg.parameters.get(key, ""))
                for name, key in wanted.items()
            )
        ]
        return jsonify(page("calls", rows, shown))

    @rest.get(f"{PREFIX}/Calls/<sid>.json")
    def fetch_call(account_sid: str, sid: str) -> Response:
        return jsonify(shown(found(runner, sid)))

    @rest.post(f"{PREFIX}/Calls/<sid>.json")
    def update_call(account_sid: str, sid: str) -> Response:
        call = found(runner, sid)
        update(runner, call, request.form)
        return jsonify(shown(call))


def found(runner: CallRunner, sid: str) -> RunningCall:
    """A call by its SID; one that was placed elsewhere is adopted."""
    known = runner.find(sid)
    call = known[0] if known else runner.adopt(sid)
    if call is None:
        raise not_found()
    return call


def update(runner: CallRunner, call: RunningCall, form: Any) -> None:
    """Redirect a live call, or end it."""
    status = form.get("Status", "")
    if status not in ("", "completed", "canceled"):
        raise RestError(400, 21218, f"Invalid Status: {status}")
    if call.status in ENDED or (status == "canceled" and call.leg.answered):
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status:
        runner.end(call, status)
    else:
        runner.redirect(call, _target(form))


def numbers_of(form: Any) -> tuple[str, str]:
    """To and From of a request. Raises RestError when they are not telephone numbers."""
    to, caller = form.get("To", ""), form.get("From", "")
    if not to:
        raise RestError(400, 21201, "No 'To' number specified")
    if not caller:
        raise RestError(400, 21213, "'From' phone number is required")
    if not NUMBER.fullmatch(caller):
        raise RestError(400, 21212, f"Invalid From Number (caller ID): {caller}")
    if not NUMBER.fullmatch(to) and not to.startswith(("client:", "sip:")):
        raise RestError(400, 21217, f"Phone number does not appear to be valid: {to}")
    return to, caller


def _timeout(text: str) -> float:
    """How long it rings; from 1 to 600 seconds."""
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= 600:
        raise RestError(400, 21626, f"Timeout is not valid: {text}")
    return float(text)


def _target(form: Any) -> Target:
    if url := form.get("Url", ""):
        return Target(checked(url, 21205, "Url"), {}, form.get("Method", "POST"))
    inline = form.get("Twiml", "")
    if len(inline) > LONGEST_INLINE:
        raise RestError(400, 32018, f"Twiml has {len(inline)} characters, more than {LONGEST_INLINE}")
    if not inline:
        raise RestError(400, 21205, "Url parameter is required.")
    return Target("inline:", {}, "POST", inline)


def checked(url: str, code: int, name: str) -> str:
    """A URL that Twilio would call: absolute, no underscore in the host, valid connection overrides."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname:
        raise RestError(400, code, f"{name} is not a valid URL: {url}")
    if fault := overrides_fault(url):
        raise RestError(400, 11243, fault)
    return url


def _status_callbacks(runner: CallRunner) -> StatusCallbacks:
    form, url = request.form, request.form.get("StatusCallback", "")
    events = tuple(event for given in form.getlist("StatusCallbackEvent") for event in given.split())
    if any(event not in EVENTS for event in events):
        raise RestError(400, 21626, f"Invalid StatusCallbackEvent: {' '.join(events)}")
    url = checked(url, 21609, "StatusCallback") if url else ""
    webhooks = WebhookSender(runner.transport, runner.token)
    return StatusCallbacks(webhooks, url, form.get("StatusCallbackMethod", "POST"), events or ("completed",))


def shown(call: RunningCall) -> dict[str, Any]:
    """A call as JSON in Twilio's format."""
    leg, parameters = call.leg, call.leg.parameters
    own = uri(parameters["AccountSid"], "Calls", leg.sid)
    more = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")
    return {
        "sid": leg.sid,
        "account_sid": parameters["AccountSid"],
        "to": parameters["To"],
        "to_formatted": parameters["To"],
        "from": parameters["From"],
        "from_formatted": parameters["From"],
        "status": call.status,
        "direction": parameters["Direction"],
        "api_version": "2010-04-01",
        "answered_by": None,
        "caller_name": None,
        "date_created": when(call.created),
        "date_updated": when(call.ended or call.created),
        "start_time": when(call.created) if leg.answered else None,
        "end_time": when(call.ended),
        "duration": str(int(leg.clock)) if call.phone_call.over else None,
        "forwarded_from": parameters.get("ForwardedFrom"),
        "group_sid": None,
        "parent_call_sid": parameters.get("ParentCallSid"),
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "trunk_sid": None,
        "uri": own,
        "subresource_uris": {name: own.replace(".json", f"/{name.title()}.json") for name in more},
    }
