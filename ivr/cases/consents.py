"""Consents to messages with offers, stored as proof: when it was given, to which wording, by which channel."""

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
    """The idempotency key of one consent: every request to the wallet for it carries this key."""
    return world.key


@write(act="consent")
def keep_consent(world: World, customer: Verified, push: bool, asked: list[str], key: str) -> None:
    """Store the consent with the version of the messages (`asked`) that it answered; once per key."""
    if world.conn.scalar(sa.select(consents.c.id).where(consents.c.id == key)) is None:
        row = {"id": key, "customer": customer.id, "wallet": customer.wallet, "call": world.call}
        said = {"push": push, "wording": wording(asked), "channel": CHANNEL}
        world.conn.execute(sa.insert(consents).values(**row, **said, at=world.now.isoformat()))


def wording(messages: list[str]) -> str:
    """The version of these messages: a hash that changes with any word of them, in either language."""
    texts = [words().render(language, message, {}, today=date.min) for language in LANGUAGES for message in messages]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
