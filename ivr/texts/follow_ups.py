"""Compose the text messages that follow a call: a code, a case's reference, news of a freeze or of failed attempts,
what an agent chose.

The worker looks up the number and fills in the words (`messages.toml`) when a message is due; the database keeps
neither, beside the last digits of the number until the message has arrived.
Each message begins with the wallet's name as its signature. `ivr/follow_up/wording.py` has the rules for its words.
"""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ivr.cases.tables import cases, disputes, freezes
from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.follow_up.context import Composer, Context
from ivr.follow_up.outbox import RetryPolicy
from ivr.identity.codes import CODE_VALID, code_of
from ivr.identity.guessing import DECLINED, LOCKED, utc
from ivr.identity.tables import challenges, warnings
from ivr.staff import acts
from ivr.staff.acts import Act
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.own_numbers import sender as sender_of
from ivr.telephony.texting import Text
from ivr.wallet import directory
from ivr.wallet.types import Account

WALLET_SECONDS = 10.0
"""For a look into the wallet; no caller waits for it."""
WHILE_VALID = RetryPolicy(timedelta(seconds=2), timedelta(seconds=20), CODE_VALID)
"""For the text of a code: it is of no use when the code is no longer valid."""
MINUTES = CODE_VALID // timedelta(minutes=1)
TEXTS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))
SIGNATURES = TEXTS.pop("signature")
"""Both by language; the texts by kind, the first part of a message's id."""
BY_HAND = tuple(kind.removeprefix("hand-") for kind in TEXTS if kind.startswith("hand-"))
"""The texts that an agent may choose on the desk."""


def compose_code(context: Context, message: str) -> Text | None:
    """`code:<call>:<number>` → a code to the registered mobile; None if there is no such account or it has no mobile.

    The minutes that the text promises count from now, so a late text is valid as long as it says.
    """
    _, call, number = message.split(":")
    here = (challenges.c.call == call) & (challenges.c.number == int(number))
    with begin_read(context.engine) as conn:
        kept = conn.execute(sa.select(challenges).where(here)).first()
        heard = _heard(conn, context.settings, call)
    owner = _account(context, kept.account if kept else None)
    if kept is None or owner is None or owner.mobile is None:
        return None
    with begin_write(context.engine) as conn:
        conn.execute(sa.update(challenges).where(here).values(sent=utc(context.clock(conn))))
    code = code_of(Sealer(context.settings.server_key), call, kept.account, number)
    return _text(context, "code", owner, heard, code=code, minutes=MINUTES)


def compose_case(context: Context, message: str) -> Text | None:
    """`case:<reference>` → the reference, to the customer's mobile."""
    reference = message.split(":")[1]
    return _with_reference(context, cases, "case", reference)


def compose_dispute(context: Context, message: str) -> Text | None:
    """`dispute:<reference>` → the reference and how to add evidence, to the customer's mobile."""
    reference = message.split(":")[1]
    return _with_reference(context, disputes, "dispute", reference)


def compose_freeze(context: Context, message: str) -> Text | None:
    """`freeze:<call>:<mark>`, a freeze's id → to the owner's mobile in the owner's language: anybody may have
    called."""
    with begin_read(context.engine) as conn:
        frozen = conn.execute(sa.select(freezes).where(freezes.c.id == message)).first()
        heard = _heard(conn, context.settings, frozen.call if frozen else "")
    owner = _account(context, frozen.customer if frozen else None)
    return _text(context, "freeze", owner, heard.for_(owner)) if owner else None


def compose_unfreeze(context: Context, message: str) -> Text | None:
    """`unfreeze:<call>:<act>` → to the owner's mobile in the owner's language: somebody else may have been
    verified."""
    act, heard = _acted(context, message)
    owner = _account(context, act.customer if act else None)
    return _text(context, "unfreeze", owner, heard.for_(owner)) if owner else None


def compose_by_hand(context: Context, message: str) -> Text | None:
    """`hand:<call>:<act>` → the text that an agent chose, to the customer's mobile; None for one that is not
    there any more."""
    act, heard = _acted(context, message)
    owner = _account(context, act.customer if act else None)
    if act is None or owner is None or act.about not in BY_HAND:
        return None
    with begin_read(context.engine) as conn:
        channels = directory.by_id(conn, act.wallet).channels
    separator = "、" if heard.language == "zh" else ", "
    values = {"numbers": separator.join(channels["official_numbers"]), "app": channels["app"][heard.language]}
    return _text(context, f"hand-{act.about}", owner, heard, **values, reference=act.details.get("reference", ""))


def compose_locked(context: Context, message: str) -> Text | None:
    """`locked:<call>:<mark>`, a warning's id → to the owner's mobile in the owner's language."""
    owner, heard, _ = _warned(context, message)
    return _text(context, LOCKED, owner, heard) if owner else None


def compose_declined(context: Context, message: str) -> Text | None:
    """`declined:<call>:<mark>` → the same; None if the account was frozen in that call, or could not be frozen."""
    owner, heard, frozen = _warned(context, message)
    return _text(context, DECLINED, owner, heard) if owner and owner.status == "active" and not frozen else None


@dataclass(frozen=True)
class _Heard:
    """The language and wallet of a call, and the number that sends its texts."""

    language: str = "zh"
    sender: str = ""
    wallet: str = ""

    def for_(self, owner: Account | None) -> _Heard:
        """The same in the owner's language: anybody may have called."""
        return _Heard(owner.language, self.sender, self.wallet) if owner else self


def _with_reference(context: Context, table: sa.Table, kind: str, reference: str) -> Text | None:
    with begin_read(context.engine) as conn:
        kept = conn.execute(sa.select(table).where(table.c.reference == reference)).first()
        heard = _heard(conn, context.settings, kept.call if kept else "")
    owner = _account(context, kept.customer if kept else None)
    return _text(context, kind, owner, heard, reference=reference) if owner else None


def _warned(context: Context, message: str) -> tuple[Account | None, _Heard, bool]:
    """The owner of the account that the warning is about, and whether it was frozen in that call."""
    with begin_read(context.engine) as conn:
        kept = conn.execute(sa.select(warnings).where(warnings.c.id == message)).first()
        heard = _heard(conn, context.settings, kept.call if kept else "")
        same = (freezes.c.call == kept.call) & (freezes.c.customer == kept.customer) if kept else sa.false()
        frozen = conn.execute(sa.select(freezes.c.id).where(same)).first() is not None
    owner = _account(context, kept.customer if kept else None)
    return owner, heard.for_(owner), frozen


def _acted(context: Context, message: str) -> tuple[Act | None, _Heard]:
    """The act that the text is about, and the language and wallet of its call."""
    with begin_read(context.engine) as conn:
        act = acts.find(conn, message.rpartition(":")[2])
        return act, _heard(conn, context.settings, act.call if act else "")


def _text(context: Context, kind: str, owner: Account, heard: _Heard, **values: Any) -> Text | None:
    """A signed text of this kind to the owner's mobile; None if there is no mobile."""
    if owner.mobile is None:
        return None
    with begin_read(context.engine) as conn:
        name = directory.by_id(conn, heard.wallet or owner.wallet).name[heard.language]
    signature = SIGNATURES[heard.language].format(name=name)
    body = signature + TEXTS[kind][heard.language].format(**values)
    return Text(owner.mobile, body, heard.sender, signature=signature)


def _account(context: Context, account: str | None) -> Account | None:
    return context.wallet.account(account or "nobody", time.monotonic() + WALLET_SECONDS)


def _heard(conn: sa.Connection, settings: Settings, call: str) -> _Heard:
    rows = journal.rows(conn, call)
    if not rows:
        return _Heard()
    facts = rows[-1].facts
    return _Heard(rows[-1].language, sender_of(settings, facts), facts.get("wallet") or "")


COMPOSERS = {
    "code": Composer(compose_code, WHILE_VALID),
    "case": Composer(compose_case),
    "dispute": Composer(compose_dispute),
    "freeze": Composer(compose_freeze),
    "unfreeze": Composer(compose_unfreeze),
    "hand": Composer(compose_by_hand),
    LOCKED: Composer(compose_locked),
    DECLINED: Composer(compose_declined),
}
"""By kind of message, the first part of its id."""
