"""Transports of webhooks: HTTP, and a Flask test client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from ivr.network.tls import trusted


class ConnectFailed(Exception):
    """The connection failed."""


class ReadTimedOut(Exception):
    """The server accepted the request and did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """The answer to a webhook."""

    status: int
    body: bytes
    content_type: str = "text/xml"
    location: str = ""


class Transport(Protocol):
    """Sends requests. URLs start with `base_url`, the public address, which is also the signed one."""

    base_url: str

    def send(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], connect: float, read: float
    ) -> Answer:
        """One attempt. Raises ConnectFailed or ReadTimedOut."""
        ...


class HttpTransport:
    """HTTP to `base_url`; `public_base_url` is the address by which the app knows itself."""

    def __init__(self, base_url: str, public_base_url: str = "") -> None:
        self._real = base_url.rstrip("/")
        self.base_url = (public_base_url or base_url).rstrip("/")
        self._client = httpx.Client(follow_redirects=False, trust_env=False, verify=trusted())

    def send(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], connect: float, read: float
    ) -> Answer:
        """One attempt over a socket."""
        target = self._real + url.removeprefix(self.base_url) if url.startswith(self.base_url) else url
        try:
            got = self._client.request(
                method,
                target,
                content=urlencode(form) if method == "POST" else None,
                headers=dict(headers),
                timeout=httpx.Timeout(read, connect=connect),
            )
        except (httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
            raise ReadTimedOut(str(error)) from error
        except httpx.TransportError as error:
            raise ConnectFailed(str(error)) from error
        return Answer(
            got.status_code, got.content, got.headers.get("Content-Type", ""), got.headers.get("Location", "")
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class ClientTransport:
    """A Flask test client instead of a socket; replace `client` to continue with a rebuilt app."""

    def __init__(self, client: Any, base_url: str = "http://127.0.0.1:5000") -> None:
        self.client, self.base_url = client, base_url.rstrip("/")

    def send(
        self, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], connect: float, read: float
    ) -> Answer:
        """One attempt, in this process."""
        path = url.removeprefix(self.base_url) or "/"
        got = self.client.open(
            path,
            method=method,
            base_url=self.base_url,
            data=urlencode(form) if method == "POST" else None,
            headers=dict(headers),
        )
        return Answer(got.status_code, got.data, got.headers.get("Content-Type", ""), got.headers.get("Location", ""))
