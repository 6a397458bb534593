"""The Messages resource: texts are accepted, then delivered or not as the lab's scene says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.sids import new_sid, now
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.rest.calls import NUMBER
from ivr.simulator.rest.responses import PREFIX, RestError, not_found, page, uri, when
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender

LONGEST_BODY = 1600
SENDER = re.compile(rf"{NUMBER.pattern}|[0-9]{{3,8}}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{{1,11}}")
"""A telephone number, a short code, or an alphanumeric sender."""
SERVICE = re.compile("MG[0-9a-f]{32}")
REJECTED, UNREACHABLE = 30007, 21614


def add(rest: Blueprint, runner: CallRunner, mode: Callable[[], str]) -> None:
    """Add the routes of this resource; `mode` returns ok, reject or unreachable."""
    kept: dict[str, dict[str, Any]] = {}

    @rest.post(f"{PREFIX}/Messages.json")
    def send(account_sid: str) -> tuple[Response, int]:
        check(request.form)
        sender = request.form.get("From") or request.form["MessagingServiceSid"]
        if not runner.account.may_text_from(sender):
            raise RestError(
                400,
                21606,
                f"The 'From' phone number provided ({sender}) is not a valid, SMS-capable number of your account",
            )
        now_mode = mode()
        if now_mode == "unreachable":
            raise RestError(400, UNREACHABLE, f"'To' number is not a valid mobile number: {request.form['To']}")
        row = _row(account_sid, request.form)
        ending = {"ok": ("delivered", None), "reject": ("undelivered", REJECTED)}[now_mode]
        kept[row["sid"]] = row | {"status": ending[0], "error_code": ending[1], "date_sent": when(now())}
        _report(runner, request.form.get("StatusCallback", ""), kept[row["sid"]])
        return jsonify(row), 201

    @rest.get(f"{PREFIX}/Messages.json")
    def list_messages(account_sid: str) -> Response:
        rows = [
            row
            for row in reversed(tuple(kept.values()))
            if all(request.args.get(n, row[n.lower()]) == row[n.lower()] for n in ("To", "From"))
        ]
        return jsonify(page("messages", rows, dict))

    @rest.route(f"{PREFIX}/Messages/<sid>.json", methods=["GET", "POST"])
    def one_message(account_sid: str, sid: str) -> Response:
        if sid not in kept:
            raise not_found()
        if request.method == "POST" and request.form.get("Body") == "":
            kept[sid]["body"] = ""  # redaction
        return jsonify(kept[sid])


def check(form: Any) -> None:
    """Refuse what Twilio refuses before sending. Raises RestError."""
    to, sender, body = form.get("To", ""), form.get("From") or form.get("MessagingServiceSid", ""), form.get("Body", "")
    if not to:
        raise RestError(400, 21604, "A 'To' phone number is required.")
    if not sender:
        raise RestError(400, 21603, "A 'From' phone number is required.")
    if not NUMBER.fullmatch(to):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not SENDER.fullmatch(form.get("From", "")) and not SERVICE.fullmatch(form.get("MessagingServiceSid", "")):
        raise RestError(400, 21212, f"Invalid From Number (caller ID): {sender}")
    if not body and not form.get("MediaUrl"):
        raise RestError(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise RestError(400, 21617, f"The concatenated message body exceeds the {LONGEST_BODY} character limit.")


def _row(account_sid: str, form: Any) -> dict[str, Any]:
    sid = new_sid("SM")
    return {
        "sid": sid,
        "account_sid": account_sid,
        "to": form["To"],
        "from": form.get("From"),
        "body": form.get("Body", ""),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": str(segments(form.get("Body", ""))),
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "error_code": None,
        "error_message": None,
        "date_created": when(now()),
        "date_updated": when(now()),
        "date_sent": None,
        "uri": uri(account_sid, "Messages", sid),
        "subresource_uris": {"media": uri(account_sid, "Messages", sid, "Media")},
    }


GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = "^{}\\[~]|€"


def segments(body: str) -> int:
    """The number of SMS segments: 160 or 153 characters in GSM-7, otherwise 70 or 67 in UCS-2."""
    if all(char in GSM or char in TWICE for char in body):
        length, one, many = sum(2 if char in TWICE else 1 for char in body), 160, 153
    else:
        length, one, many = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // many)


def _report(runner: CallRunner, url: str, row: dict[str, Any]) -> None:
    if not url:
        return
    form = {
        "MessageSid": row["sid"],
        "SmsSid": row["sid"],
        "MessageStatus": row["status"],
        "To": row["to"],
        "From": row["from"] or "",
        "AccountSid": row["account_sid"],
        "ApiVersion": "2010-04-01",
    }
    if row["error_code"]:
        form["ErrorCode"] = str(row["error_code"])

    def deliver() -> None:
        try:
            WebhookSender(runner.transport, runner.token).deliver(url, form)
        except WebhookFailed as fault:
            row["error_message"] = str(fault)

    runner.later(deliver)
