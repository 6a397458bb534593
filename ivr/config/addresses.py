"""Checks of the URLs in the settings."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_address(text: str) -> bool:
    """Whether this is an http or https URL with a host, without query and fragment."""
    try:
        parts = urlsplit(text)
        plain = "?" not in text and "#" not in text and not any(letter.isspace() for letter in text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:  # a port that is none, half an IPv6 address
        return False


def is_loopback(address: str) -> bool:
    """Whether the URL leads to this machine by a loopback address or `localhost`; no other name is resolved.

    >>> is_loopback("http://127.0.0.2:5000/a"), is_loopback("http://[::1]"), is_loopback("https://ivr.example.com")
    (True, True, False)
    """
    host = (urlsplit(address).hostname or "").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_password(address: str) -> str:
    """The URL without its password, for logs.

    >>> without_password("https://line:hush@ivr.example.com/a")
    'https://line:***@ivr.example.com/a'
    """
    parts = urlsplit(address)
    return address.replace(f":{parts.password}@", ":***@", 1) if parts.password else address
