"""Read-only resources: the account's numbers, verified caller IDs, short codes, messaging services."""

from __future__ import annotations

from hashlib import md5
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.sids import now
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.rest.responses import PREFIX, not_found, page, uri, when


def add(rest: Blueprint, runner: CallRunner) -> None:
    """Add the routes of this resource."""
    account = runner.account

    @rest.get(f"{PREFIX}/IncomingPhoneNumbers.json")
    def list_numbers(account_sid: str) -> Response:
        found = _wanted(account.numbers, "PhoneNumber")
        return jsonify(page("incoming_phone_numbers", found, lambda number: _number(account_sid, number)))

    @rest.get(f"{PREFIX}/OutgoingCallerIds.json")
    def list_verified(account_sid: str) -> Response:
        found = _wanted(sorted(account.verified_numbers), "PhoneNumber")
        return jsonify(page("outgoing_caller_ids", found, lambda number: _verified(account_sid, number)))

    @rest.get(f"{PREFIX}/SMS/ShortCodes.json")
    def list_short_codes(account_sid: str) -> Response:
        found = _wanted([one for one in sorted(account.senders) if one.isascii() and one.isdigit()], "ShortCode")
        return jsonify(page("short_codes", found, lambda code: _short_code(account_sid, code)))

    @rest.get("/v1/Services/<sid>")
    def fetch_service(sid: str) -> Response:
        if sid not in account.senders:
            raise not_found()
        return jsonify(_service(account.sid, sid))

    @rest.get("/v1/ByocTrunks/<sid>")
    def fetch_trunk(sid: str) -> Response:
        if not account.has_trunk(sid):
            raise not_found()
        return jsonify(_trunk(account.sid, sid))


def _wanted(known: list[str], name: str) -> list[str]:
    wanted = request.args.get(name, "")
    return [one for one in known if wanted in ("", one)]


def _sid(prefix: str, of: str) -> str:
    """A SID derived from a value, so that it stays the same."""
    return prefix + md5(of.encode(), usedforsecurity=False).hexdigest()


def _number(account_sid: str, number: str) -> dict[str, Any]:
    sid = _sid("PN", number)
    empty = dict.fromkeys(
        (
            "address_sid",
            "identity_sid",
            "trunk_sid",
            "bundle_sid",
            "emergency_address_sid",
            "sms_application_sid",
            "voice_application_sid",
            "sms_url",
            "sms_fallback_url",
            "voice_url",
            "voice_fallback_url",
            "status_callback",
        ),
        "",
    )
    methods = dict.fromkeys(
        ("sms_method", "sms_fallback_method", "voice_method", "voice_fallback_method", "status_callback_method"), "POST"
    )
    return (
        empty
        | methods
        | {
            "sid": sid,
            "account_sid": account_sid,
            "phone_number": number,
            "friendly_name": number,
            "origin": "twilio",
            "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
            "address_requirements": "none",
            "api_version": "2010-04-01",
            "beta": False,
            "status": "in-use",
            "voice_receive_mode": "voice",
            "voice_caller_id_lookup": False,
            "emergency_status": "Inactive",
            "emergency_address_status": "unregistered",
            "date_created": when(now()),
            "date_updated": when(now()),
            "uri": uri(account_sid, "IncomingPhoneNumbers", sid),
        }
    )


def _verified(account_sid: str, number: str) -> dict[str, Any]:
    sid = _sid("PN", number)
    return {
        "sid": sid,
        "account_sid": account_sid,
        "phone_number": number,
        "friendly_name": number,
        "date_created": when(now()),
        "date_updated": when(now()),
        "uri": uri(account_sid, "OutgoingCallerIds", sid),
    }


def _short_code(account_sid: str, code: str) -> dict[str, Any]:
    sid = _sid("SC", code)
    return {
        "sid": sid,
        "account_sid": account_sid,
        "short_code": code,
        "friendly_name": code,
        "api_version": "2010-04-01",
        "sms_url": "",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "date_created": when(now()),
        "date_updated": when(now()),
        "uri": uri(account_sid, "SMS/ShortCodes", sid),
    }


def _trunk(account_sid: str, sid: str) -> dict[str, Any]:
    at, url = now().isoformat().replace("+00:00", "Z"), f"https://voice.twilio.com/v1/ByocTrunks/{sid}"
    unset = ("voice_url", "voice_fallback_url", "status_callback_url", "connection_policy_sid", "from_domain_sid")
    methods = ("voice_method", "voice_fallback_method", "status_callback_method")
    return {
        "sid": sid,
        "account_sid": account_sid,
        "friendly_name": "carrier",
        "cnam_lookup_enabled": False,
        "date_created": at,
        "date_updated": at,
        "url": url,
        **dict.fromkeys(unset),
        **dict.fromkeys(methods, "POST"),
    }


def _service(account_sid: str, sid: str) -> dict[str, Any]:
    at, url = now().isoformat().replace("+00:00", "Z"), f"https://messaging.twilio.com/v1/Services/{sid}"
    links = {name: f"{url}/{name.title()}" for name in ("phone_numbers", "short_codes", "alpha_senders")}
    return {
        "sid": sid,
        "account_sid": account_sid,
        "friendly_name": "texts",
        "date_created": at,
        "date_updated": at,
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": True,
        "scan_message_content": "inherit",
        "fallback_to_long_code": True,
        "area_code_geomatch": True,
        "synchronous_validation": False,
        "validity_period": 36000,
        "url": url,
        "links": links,
        "usecase": "undeclared",
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": False,
    }
