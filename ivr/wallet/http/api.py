"""Sends HTTP requests to a wallet's API; each ends before its deadline, whatever the server does."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

from ivr.network.tls import trusted
from ivr.wallet.http.breaker import Breaker
from ivr.wallet.http.errors import NotSent, unavailable

LARGEST_ANSWER = 1024 * 1024
"""Bytes of one answer of the wallet's API; a larger one is refused."""
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
CONNECTIONS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30)


@dataclass(frozen=True)
class Answer:
    """A status and a complete body, not yet validated."""

    status: int
    body: bytes


class Api:
    """A wallet's API at one address with one bearer token; thread-safe, connections are kept."""

    def __init__(self, url: str, token: str, breaker: Breaker | None = None) -> None:
        self._breaker = breaker or Breaker()
        self._client = httpx.Client(
            base_url=url,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json, application/problem+json",
                "Accept-Encoding": "identity",  # nothing that unpacks to more than was sent
            },
            follow_redirects=False,  # the token goes to this address only
            trust_env=False,
            verify=trusted(),
            limits=CONNECTIONS,
        )

    def get(self, path: str, deadline: float, **query: str | int) -> Answer:
        """Read; raises Unavailable."""
        return self._exchange(deadline, "GET", path, params=query)

    def post(self, path: str, deadline: float, body: Any, key: str = "") -> Answer:
        """Write or ask with a body; raises Unavailable, and NotSent when it was not even sent."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._exchange(deadline, "POST", path, json=body, headers=headers)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _exchange(self, deadline: float, method: str, path: str, **request: Any) -> Answer:
        if time.monotonic() >= deadline:
            raise unavailable("no time was left to ask it", NotSent)
        with self._breaker.passing():
            answer = self._in_time(deadline, method, path, request)
            if answer.status >= 500 or answer.status in (401, 403, 429):
                raise unavailable(f"it answered {answer.status}")
        return answer

    def _in_time(self, deadline: float, method: str, path: str, request: dict[str, Any]) -> Answer:
        """Wait in a thread, because neither name resolution nor a dripping answer respects the deadline."""
        outcome: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                outcome.put(self._ask(deadline, method, path, request))
            except Exception as error:  # whatever it is, the caller must not wait for it
                outcome.put(error)

        threading.Thread(target=ask, daemon=True, name="wallet-api").start()
        try:
            found = outcome.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise unavailable("it did not answer in time") from None
        if isinstance(found, NEVER_SENT):
            raise unavailable(f"it cannot be reached ({type(found).__name__})", NotSent)
        if isinstance(found, Exception):
            raise unavailable(f"no whole answer came ({type(found).__name__})")
        return found

    def _ask(self, deadline: float, method: str, path: str, request: dict[str, Any]) -> Answer:
        left = max(0.001, deadline - time.monotonic())
        with self._client.stream(method, path, timeout=left, **request) as response:
            if "Content-Encoding" in response.headers:
                raise ValueError("the answer is packed")
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
                    raise ValueError("the answer has no end")
            return Answer(response.status_code, body)
