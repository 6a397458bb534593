"""What the desk sends: a code, the reference of a case, word of a freeze and of others' tries. Neutral words: no link, no amount, no name.

The number and the words are made here, in the worker, when the message goes out; the database keeps
neither. Each begins with the name of the wallet, as its signature. What a text may hold beside that stands in
`ivr/follow_up/wording.py`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ivr.cases.tables import cases, disputes, freezes
from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.follow_up.context import Composer, Context
from ivr.follow_up.outbox import RetryPolicy
from ivr.identity.guessing import DECLINED, LOCKED, utc
from ivr.identity.tables import challenges, warnings
from ivr.identity.verification import CODE_VALID
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.own_numbers import sender as sender_of
from ivr.telephony.texting import Text
from ivr.wallet import config
from ivr.wallet.types import Account

SECONDS = 10.0  # nobody waits on the line for this
WHILE_VALID = RetryPolicy(timedelta(seconds=2), timedelta(seconds=20), CODE_VALID)
MINUTES = CODE_VALID // timedelta(minutes=1)
SIGNATURES = {"zh": "【{name}】", "en": "{name}: "}
TEXTS = {
    "code": {
        "zh": "验证码{code}，用于您来电时核实身份，{minutes}分钟内有效。只在电话上按键输入，不要告诉任何人，客服也不会问。",
        "en": "{code} is your code to verify yourself on our support line. It holds for {minutes} minutes. Key it only on the call you made. Don't share it with anyone, including us.",
    },
    "case": {
        "zh": "您的服务单{reference}已受理。可致电客服热线按单号查询进度。",
        "en": "Your case {reference} was received. Call the support line and key the reference to hear how it stands.",
    },
    "dispute": {
        "zh": "您的申请{reference}已受理。可在应用里补充截图并写上单号。可致电客服热线按单号查询进度。",
        "en": "Your dispute {reference} was received. You can add screenshots in the app with this reference. Call the support line and key it to hear how it stands.",
    },
    "freeze": {
        "zh": "您的账户已按来电要求冻结。如果不是您本人要求的，请拨打官方客服热线找人工客服。",
        "en": "Your account was frozen at a caller's request. If that was not you, call the official support line and ask for an agent.",
    },
    LOCKED: {
        "zh": "来电多次没有通过您账户的身份核实，核实暂停，最长一天，冻结不受影响。不是您本人的话，请拨官方客服热线找人工客服。",
        "en": "Somebody failed several times to verify as you on our support line. Verifying there is paused for up to a day; freezing still works. If that was not you, call the official support line and ask for an agent.",
    },
    DECLINED: {
        "zh": "有人来电，用您的号码和证件后六位要冻结账户，随后没有冻结。不是您本人的话，请拨官方客服热线找人工客服。",
        "en": "A caller gave your number and the end of your ID to freeze your account, and then did not freeze it. If that was not you, call the official support line and ask for an agent.",
    },
}
"""All of them, by kind and language."""


def compose_code(context: Context, message: str) -> Text | None:
    """`code:<call>:<number>` → the registered mobile and the code; nobody when there is no such account.

    The minutes that the words promise run from now on: a text that was late is not one that holds for less.
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
    code = Sealer(context.settings.server_key).code(call, kept.account, number)
    return _text(context, "code", owner, heard, code=code, minutes=MINUTES)


def compose_case(context: Context, message: str) -> Text | None:
    """`case:<reference>` → the customer's mobile and the reference."""
    reference = message.split(":")[1]
    return _with_reference(context, cases, "case", reference)


def compose_dispute(context: Context, message: str) -> Text | None:
    """`dispute:<reference>` → the customer's mobile, the reference, and how to send evidence."""
    reference = message.split(":")[1]
    return _with_reference(context, disputes, "dispute", reference)


def compose_freeze(context: Context, message: str) -> Text | None:
    """`freeze:<call>:<mark>`, the id of the freeze → the owner's mobile, in the owner's language: the caller may be anybody."""
    with begin_read(context.engine) as conn:
        frozen = conn.execute(sa.select(freezes).where(freezes.c.id == message)).first()
        heard = _heard(conn, context.settings, frozen.call if frozen else "")
    owner = _account(context, frozen.customer if frozen else None)
    return _text(context, "freeze", owner, heard.for_(owner)) if owner else None


def compose_locked(context: Context, message: str) -> Text | None:
    """`locked:<call>:<mark>`, the id of the warning → the owner's mobile, in the owner's language."""
    owner, heard, _ = _warned(context, message)
    return _text(context, LOCKED, owner, heard) if owner else None


def compose_declined(context: Context, message: str) -> Text | None:
    """`declined:<call>:<mark>` → the same; nobody when the account was frozen after all, or could not be."""
    owner, heard, frozen = _warned(context, message)
    return _text(context, DECLINED, owner, heard) if owner and owner.status == "active" and not frozen else None


@dataclass(frozen=True)
class _Heard:
    """How a call was heard: in which language, of which wallet, and what texts about it come from."""

    language: str = "zh"
    sender: str = ""
    wallet: str = ""

    def for_(self, owner: Account | None) -> _Heard:
        """The same in the owner's language: the caller may be anybody."""
        return _Heard(owner.language, self.sender, self.wallet) if owner else self


def _with_reference(context: Context, table: sa.Table, kind: str, reference: str) -> Text | None:
    with begin_read(context.engine) as conn:
        kept = conn.execute(sa.select(table).where(table.c.reference == reference)).first()
        heard = _heard(conn, context.settings, kept.call if kept else "")
    owner = _account(context, kept.customer if kept else None)
    return _text(context, kind, owner, heard, reference=reference) if owner else None


def _warned(context: Context, message: str) -> tuple[Account | None, _Heard, bool]:
    """Whose account it is, and whether it was frozen in that call."""
    with begin_read(context.engine) as conn:
        kept = conn.execute(sa.select(warnings).where(warnings.c.id == message)).first()
        heard = _heard(conn, context.settings, kept.call if kept else "")
        same = (freezes.c.call == kept.call) & (freezes.c.customer == kept.customer) if kept else sa.false()
        frozen = conn.execute(sa.select(freezes.c.id).where(same)).first() is not None
    owner = _account(context, kept.customer if kept else None)
    return owner, heard.for_(owner), frozen


def _text(context: Context, kind: str, owner: Account, heard: _Heard, **values: Any) -> Text | None:
    """The words of this kind to the owner's mobile, signed; nobody without one."""
    if owner.mobile is None:
        return None
    with begin_read(context.engine) as conn:
        name = config.by_id(conn, heard.wallet or owner.wallet).name[heard.language]
    signature = SIGNATURES[heard.language].format(name=name)
    body = signature + TEXTS[kind][heard.language].format(**values)
    return Text(owner.mobile, body, heard.sender, signature=signature)


def _account(context: Context, account: str | None) -> Account | None:
    return context.wallet.account(account or "nobody", time.monotonic() + SECONDS)


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
    LOCKED: Composer(compose_locked),
    DECLINED: Composer(compose_declined),
}
"""By kind of message, the first part of its id."""
