"""Credentials that the simulated REST API accepts: the live account, its API key, and test credentials."""

from __future__ import annotations

from dataclasses import dataclass

TEST = ("AC" + "0" * 31 + "1", "test-credentials-of-the-simulator")
"""The simulator's own test credentials, for a lab without Twilio's. They protect nothing."""


@dataclass(frozen=True)
class Credentials:
    """Pairs of SID and token."""

    live: tuple[str, str]
    test: tuple[str, str] = TEST
    key: tuple[str, str] = ("", "")
    """An API key of the account, if it has one."""
