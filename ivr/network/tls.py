"""TLS trust: the certificate authorities that the HTTP clients accept."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that httpx brings, read once per process: reading them takes longer than many requests."""
    return httpx.create_ssl_context(trust_env=False)
