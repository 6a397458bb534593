"""The watch by which it is measured how soon a key came after its question."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import request

SECONDS = "I-Simulator-Seconds"
"""A header of the simulator's: its virtual time. A telephone of the lab that does not send it is not measured."""


def key_clock(lab: bool) -> Callable[[], float | None]:
    """The machine's; in the lab the telephone's, where silence takes no time and nobody waits for words."""
    return _telephones if lab else time.time


def _telephones() -> float | None:
    try:
        return float(request.headers[SECONDS])
    except (KeyError, ValueError):
        return None
