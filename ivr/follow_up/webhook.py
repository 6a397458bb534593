"""One signed request to somebody else's server, over after ten seconds whatever that server does.

The signature is HMAC-SHA256 over timestamp, a full stop, and the body, so neither can be changed and an old
request can be told from a new one. Each request has a connection of its own: what a server says unasked after
its answer is nobody's answer.
"""

from __future__ import annotations

import hashlib
import hmac
import queue
import threading
from collections.abc import Mapping
from datetime import datetime

import httpx

from ivr.network.tls import trusted

POST_SECONDS = 10.0
"""Seconds for a request to the CRM, unless the caller says otherwise; nobody waits on the line for it."""


class NoAnswer(Exception):
    """The other side gave no answer; nobody knows whether it read the request. The text is a kind, never a value."""


def headers(secret: str, key: str, body: bytes, now: datetime) -> dict[str, str]:
    """What goes with the body: `X-Ivr-Timestamp` (seconds since 1970), `X-Ivr-Signature`, `Idempotency-Key`."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "X-Ivr-Timestamp": timestamp,
        "X-Ivr-Signature": signature(secret, timestamp, body),
        "Idempotency-Key": key,
        "Connection": "close",
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and 64 hexadecimal digits."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float = POST_SECONDS) -> int:
    """The status of the answer; its body is left unread, and a redirect is not followed. Raises NoAnswer.

    A thread waits, since neither a name server nor an answer that drips knows when our time is over.
    """
    outcome: queue.SimpleQueue[int | NoAnswer] = queue.SimpleQueue()

    def ask() -> None:
        try:
            outcome.put(_status(url, headers, body, seconds))
        except Exception as error:
            outcome.put(NoAnswer(type(error).__name__))

    threading.Thread(target=ask, daemon=True, name="webhook").start()
    try:
        found = outcome.get(timeout=seconds)
    except queue.Empty:
        raise NoAnswer("TimeOut") from None
    if isinstance(found, NoAnswer):
        raise found
    return found


def _status(url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> int:
    client = httpx.Client(trust_env=False, verify=trusted(), follow_redirects=False, timeout=seconds)
    with client, client.stream("POST", url, headers=headers, content=body) as answer:
        return answer.status_code
