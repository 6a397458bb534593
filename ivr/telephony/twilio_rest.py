"""Client of Twilio's REST API, or of the simulator in its place. Only `twilio_tasks` beside it sends such requests."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response as HttpResponse
from twilio.rest import Client

from ivr.config.settings import MESSAGING_SERVICE, Settings
from ivr.network.tls import trusted
from ivr.telephony.conferencing import Gone, Present
from ivr.telephony.dialling import CLOCKS_DIFFER, NotPlaced, Ringing, endpoint
from ivr.telephony.recordings import NotDone
from ivr.telephony.texting import Sent, Text

REQUEST_SECONDS = 4.0  # by default the library waits without limit
LAB_ACCOUNT = "AC" + "0" * 32
LOOKED_THROUGH = 100
"""How many of the newest calls, texts or conferences are looked through for one whose answer was lost."""
ENDED = ("delivered", "undelivered", "failed")
SOUND_SECONDS, LARGEST_SOUND = 20.0, 4 * 1024 * 1024
"""A minute of speech is a megabyte."""
MOST_HOPS = 3
"""Redirects that are followed to a recording's sound."""
TWILIOS = re.compile(r"([a-z0-9-]+\.)+(twilio|twiliocdn)\.com")
NOT_IN_PROGRESS = 21220
"""A call that was answered cannot be cancelled, and one that is over cannot be changed."""
NOT_FOR_GOOD = (401, 403, 429)  # an operator can correct a wrong token


class _Http(TwilioHttpClient):
    """Redirects the requests of a product to the address in our settings; the library has no option for that."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        super().__init__(timeout=REQUEST_SECONDS, max_retries=0)
        self._addresses = addresses

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, _ours(self._addresses, url), *args, **kwargs)


def _ours(addresses: Mapping[str, str], url: str) -> str:
    """The URL of the request at our address for its product (`api` of api.dublin.ie1.twilio.com), if there is one."""
    asked = urlsplit(url)
    base = addresses.get(asked.netloc.partition(".")[0]) or addresses.get("")
    if base is None:
        return url
    there = urlsplit(base)
    return urlunsplit((there.scheme, there.netloc, there.path.rstrip("/") + asked.path, asked.query, ""))


def client(settings: Settings) -> Client:
    """Make a client for our account, with its API key if it has one; region and edge come from our settings only."""
    account = settings.twilio_account_sid or LAB_ACCOUNT
    key = settings.twilio_api_key
    return Client(
        key or account,
        settings.twilio_api_secret if key else settings.twilio_auth_token,
        account,
        settings.twilio_region or None,
        _Http(settings.twilio_api_url),
        {"TWILIO_EDGE": ""},  # or the library reads all of this from the environment
        settings.twilio_edge or None,
    )


class Unreachable(Exception):
    """No answer, or one that cannot be Twilio's."""


class Refused(Exception):
    """Twilio refused these credentials; holds its error code."""


class OwnNumbers:
    """Reads what belongs to the account; its methods raise Unreachable and Refused."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)

    def close(self) -> None:
        """Close the connections."""
        self._client.http_client.session.close()

    def find(self, number: str) -> set[str] | None:
        """The capabilities of a number (`voice`, `sms`, …); None if the account does not own it."""
        found = asked(lambda: self._client.incoming_phone_numbers.list(phone_number=number, limit=1))
        return {str(name).lower() for name, can in (found[0].capabilities or {}).items() if can} if found else None

    def is_verified(self, number: str) -> bool:
        """Whether it is a verified caller ID: calls may come from it, texts may not."""
        return bool(asked(lambda: self._client.outgoing_caller_ids.list(phone_number=number, limit=1)))

    def has_short_code(self, code: str) -> bool:
        """Whether it is one of the account's short codes."""
        return bool(asked(lambda: self._client.short_codes.list(short_code=code, limit=1)))

    def has_trunk(self, trunk: str) -> bool:
        """Whether it is a trunk of the account to a carrier of its own (BYOC)."""
        return asked(lambda: self._client.voice.v1.byoc_trunks(trunk).fetch()) is not None

    def has_service(self, service: str) -> bool:
        """Whether there is such a messaging service."""
        return asked(lambda: self._client.messaging.v1.services(service).fetch()) is not None


def asked(ask: Callable[[], Any]) -> Any:
    """Return the answer, or None if the resource does not exist."""
    try:
        return ask()
    except TwilioRestException as refusal:
        status, why = refusal.status, str(refusal.code or refusal.status)
    except (OSError, TwilioException) as error:  # the library's requests raises kinds of OSError
        page = error.args[1] if len(error.args) > 1 else None  # of a list the library tells no more than what came
        if not isinstance(page, HttpResponse):
            raise Unreachable(type(error).__name__) from error
        status, why = page.status_code, f"HTTP {page.status_code}"
    if status == 404:
        return None
    raise Unreachable(why) if status >= 500 or status == 429 else Refused(why)


class TestAccount:
    """Requests with Twilio's test credentials: Twilio checks four kinds of request and executes none."""

    __test__ = False

    def __init__(self, settings: Settings, address: str = "") -> None:
        http = _Http({"": address} if address else {})
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
    """Sends texts by Twilio's Messages; their status callbacks go to `/voice/texts/<mark>`."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)
        self._told_at = f"{settings.public_base_url}/voice/texts/"

    def send(self, message_id: str, text: Text) -> Sent:
        """Send one text. A permanent refusal is a result; any other failure is raised and retried.

        Twilio keeps no key by which it would know a text again: one that was tried before is looked for first.
        """
        if text.tried and (earlier := self._found(text, text.tried)):
            return earlier
        told = {"status_callback": self._told_at + text.mark} if text.mark else {}
        service = MESSAGING_SERVICE.fullmatch(text.sender)
        sender = {"messaging_service_sid" if service else "from_": text.sender}
        try:
            made = self._client.messages.create(to=text.to, body=text.body, **sender, **told)
        except TwilioRestException as refusal:
            if refusal.status in NOT_FOR_GOOD or refusal.status >= 500:
                raise
            return Sent("failed", refusal.code)
        return Sent("sent", sid=made.sid)

    def look(self, sid: str) -> Sent | None:
        """Read how a text stands; None for one that Twilio does not have any more."""
        try:
            return _standing(self._client.messages(sid).fetch())
        except TwilioRestException as refusal:
            if refusal.status == 404:
                return None
            raise

    def _found(self, text: Text, since: datetime) -> Sent | None:
        """Find the status of the same text to the same number since then; None: Twilio never received it.

        Not by the sender: a messaging service chooses one, and some countries put another in its place.
        """
        page = self._client.messages.page(to=text.to, page_size=LOOKED_THROUGH)
        # A trial account puts words of its own before ours.
        same = [
            one for one in page if (one.body or "").endswith(text.body) and one.date_created >= since - CLOCKS_DIFFER
        ]
        return _standing(same[0]) if same else None


def _standing(message: Any) -> Sent:
    """How a text stands by Twilio's record of it: anything but an end is `sent`."""
    status = str(message.status)
    return Sent(status if status in ENDED else "sent", message.error_code, message.sid)


class TwilioTelephone:
    """Places calls and reads their status."""

    def __init__(self, settings: Settings) -> None:
        self._client, self._seconds = client(settings), settings.ring_seconds

    def ring(self, ringing: Ringing) -> str:
        """Place one call. After a refusal it was not placed; after any other error the outcome is unknown."""
        to, trunk = endpoint(ringing.to)
        try:
            call = self._client.calls.create(
                to=to,
                byoc=trunk or values.unset,
                from_=ringing.caller_id,
                url=ringing.url,
                timeout=self._seconds,
                status_callback=ringing.told_at,
                status_callback_event=["initiated", "completed"],
            )
        except TwilioRestException as refusal:
            if refusal.status >= 500:
                raise
            raise NotPlaced(0 if refusal.status in NOT_FOR_GOOD else refusal.code or refusal.status) from refusal
        return str(call.sid)

    def placed(self, to: str, caller_id: str, since: datetime) -> list[str]:
        """Find calls that the line placed itself, without those that a `<Dial>` made."""
        found = self._client.calls.page(to=endpoint(to)[0], from_=caller_id or values.unset, page_size=LOOKED_THROUGH)
        ours = [call for call in found if call.direction == "outbound-api" and call.date_created >= since]
        return [str(call.sid) for call in sorted(ours, key=lambda call: call.date_created)]

    def cancel(self, call: str) -> None:
        """End a call that is queued or ringing."""
        try:
            self._client.calls(call).update(status="canceled")
        except TwilioRestException as refusal:
            if refusal.code != NOT_IN_PROGRESS:
                raise

    def status(self, call: str) -> str:
        """Read the status of a call."""
        return str(self._client.calls(call).fetch().status)


class TwilioConferencing:
    """Acts on calls and conferences that go on."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)

    def redirect(self, call: str, url: str) -> None:
        """Send a call to another document; what it does now ends."""
        _on_a_live_one(lambda: self._client.calls(call).update(url=url, method="POST"))

    def hang_up(self, call: str) -> None:
        """End a call."""
        _on_a_live_one(lambda: self._client.calls(call).update(status="completed"))

    def find(self, name: str) -> str | None:
        """Find the conference of this name that has not ended."""
        found = self._client.conferences.page(friendly_name=name, page_size=LOOKED_THROUGH)
        return next((str(one.sid) for one in found if one.status != "completed"), None)

    def present(self, conference: str) -> list[Present]:
        """List the participants; a conference that has ended has none."""
        listed = _on_a_live_one(lambda: list(self._client.conferences(conference).participants.page(page_size=50)))
        return [Present(str(one.call_sid), str(one.label or ""), bool(one.hold)) for one in listed]

    def hold(self, conference: str, call: str, held: bool, url: str) -> None:
        """Hold a participant, or end that."""
        music = {"hold_url": url, "hold_method": "POST"} if held else {}
        one = self._client.conferences(conference).participants(call)
        _on_a_live_one(lambda: one.update(hold=held, **music))

    def listen(self, conference: str, call: str, muted: bool, coached: str) -> None:
        """Change what the others hear of a participant."""
        coach = {"call_sid_to_coach": coached} if coached else {}
        one = self._client.conferences(conference).participants(call)
        _on_a_live_one(lambda: one.update(muted=muted, coaching=bool(coached), **coach))

    def end(self, conference: str) -> None:
        """End a conference."""
        _on_a_live_one(lambda: self._client.conferences(conference).update(status="completed"))


def _on_a_live_one(ask: Callable[[], Any]) -> Any:
    """Return the answer; raises Gone where Twilio says that there is no such call, conference or participant now."""
    try:
        return ask()
    except TwilioRestException as refusal:
        if refusal.status == 404 or refusal.code == NOT_IN_PROGRESS:
            raise Gone(str(refusal.code)) from refusal
        raise


class TwilioRecordings:
    """Fetches and deletes the recordings that `<Record>` left at Twilio."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)
        api = self._client.get_hostname("https://api.twilio.com/2010-04-01/Accounts")
        self._address = f"{_ours(settings.twilio_api_url, api)}/{self._client.account_sid}/Recordings"

    def sound(self, recording: str) -> bytes:
        """Fetch the WAV file; raises NotDone while it is not ready, and for a file too long to be ours."""
        try:
            status = str(self._client.recordings(recording).fetch().status)
        except TwilioRestException as refusal:
            raise NotDone(str(refusal.status)) from refusal
        if status != "completed":
            raise NotDone(status)
        return self._download(f"{self._address}/{recording}.wav")

    def delete(self, recording: str) -> None:
        """Delete the recording; Twilio keeps its metadata for 40 days. A recording that is already gone is no error."""
        try:
            self._client.recordings(recording).delete()
        except TwilioRestException as refusal:
            if refusal.status != 404:
                raise NotDone(str(refusal.status)) from refusal

    def _download(self, url: str) -> bytes:
        """Follow redirects within Twilio only, and send the credentials to the address in our settings only."""
        until, ours, asked = time.monotonic() + SOUND_SECONDS, httpx.URL(url), httpx.URL(url)
        with httpx.Client(trust_env=False, verify=trusted(), timeout=REQUEST_SECONDS, follow_redirects=False) as http:
            for _ in range(MOST_HOPS):
                auth = self._client.auth if _origin(asked) == _origin(ours) else None
                with http.stream("GET", asked, auth=auth) as answer:
                    following = answer.next_request
                    if following is None or not (_origin(following.url) == _origin(ours) or _is_twilios(following.url)):
                        return _sound(answer, until)
                    asked = following.url
        raise NotDone(str(answer.status_code))


def _origin(address: httpx.URL) -> tuple[str, str, int | None]:
    return address.scheme, address.host, address.port


def _is_twilios(address: httpx.URL) -> bool:
    return address.scheme == "https" and bool(TWILIOS.fullmatch(address.host))


def _sound(answer: httpx.Response, until: float) -> bytes:
    sound = b""
    if answer.status_code != 200:
        raise NotDone(str(answer.status_code))
    for part in answer.iter_bytes():
        sound += part
        if len(sound) > LARGEST_SOUND or time.monotonic() > until:
            raise NotDone("too long" if len(sound) > LARGEST_SOUND else "too slow")
    return sound
