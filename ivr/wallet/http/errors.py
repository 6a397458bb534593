"""Errors of a wallet's API: the reason is logged for operators, and the caller hears only that the outcome is
unknown.
"""

from __future__ import annotations

from ivr.config.logs import logger
from ivr.engine.errors import Unavailable


class NotSent(Unavailable):
    """The request never reached the wallet, so the wallet cannot have acted on it."""


def unavailable(why: str, kind: type[Unavailable] = Unavailable) -> Unavailable:
    """Log the reason and return the error to raise. `why` must hold no address, no id and nothing that a
    caller keyed.
    """
    logger("wallet").warning("no answer from a wallet's API", why=why)
    return kind(why)
