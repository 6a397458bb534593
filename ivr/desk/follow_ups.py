"""What the desk sends: a code, the reference of a case, and word of a freeze. Neutral words: no link, no amount, no name.

The number and the words are made here, in the worker, when the message goes out; the database keeps
neither. What a text may hold at all stands in `ivr/follow_up/wording.py`.
"""

from __future__ import annotations

import time
from datetime import timedelta

import sqlalchemy as sa

from ivr.desk.own_numbers import sender as sender_of
from ivr.desk.tables import cases, challenges, disputes, freezes
from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.follow_up.messages import composes
from ivr.follow_up.sms import Text
from ivr.follow_up.tries import Patience
from ivr.settings import Settings
from ivr.storage import begin_read
from ivr.wallet import wallets
from ivr.wallet.types import Account

SECONDS = 10.0  # nobody waits on the line for this
WHILE_VALID = Patience(timedelta(seconds=2), timedelta(seconds=20), timedelta(minutes=5))
TEXTS = {
    "code": {
        "zh": "验证码{code}，五分钟内有效。请只在您拨打的电话里用键盘输入，不要告诉任何人。",
        "en": "Your code is {code}. It holds for five minutes. Key it only on the call that you made; tell it to nobody.",
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
        "en": "Your account was frozen at a caller's request. If that was not you, call the official support line and ask for a person.",
    },
}
"""All of them, by kind and language."""


@composes("code", WHILE_VALID)
def compose_code(engine: sa.Engine, settings: Settings, message: str) -> Text | None:
    """`code:<call>:<number>` → the registered mobile and the code; nobody when there is no such account."""
    _, call, number = message.split(":")
    with begin_read(engine) as conn:
        here = (challenges.c.call == call) & (challenges.c.number == int(number))
        account = conn.scalar(sa.select(challenges.c.account).where(here))
        language, sender = _heard(conn, settings, call)
    mobile = _mobile(engine, settings, account)
    if account is None or mobile is None:
        return None
    code = Sealer(settings.server_key).code(call, account, number)
    return Text(mobile, TEXTS["code"][language].format(code=code), sender)


@composes("case")
def compose_case(engine: sa.Engine, settings: Settings, message: str) -> Text | None:
    """`case:<reference>` → the customer's mobile and the reference."""
    reference = message.split(":")[1]
    return _with_reference(engine, settings, cases, "case", reference)


@composes("dispute")
def compose_dispute(engine: sa.Engine, settings: Settings, message: str) -> Text | None:
    """`dispute:<reference>` → the customer's mobile, the reference, and how to send evidence."""
    reference = message.split(":")[1]
    return _with_reference(engine, settings, disputes, "dispute", reference)


@composes("freeze")
def compose_freeze(engine: sa.Engine, settings: Settings, message: str) -> Text | None:
    """`freeze:<call>:<mark>`, the id of the freeze → the owner's mobile, in the owner's language: the caller may be anybody."""
    with begin_read(engine) as conn:
        frozen = conn.execute(sa.select(freezes).where(freezes.c.id == message)).first()
        _, sender = _heard(conn, settings, frozen.call if frozen else "")
    owner = _account(engine, settings, frozen.customer if frozen else None)
    return Text(owner.mobile, TEXTS["freeze"][owner.language], sender) if owner and owner.mobile else None


def _with_reference(engine: sa.Engine, settings: Settings, table: sa.Table, kind: str, reference: str) -> Text | None:
    with begin_read(engine) as conn:
        kept = conn.execute(sa.select(table).where(table.c.reference == reference)).first()
        language, sender = _heard(conn, settings, kept.call if kept else "")
    mobile = _mobile(engine, settings, kept.customer if kept else None)
    return Text(mobile, TEXTS[kind][language].format(reference=reference), sender) if mobile else None


def _account(engine: sa.Engine, settings: Settings, account: str | None) -> Account | None:
    return wallets.make(engine, settings).account(account or "nobody", time.monotonic() + SECONDS)


def _mobile(engine: sa.Engine, settings: Settings, account: str | None) -> str | None:
    found = _account(engine, settings, account)
    return found.mobile if found else None


def _heard(conn: sa.Connection, settings: Settings, call: str) -> tuple[str, str]:
    """The language of a call, and what texts about it come from."""
    rows = journal.rows(conn, call)
    return (rows[-1].language, sender_of(settings, rows[-1].facts)) if rows else ("zh", "")
