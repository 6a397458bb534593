"""One-time codes: how long one is valid, and the caps on how many are texted.

A text costs money, and a stranger can have it sent to anybody's telephone. An account's own telephones and all other
callers have separate shares, as in `guessing`: a caller who floods a customer uses up the strangers' share, and the
customer still gets a code from the registered telephone. There are further caps for a caller's number, for all hidden
numbers of a wallet together, and for a wallet (CODES_PER_HOUR). All caps hold across calls and machines. Callers hear
the same words whether or not a text is sent, and what else they can do.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from prometheus_client import Counter

from ivr.config.logs import logger
from ivr.engine.effects import World
from ivr.engine.secrets import Sealer
from ivr.identity import guessing
from ivr.identity.guessing import HOUR, WINDOW, utc
from ivr.identity.tables import challenges

CODE_DIGITS = 6
"""The length of a code: the least that NIST SP 800-63B-4 allows."""
CODE_VALID = timedelta(minutes=5)
"""From the moment at which the text was handed to Twilio. The text states it, and sending is retried for as long."""
Cap = tuple[int, timedelta]
OF_STRANGERS: tuple[Cap, ...] = ((3, HOUR), (6, WINDOW))
"""To one account, for all callers from telephones that are not its own; carriers flag a fifth text in a day."""
OF_OWN_TELEPHONE: tuple[Cap, ...] = ((10, HOUR), (20, WINDOW))
"""To one account, for its own telephones."""
OF_A_CALLER: tuple[Cap, ...] = ((15, HOUR), (30, WINDOW))
"""For one caller's number, to any accounts."""
OF_HIDDEN: tuple[Cap, ...] = ((60, HOUR),)
"""For all hidden numbers of a wallet together: they cannot be told apart."""
NOT_SENT = Counter(
    "ivr_codes_not_sent", "Codes that were asked for and not texted, by the cap that was reached.", ("cap",)
)


def code_of(sealer: Sealer, call: str, account: str, number: str) -> str:
    """The code of a challenge, by its call, account and number: always the same, so a retry sends it again."""
    return sealer.digits(CODE_DIGITS, "code", call, account, number)


def may_send_code(world: World, wallet: str, account: str, registered: str | None, caller: str | None) -> bool:
    """Whether one more code may be texted to this account. Call it under `guessing.lock_counters`."""
    own = guessing.own_telephones(world.conn, account, registered)
    to_account = (challenges.c.account == account) & guessing.is_in_share(challenges.c.caller, own, caller)
    by_caller = challenges.c.caller == caller if caller else challenges.c.caller.is_(None)
    here = challenges.c.wallet == wallet
    caps = {
        "account": (to_account, OF_OWN_TELEPHONE if caller in own else OF_STRANGERS),
        "caller": (by_caller, OF_A_CALLER) if caller else (by_caller & here, OF_HIDDEN),
        "wallet": (here, ((world.runtime.settings.codes_per_hour, HOUR),)),
    }
    for name, (which, limits) in caps.items():
        if any(_codes_sent(world, which, within) >= most for most, within in limits):
            NOT_SENT.labels(name).inc()
            if name == "wallet":
                logger("desk").error("no more codes are texted in this hour", wallet=wallet, cap="CODES_PER_HOUR")
            return False
    return True


def _codes_sent(world: World, which: sa.ColumnElement[bool], within: timedelta) -> int:
    promised = (challenges.c.hash != "") & (challenges.c.sent >= utc(world.now - within))
    return world.conn.scalar(sa.select(sa.func.count()).where(which, promised)) or 0
