"""Why a wallet gave no answer, for operators; the caller hears only that nobody knows."""

from __future__ import annotations

from ivr.config.logs import logger
from ivr.engine.errors import Unavailable


class NotSent(Unavailable):
    """The request never reached the wallet: nothing can have been done."""


def unavailable(why: str, kind: type[Unavailable] = Unavailable) -> Unavailable:
    """The error to raise, with its reason logged. `why` holds no address, no id and nothing that was keyed."""
    logger("wallet").warning("no answer from a wallet's API", why=why)
    return kind(why)
