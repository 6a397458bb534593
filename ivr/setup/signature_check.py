"""Checks that a signed request gets through the public address unchanged, and that a forged one is refused.

The request names no call, so nothing is stored. Its query has what proxies tend to rewrite: a percent-escaped
character, a slash, a plus.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
from twilio.request_validator import RequestValidator

from ivr.config.addresses import without_password
from ivr.config.settings import Settings

REQUEST_SECONDS = 10.0
"""For the request to our own public address."""
TARGET = "/voice/status?self=%E4%BD%A0%2F+test"


@dataclass(frozen=True)
class Reach:
    """How the address answered, and what to do about it."""

    fine: bool
    says: str
    mend: str = ""
    away: bool = False
    clock: datetime | None = None


def reach(settings: Settings, transport: httpx.BaseTransport | None = None) -> Reach:
    """Send a request with the right signature, then one with a wrong one."""
    url = settings.public_base_url + TARGET
    try:
        with httpx.Client(timeout=REQUEST_SECONDS, transport=transport) as client:
            signed = _ask(client, url, settings, settings.twilio_auth_token)
            forged = _ask(client, url, settings, "not-" + settings.twilio_auth_token)
    except httpx.HTTPError as error:
        mend = "start it with make run" if settings.lab else "is make run on, and is the tunnel or proxy open?"
        return Reach(
            False,
            f"nobody answers at {without_password(settings.public_base_url)} ({type(error).__name__})",
            mend,
            away=True,
        )
    return _judge(settings, signed, forged)


def _ask(client: httpx.Client, url: str, settings: Settings, token: str) -> httpx.Response:
    form = {"CallStatus": "completed", "AccountSid": settings.twilio_account_sid}
    signature = RequestValidator(token).compute_signature(url, form)
    return client.post(url, data=form, headers={"X-Twilio-Signature": signature})


def _judge(settings: Settings, signed: httpx.Response, forged: httpx.Response) -> Reach:
    at, clock = without_password(settings.public_base_url), _date(signed)
    if signed.status_code == 200 and forged.status_code == 403:
        return Reach(True, f"{at} takes the right signature and refuses a forged one", clock=clock)
    if signed.status_code == 403 and forged.status_code == 403:
        mend = (
            "PUBLIC_BASE_URL must be the address that Twilio calls, letter by letter; the proxy must not rewrite "
            "path or query; a server that was started with another token or address must be started again"
        )
        return Reach(False, f"{at} refuses the right signature", mend, clock=clock)
    if signed.status_code == 200:
        mend = "something else answers there: look at PUBLIC_BASE_URL, the proxy and the tunnel"
        return Reach(False, f"{at} takes a forged signature", mend, clock=clock)
    mend = "look at the server's log and at the proxy before it"
    return Reach(False, f"{at} answers {signed.status_code} to a signed request", mend, clock=clock)


def _date(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return None
