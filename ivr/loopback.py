"""Who may see the lab: a request meant for this machine that came through no proxy and no tunnel."""

from __future__ import annotations

import re

from werkzeug.wrappers import Request

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


def is_from_here(request: Request) -> bool:
    """A loopback Host, and nothing forwarded."""
    forwarded = any(name.lower().startswith("x-forwarded-") for name, _ in request.headers)
    return bool(LOOPBACK.fullmatch(request.headers.get("Host", ""))) and not forwarded
