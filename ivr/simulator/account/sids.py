"""Identifiers and dates in Twilio's form."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


def new_sid(prefix: str = "CA") -> str:
    """A new identifier: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def now() -> datetime:
    """The time of this machine, to the second, as Twilio's resources carry it."""
    return datetime.now(UTC).replace(microsecond=0)
