"""Checks Twilio's signature: an HMAC over the address that was called and the form that was posted.

By default it is SHA-1 under the account's token. Where an operator has made a shared key, a header names the key and
the algorithm. That header is not signed, so it may only choose among the secrets that we hold: a named key stands for
its own secret and for no other, an unknown algorithm is refused, and without the header the default holds.

The address is the public one from the settings plus the request target exactly as it came over the
wire: a decoded or re-encoded target is another text, and its signature would not match.

The `twilio` package computes the HMAC. Its `validate` is not used: it always computes two, for the address with and
without a port, and takes 97 µs where `is_signed` takes 28 (medians of interleaved runs), which is about 10 % of a
turn.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    add_port,
    remove_port,
)
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

NO_KEYS: Mapping[str, str] = MappingProxyType({})


def is_signed(request: Request, base_url: str, tokens: Iterable[str], keys: Mapping[str, str] = NO_KEYS) -> bool:
    """Whether one of our tokens, or the shared key that the request names, signed it."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if not signature:
        return False
    secrets, algorithm = _chosen(request.headers.get(SIGNATURE_SETTINGS_HEADER, ""), tokens, keys)
    if algorithm not in (HMAC_SHA1, HMAC_SHA256):
        return False
    return matches(base_url.rstrip("/") + raw_target(request.environ), request.form, signature, secrets, algorithm)


def matches(
    url: str, form: MultiDict[str, str], signature: str, secrets: Iterable[str], algorithm: str = HMAC_SHA1
) -> bool:
    """Whether `signature` is right for this address and form under any of the secrets."""
    if "bodySHA256" in url and "bodySHA256" in parse_qs(urlsplit(url).query):
        return False  # the signature would cover a body that we do not read
    given = signature.encode("utf-8", "surrogateescape")
    return any(
        hmac.compare_digest(RequestValidator(secret).compute_signature(signed, form, algorithm).encode(), given)
        for signed in _signed_urls(url)
        for secret in secrets
    )


def _chosen(header: str, tokens: Iterable[str], keys: Mapping[str, str]) -> tuple[Iterable[str], str]:
    """`key=…,algorithm=…` → the secrets that may have signed, and how."""
    if not header:
        return tokens, HMAC_SHA1
    named = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in header.split(","))}
    algorithm = (named.get("algorithm") or HMAC_SHA1).upper()
    key = named.get("key")
    return ([keys[key]] if key in keys else []) if key else tokens, algorithm


def raw_target(environ: Mapping[str, Any]) -> str:
    """Path and query as they came. Servers that do not keep them get them rebuilt (our paths are plain ASCII)."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if target is None:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        return quote(path.encode("latin-1")) + (f"?{query}" if query else "")
    if target.startswith("/"):
        return str(target)
    return urlunsplit(("", "", *urlsplit(target)[2:4], ""))  # absolute form, as proxies send it


def _signed_urls(url: str) -> Iterable[str]:
    """The address without credentials; then, only after a mismatch, with its port added or removed.

    Twilio drops the port of an https voice webhook, and keeps that of an http one.
    """
    if "@" not in url:
        yield url
    parts = urlsplit(url)
    if "@" in url:
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        yield urlunsplit(parts)
    yield remove_port(parts) if parts.port else add_port(parts)
