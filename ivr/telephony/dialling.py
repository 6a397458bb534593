"""Ringing somebody: one interface, Twilio behind it, or the simulator in its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

CLOCKS_DIFFER = timedelta(seconds=30)
"""How far Twilio's clock may be behind ours, where something is looked for by its time."""
LONGEST_CALL = timedelta(hours=4)
"""Twilio's limit for a call: after it, a call without a status callback is over."""


class NotPlaced(Exception):
    """There is no call, for certain. `code` is Twilio's error for this number, 0 when it had nothing to do with the
    number.
    """

    def __init__(self, code: int = 0) -> None:
        super().__init__(f"not placed ({code})")
        self.code = code


@dataclass(frozen=True)
class Ringing:
    """Whom to ring, from which of our numbers, what the call is to do, and where to tell how it goes (addresses of
    ours).
    """

    to: str
    caller_id: str
    url: str
    told_at: str


OWN_CARRIER = "byoc:"
"""Begins the address of a telephone that a trunk to a carrier of one's own reaches."""


def endpoint(address: str) -> tuple[str, str]:
    """An address to ring → Twilio's `To`, and the BYOC trunk that reaches it (empty: Twilio's own network).

    >>> endpoint("byoc:BY00000000000000000000000000000000/+8619900000051")
    ('+8619900000051', 'BY00000000000000000000000000000000')
    """
    if not address.startswith(OWN_CARRIER):
        return address, ""
    trunk, _, number = address.removeprefix(OWN_CARRIER).partition("/")
    return number, trunk


class Telephone(Protocol):
    """Places calls. Any exception but NotPlaced means that nobody knows whether there is one."""

    def ring(self, ringing: Ringing) -> str:
        """Place it; its CallSid."""
        ...

    def placed(self, to: str, caller_id: str, since: datetime) -> list[str]:
        """The CallSids of what we placed from this number of ours to this number since then, oldest first."""
        ...

    def cancel(self, call: str) -> None:
        """End a call that nobody has answered yet; one that was answered, or is over, stays as it is."""
        ...

    def status(self, call: str) -> str:
        """How a call stands, in Twilio's words."""
        ...
