"""Who may ask the simulator over REST: the live account, and Twilio's test credentials for it."""

from __future__ import annotations

from dataclasses import dataclass

TEST = ("AC" + "0" * 31 + "1", "test-credentials-of-the-simulator")
"""Its own, for a lab that has none of Twilio's: a secret of nobody."""


@dataclass(frozen=True)
class Credentials:
    """Pairs of SID and token."""

    live: tuple[str, str]
    test: tuple[str, str] = TEST
    key: tuple[str, str] = ("", "")
    """An API key of the account, if it has one."""
