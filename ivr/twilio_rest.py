"""The only module that speaks to Twilio's REST API, or to the simulator in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.follow_up.recordings import NotDone
from ivr.follow_up.sms import Sent, Text
from ivr.follow_up.telephone import NotPlaced, Ringing
from ivr.settings import Settings
from ivr.tls import trusted

SECONDS = 4.0  # the library's own default is to wait for ever
LAB_ACCOUNT = "AC" + "0" * 32
RINGS_FOR = 20
"""Seconds until an agent has not answered; Twilio adds five."""
LOOKED_THROUGH = 100
CLOCKS_DIFFER = timedelta(seconds=30)
ENDED = ("delivered", "undelivered", "failed")
SOUND_SECONDS, LARGEST_SOUND = 20.0, 4 * 1024 * 1024
"""A minute of speech is a megabyte."""
NOT_FOR_GOOD = (401, 403, 429)  # a wrong token is put right by somebody


class _Rebased(TwilioHttpClient):
    """The library has no setting for its address; here its requests go to ours."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=SECONDS, max_retries=0)
        self._base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        asked = urlsplit(url)
        path = self._base.path.rstrip("/") + asked.path
        there = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        return super().request(method, there, *args, **kwargs)


def client(settings: Settings) -> Client:
    """A client for our account; region and edge in the environment have no say."""
    http = _Rebased(settings.twilio_api_url) if settings.twilio_api_url else TwilioHttpClient(timeout=SECONDS)
    account = settings.twilio_account_sid or LAB_ACCOUNT
    return Client(account, settings.twilio_auth_token, http_client=http, environment={"TWILIO_EDGE": ""})


class Unreachable(Exception):
    """No answer that Twilio could have given."""


class TestAccount:
    """Twilio's test credentials: four requests are understood, and none of them does anything."""

    __test__ = False

    def __init__(self, settings: Settings, address: str = "") -> None:
        http = _Rebased(address) if address else TwilioHttpClient(timeout=SECONDS)
        sid, token = settings.twilio_test_account_sid, settings.twilio_test_auth_token
        rest = Client(sid, token, http_client=http, environment={"TWILIO_EDGE": ""})
        self._requests: dict[str, Callable[..., Any]] = {
            "look for a queue": rest.queues("QU" + "0" * 32).fetch,
            "buy": rest.incoming_phone_numbers.create,
            "text": rest.messages.create,
            "call": rest.calls.create,
            "look up": lambda number: rest.lookups.v2.phone_numbers(number).fetch(fields="sim_swap"),
        }

    def ask(self, what: str, **arguments: str) -> int:
        """Twilio's error code, or 0 when the request succeeded."""
        try:
            self._requests[what](**arguments)
        except TwilioRestException as refusal:
            return refusal.code or refusal.status
        except (OSError, TwilioException) as error:  # the library's requests raises kinds of OSError
            raise Unreachable(type(error).__name__) from error
        return 0


class TwilioSms:
    """Texts through Twilio's Messages; how each one ends comes later, to `/voice/texts/<mark>`."""

    def __init__(self, settings: Settings) -> None:
        self._client, self._from = client(settings), settings.sms_from
        self._told_at = f"{settings.public_base_url}/voice/texts/"

    def send(self, message_id: str, text: Text) -> Sent:
        """Send one text; what Twilio refuses for good is a result, all else is raised and tried again.

        Twilio keeps no key by which it would know a text again: one that was tried before is looked for first.
        """
        if text.tried and (earlier := self._found(text, text.tried)):
            return earlier
        told = {"status_callback": self._told_at + text.mark} if text.mark else {}
        try:
            self._client.messages.create(to=text.to, from_=self._from or text.sender, body=text.body, **told)
        except TwilioRestException as refusal:
            if refusal.status in NOT_FOR_GOOD or refusal.status >= 500:
                raise
            return Sent("failed", refusal.code)
        return Sent("sent")

    def _found(self, text: Text, since: datetime) -> Sent | None:
        """What became of the same words to the same number since then; None: they never arrived."""
        page = self._client.messages.page(to=text.to, from_=self._from or text.sender, page_size=LOOKED_THROUGH)
        # A trial account puts words of its own before ours.
        same = [
            one for one in page if (one.body or "").endswith(text.body) and one.date_created >= since - CLOCKS_DIFFER
        ]
        if not same:
            return None
        ended = str(same[0].status)
        return Sent(ended if ended in ENDED else "sent", same[0].error_code)


class TwilioTelephone:
    """Calls that we place ourselves."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)

    def ring(self, ringing: Ringing) -> str:
        """Place one call; what Twilio refused was not placed, and after all else nobody knows."""
        try:
            call = self._client.calls.create(
                to=ringing.to, from_=ringing.line, url=ringing.url, timeout=RINGS_FOR,
                status_callback=ringing.told_at, status_callback_event=["initiated", "completed"],
            )  # fmt: skip
        except TwilioRestException as refusal:
            if refusal.status >= 500:
                raise
            raise NotPlaced(0 if refusal.status in NOT_FOR_GOOD else refusal.code or refusal.status) from refusal
        return str(call.sid)

    def placed(self, to: str, line: str, since: datetime) -> list[str]:
        """Our own calls only, not those that a `<Dial>` made."""
        found = self._client.calls.page(to=to, from_=line, page_size=LOOKED_THROUGH)
        ours = [call for call in found if call.direction == "outbound-api" and call.date_created >= since]
        return [str(call.sid) for call in sorted(ours, key=lambda call: call.date_created)]

    def status(self, call: str) -> str:
        """How it stands."""
        return str(self._client.calls(call).fetch().status)


class TwilioRecordings:
    """What `<Record>` left with Twilio."""

    def __init__(self, settings: Settings) -> None:
        self._client, self._base = client(settings), settings.twilio_api_url.rstrip("/") or "https://api.twilio.com"
        self._account = (self._client.username, self._client.password)

    def sound(self, recording: str) -> bytes:
        """The WAV file; raises NotDone while it is not ready, and for one that is too long to be ours."""
        try:
            status = str(self._client.recordings(recording).fetch().status)
        except TwilioRestException as refusal:
            raise NotDone(str(refusal.status)) from refusal
        if status != "completed":
            raise NotDone(status)
        account, _ = self._account
        return self._download(f"{self._base}/2010-04-01/Accounts/{account}/Recordings/{recording}.wav")

    def delete(self, recording: str) -> None:
        """Its sound goes, Twilio keeps a row about it for 40 days; one that is gone is no fault."""
        try:
            self._client.recordings(recording).delete()
        except TwilioRestException as refusal:
            if refusal.status != 404:
                raise NotDone(str(refusal.status)) from refusal

    def _download(self, url: str) -> bytes:
        until, sound = time.monotonic() + SOUND_SECONDS, b""
        http = httpx.Client(
            trust_env=False, verify=trusted(), timeout=SECONDS, follow_redirects=True, auth=self._account
        )
        with http, http.stream("GET", url) as answer:
            if answer.status_code != 200:
                raise NotDone(str(answer.status_code))
            for part in answer.iter_bytes():
                sound += part
                if len(sound) > LARGEST_SOUND or time.monotonic() > until:
                    raise NotDone("too long" if len(sound) > LARGEST_SOUND else "too slow")
        return sound
