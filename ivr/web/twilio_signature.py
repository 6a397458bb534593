"""Was this request signed by Twilio? An HMAC over the address it called and the form it posted.

By default it is SHA-1 under the account's token. Where an operator has made a shared key, a header names the key and the
algorithm. That header is not signed, so it may only choose among what we hold: a named key stands for its own secret and for
no other, an algorithm that we do not know is refused, and without the header everything is as by default.

The address is the public one from our settings plus the request target exactly as it came over the
wire: a decoded or re-encoded target is another text, and its signature would not match.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_signed(request: Request, base_url: str, tokens: Iterable[str], keys: Mapping[str, str] = {}) -> bool:  # noqa: B006
    """Whether one of our tokens, or the shared key that the request names, signed it."""
    signature = request.headers.get("X-Twilio-Signature")
    if not signature:
        return False
    secrets, algorithm = _chosen(request.headers.get(SETTINGS, ""), tokens, keys)
    if algorithm not in ALGORITHMS:
        return False
    return matches(base_url.rstrip("/") + raw_target(request.environ), request.form, signature, secrets, algorithm)


def matches(
    url: str, form: MultiDict[str, str], signature: str, secrets: Iterable[str], algorithm: str = "HMAC_SHA1"
) -> bool:
    """Whether `signature` is right for this address and form under any of the secrets."""
    if "bodySHA256" in url and "bodySHA256" in parse_qs(urlsplit(url).query):
        return False  # the signature would cover a body that we do not read
    given = signature.encode("utf-8", "surrogateescape")
    return any(
        hmac.compare_digest(sign(form_url, form, secret, algorithm), given)
        for form_url in _urls(url)
        for secret in secrets
    )


def sign(url: str, form: MultiDict[str, str], secret: str, algorithm: str = "HMAC_SHA1") -> bytes:
    """The signature: names sorted, each followed by each of its distinct values, sorted."""
    posted = "".join(
        [
            name + (values[0] if len(values) == 1 else name.join(sorted(set(values))))
            for name, values in sorted(form.lists())
        ]
    )
    text = (url + posted).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(secret.encode(), text, ALGORITHMS[algorithm]))


def _chosen(header: str, tokens: Iterable[str], keys: Mapping[str, str]) -> tuple[Iterable[str], str]:
    """`key=…,algorithm=…` → the secrets that may have signed, and how."""
    if not header:
        return tokens, "HMAC_SHA1"
    named = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in header.split(","))}
    algorithm = (named.get("algorithm") or "HMAC_SHA1").upper()
    key = named.get("key")
    return ([keys[key]] if key in keys else []) if key else tokens, algorithm


def raw_target(environ: Mapping[str, Any]) -> str:
    """Path and query as they came; servers that do not keep them get them rebuilt (our paths are plain ASCII)."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if target is None:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        return quote(path.encode("latin-1")) + (f"?{query}" if query else "")
    if target.startswith("/"):
        return str(target)
    return urlunsplit(("", "", *urlsplit(target)[2:4], ""))  # absolute form, as proxies send it


def _urls(url: str) -> Iterable[str]:
    """The address as it stands, without credentials; then, only on a miss, with its port the other way round.

    Twilio drops the port of an https voice webhook, and keeps that of an http one.
    """
    if "@" not in url:
        yield url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if "@" in url:
        yield urlunsplit(parts._replace(netloc=host))
    bare = parts.hostname or ""
    name = host[: len(bare)] if not host.startswith("[") else host[: host.index("]") + 1]
    other = name if parts.port else f"{name}:{DEFAULT_PORTS.get(parts.scheme, 80)}"
    yield urlunsplit(parts._replace(netloc=other))
