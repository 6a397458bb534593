"""Delivery of webhooks as Twilio does it: signed, and retried as the connection overrides in the URL's fragment say.

The fragment is neither sent nor signed. By default only a failed connection is tried again; an error status is not,
unless the fragment says so. Every attempt of one request carries the same idempotency token.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

from ivr.simulator.webhooks.transport import Answer, ConnectFailed, ReadTimedOut, Transport
from ivr.web.key_clock import SECONDS


class TooManyRedirects(Exception):
    """More than ten redirects."""


class WebhookFailed(Exception):
    """A webhook failed after all retries; `code` is Twilio's error code."""

    def __init__(self, code: int, url: str, why: str) -> None:
        super().__init__(f"{code} at {url}: {why}")
        self.code, self.url = code, url


@dataclass(frozen=True)
class ConnectionOverrides:
    """Time-outs and retries for one URL, in seconds."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, url: str) -> ConnectionOverrides:
        """The overrides in a URL's fragment, with Twilio's defaults for the rest."""
        given = dict(parse_qsl(urlsplit(url).fragment))
        policy = frozenset(given.get("rp", "ct").split(","))
        return cls(
            int(given.get("ct", 5000)) / 1000,
            int(given.get("rt", 15000)) / 1000,
            int(given.get("tt", 15000)) / 1000,
            int(given.get("rc", 1)),
            frozenset({"ct", "rt", "4xx", "5xx"}) if "all" in policy else policy,
        )


def _as_is() -> None:
    return None


def delivery_headers(seconds: float | None = None) -> dict[str, str]:
    """Headers common to all attempts of a request: the idempotency token, and the virtual time at which it is sent."""
    own = {"I-Twilio-Idempotency-Token": secrets.token_hex(16)}
    return own if seconds is None else own | {SECONDS: f"{seconds:.2f}"}


@dataclass
class WebhookSender:
    """Signs and sends webhooks. With `repeat`, each is sent twice, and both answers must be the same bytes."""

    transport: Transport
    token: str
    repeat: bool = False
    before_repeat: Callable[[], object] = _as_is
    log: list[tuple[str, dict[str, str], Answer]] = field(default_factory=list)
    faults: list[WebhookFailed] = field(default_factory=list)

    def resolve(self, base: str, reference: str) -> str:
        """The absolute URL of a reference in a document; an empty reference is the document itself."""
        return urljoin(base or self.transport.base_url + "/", reference) if reference else base

    def deliver(self, url: str, form: Mapping[str, str], method: str = "POST", seconds: float | None = None) -> Answer:
        """Send a webhook and return its 2xx answer. Raises WebhookFailed. `seconds`: the virtual time of sending."""
        own = delivery_headers(seconds)
        answer = self._persist(url, form, method, own)
        self.log.append((url, dict(form), answer))
        if self.repeat:
            self.before_repeat()
            again = self._persist(url, form, method, own)
            assert again.body == answer.body, (
                f"{urldefrag(url).url} answered a repeated request differently\n"
                f"first: {answer.body.decode()}\nagain: {again.body.decode()}"
            )
        return answer

    def again(self) -> tuple[Answer, Answer]:
        """Send the last webhook again: its first answer, and the new one."""
        url, form, before = self.log[-1]
        return before, self._persist(url, form, "POST", delivery_headers())

    def _persist(self, url: str, form: Mapping[str, str], method: str, own: Mapping[str, str]) -> Answer:
        overrides, fault = ConnectionOverrides.of(url), WebhookFailed(11200, urldefrag(url).url, "never tried")
        until = time.monotonic() + overrides.total
        for _attempt in range(overrides.retries + 1):
            left = until - time.monotonic()
            if left <= 0:
                break
            patience = replace(overrides, connect=min(overrides.connect, left), read=min(overrides.read, left))
            kind, fault, answer = self._attempt(url, form, method, own, patience)
            if answer:
                return answer
            if kind not in overrides.policy:
                break
        raise fault

    def _attempt(
        self, url: str, form: Mapping[str, str], method: str, own: Mapping[str, str], patience: ConnectionOverrides
    ) -> tuple[str, WebhookFailed, Answer | None]:
        bare = urldefrag(url).url
        if urlsplit(bare).scheme not in ("http", "https"):
            return "address", WebhookFailed(11100, bare, "no absolute address"), None
        try:
            answer = self._follow(bare, form, method, own, patience)
        except ConnectFailed as error:
            return "ct", WebhookFailed(11205, bare, str(error)), None
        except ReadTimedOut as error:
            return "rt", WebhookFailed(11205, bare, str(error)), None
        except TooManyRedirects as error:
            return "redirects", WebhookFailed(11215, bare, f"more than ten redirects, the last to {error}"), None
        fault = WebhookFailed(11200, bare, f"HTTP {answer.status}")
        return f"{answer.status // 100}xx", fault, answer if answer.status < 300 else None

    def _follow(
        self, url: str, form: Mapping[str, str], method: str, own: Mapping[str, str], patience: ConnectionOverrides
    ) -> Answer:
        answer = self._send(url, form, method, own, patience)
        for _hop in range(10):
            if not (300 <= answer.status < 400 and answer.location):
                return answer
            # A redirect is followed by GET, without Digits.
            url = urljoin(url, answer.location)
            lost = {name: value for name, value in form.items() if name != "Digits"}
            answer = self._send(url, lost, "GET", own, patience)
        if 300 <= answer.status < 400 and answer.location:
            raise TooManyRedirects(url)
        return answer

    def _send(
        self, url: str, form: Mapping[str, str], method: str, own: Mapping[str, str], patience: ConnectionOverrides
    ) -> Answer:
        if method == "GET":
            parts = urlsplit(url)
            url = urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(form))))))
        signature = RequestValidator(self.token).compute_signature(_signed(url), dict(form) if method == "POST" else {})
        headers = {
            "X-Twilio-Signature": signature,
            "User-Agent": "TwilioProxy/1.1",
            **own,
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.transport.send(method, url, form, headers, patience.connect, patience.read)


def _signed(url: str) -> str:
    # Voice over https is signed without user, password and port; over http the port stays.
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host.partition(":")[0] if parts.scheme == "https" else host))
