"""The clock that measures how soon a key came after its question: too soon means that it was not heard."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import request

SECONDS = "I-Simulator-Seconds"
"""The header with the simulator's virtual time. Without it nothing is measured in the lab."""


def key_clock(lab: bool) -> Callable[[], float | None]:
    """The machine's clock; in the lab the simulator's, where silence and speech take no real time."""
    return _telephones if lab else time.time


def _telephones() -> float | None:
    try:
        return float(request.headers[SECONDS])
    except (KeyError, ValueError):
        return None
