"""Whom we believe over TLS."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that httpx brings, read once a process: reading them costs more than many requests."""
    return httpx.create_ssl_context(trust_env=False)
