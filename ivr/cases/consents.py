"""What a customer said about messages with offers, kept as proof: when, in which words, by which way."""

from __future__ import annotations

import hashlib
from datetime import date

import sqlalchemy as sa

from ivr.cases.tables import consents
from ivr.engine.effects import World, read, write
from ivr.speech import LANGUAGES
from ivr.speech.catalogue import words
from ivr.wallet.verified import Verified

CHANNEL = "voice"


@read
def consent_key(world: World) -> str:
    """One yes of this caller: the wallet is asked under it, however often."""
    return world.key


@write(act="consent")
def keep_consent(world: World, customer: Verified, push: bool, asked: list[str], key: str) -> None:
    """Write down the yes, with the version of the messages (`asked`) that it answered; once a key."""
    if world.conn.scalar(sa.select(consents.c.id).where(consents.c.id == key)) is None:
        row = {"id": key, "customer": customer.id, "wallet": customer.wallet, "call": world.call}
        said = {"push": push, "wording": wording(asked), "channel": CHANNEL}
        world.conn.execute(sa.insert(consents).values(**row, **said, at=world.now.isoformat()))


def wording(messages: list[str]) -> str:
    """The version of these messages: it changes with any word of them, in either language."""
    texts = [words().render(language, message, {}, today=date.min) for language in LANGUAGES for message in messages]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
