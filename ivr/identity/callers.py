"""Language of a caller's number: stored under a keyed hash of the number, for the next call from it."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.engine.effects import World, write
from ivr.engine.journal import calls, insert_new
from ivr.engine.secrets import Sealer
from ivr.identity.tables import languages
from ivr.telephony import numbers
from ivr.wallet.types import WalletInfo


def number_of(caller: str, wallet: WalletInfo, line: str = "") -> str | None:
    """The caller's number, E.164; None when it was withheld or is no valid number. Such callers share no counter.

    `line` is the number that was dialled, as Twilio sent it with the caller's number.
    """
    return numbers.arrived(caller, wallet.country, line)


def number_of_call(conn: sa.Connection, sealer: Sealer, call: str) -> str | None:
    """The number from which a call came, E.164; None when it was withheld. `sealer` is the call's own."""
    sealed = conn.scalar(sa.select(calls.c.caller_sealed).where(calls.c.call == call))
    return sealer.open(sealed) if sealed else None


def language_of(conn: sa.Connection, caller_mark: str | None) -> str | None:
    """The language chosen on an earlier call from this number."""
    if caller_mark is None:
        return None
    return conn.scalar(sa.select(languages.c.language).where(languages.c.caller_mark == caller_mark))


@write
def remember_language(world: World, caller_mark: str | None, language: str) -> None:
    """Store the choice for the next call from this number; nothing is stored for a withheld number."""
    if caller_mark is None:
        return
    world.conn.execute(sa.delete(languages).where(languages.c.caller_mark == caller_mark))
    chosen = {"caller_mark": caller_mark, "language": language, "at": world.now.isoformat()}
    insert_new(world.conn, languages, chosen)  # unless a parallel call has stored its choice
