"""Simulates the network to the demo wallet, which can be slow or unreachable."""

from __future__ import annotations

import time

from ivr.engine.errors import Unavailable

LONGEST_WAIT = 20.0
"""Seconds that the demo wallet holds a request in the mode `slow`, whatever its deadline: it occupies a thread."""


def pass_through(mode: str, deadline: float) -> None:
    """Return if the wallet answers; `slow` waits until the client gives up at `deadline` (time.monotonic)."""
    if mode == "ok":
        return
    if mode == "slow":
        time.sleep(max(0.0, min(LONGEST_WAIT, deadline - time.monotonic())))
    raise Unavailable(f"the demo wallet's API is {mode}")
