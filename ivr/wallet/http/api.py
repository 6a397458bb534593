"""One HTTP exchange with a wallet's API, over before its deadline whatever the other side does."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

from ivr.engine.effects import Unavailable
from ivr.wallet.http.breaker import Breaker

LARGEST_ANSWER = 1024 * 1024
CONNECTIONS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30)


class NotSent(Unavailable):
    """The request never reached the wallet: nothing can have been done."""


@dataclass(frozen=True)
class Answer:
    """A status and a whole body, not yet believed."""

    status: int
    body: bytes


class Api:
    """A wallet's API at one address with one bearer token; thread-safe, connections are kept."""

    def __init__(self, url: str, token: str, breaker: Breaker | None = None) -> None:
        self._breaker = breaker or Breaker()
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json, application/problem+json"},
            follow_redirects=False,  # the token goes to this address only
            trust_env=False,
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
            raise NotSent("no time is left to ask the wallet's API")
        with self._breaker.passing():
            answer = self._in_time(deadline, method, path, request)
            if answer.status >= 500 or answer.status in (401, 403, 429):
                raise Unavailable(f"the wallet's API answered {answer.status}")
        return answer

    def _in_time(self, deadline: float, method: str, path: str, request: dict[str, Any]) -> Answer:
        """A thread waits, since neither a name server nor an answer that drips knows our deadline."""
        outcome: queue.SimpleQueue[Answer | Unavailable] = queue.SimpleQueue()

        def ask() -> None:
            try:
                outcome.put(self._ask(deadline, method, path, request))
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
                outcome.put(NotSent(f"the wallet's API cannot be reached ({type(error).__name__})"))
            except Exception as error:  # whatever it is, the caller of the line must not wait for it
                outcome.put(Unavailable(f"the wallet's API gave no whole answer ({type(error).__name__})"))

        threading.Thread(target=ask, daemon=True, name="wallet-api").start()
        try:
            found = outcome.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise Unavailable("the wallet's API did not answer in time") from None
        if isinstance(found, Unavailable):
            raise found
        return found

    def _ask(self, deadline: float, method: str, path: str, request: dict[str, Any]) -> Answer:
        left = max(0.001, deadline - time.monotonic())
        with self._client.stream(method, path, timeout=left, **request) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
                    raise Unavailable("the answer of the wallet's API has no end")
            return Answer(response.status_code, body)
