"""What the desk sends: a code, and the reference of a case. Neutral words: no link, no amount, no name.

The number and the words are made here, in the worker, when the message goes out; the database keeps
neither. (Carriers in mainland China refuse texts with links or finance words.)
"""

from __future__ import annotations

import time

import sqlalchemy as sa

from ivr.desk.tables import cases, challenges
from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.follow_up.messages import composes
from ivr.settings import Settings
from ivr.storage import begin_read
from ivr.wallet import wallets

SECONDS = 10.0  # nobody waits on the line for this
CODE = {
    "zh": "验证码{code}，五分钟内有效。请只在您拨打的电话里用键盘输入，不要告诉任何人。",
    "en": "Your code is {code}. It holds for five minutes. Key it only on the call that you made; tell it to nobody.",
}
CASE = {
    "zh": "您的服务单{reference}已受理。可致电客服热线按单号查询进度。",
    "en": "Your case {reference} was received. Call the support line and key the reference to hear how it stands.",
}


@composes("code")
def compose_code(engine: sa.Engine, settings: Settings, message: str) -> tuple[str, str] | None:
    """`code:<call>:<number>` → the registered mobile and the code; nobody when there is no such account."""
    _, call, number = message.split(":")
    with begin_read(engine) as conn:
        here = (challenges.c.call == call) & (challenges.c.number == int(number))
        account = conn.scalar(sa.select(challenges.c.account).where(here))
        language = _language(conn, call)
    mobile = _mobile(engine, settings, account)
    if account is None or mobile is None:
        return None
    return mobile, CODE[language].format(code=Sealer(settings.server_key).code(call, account, number))


@composes("case")
def compose_case(engine: sa.Engine, settings: Settings, message: str) -> tuple[str, str] | None:
    """`case:<reference>` → the customer's mobile and the reference."""
    reference = message.split(":")[1]
    with begin_read(engine) as conn:
        case = conn.execute(sa.select(cases).where(cases.c.reference == reference)).first()
        language = _language(conn, case.call) if case else "zh"
    mobile = _mobile(engine, settings, case.customer if case else None)
    return (mobile, CASE[language].format(reference=reference)) if mobile else None


def _mobile(engine: sa.Engine, settings: Settings, account: str | None) -> str | None:
    found = wallets.make(engine, settings).account(account or "nobody", time.monotonic() + SECONDS)
    return found.mobile if found else None


def _language(conn: sa.Connection, call: str) -> str:
    rows = journal.rows(conn, call)
    return rows[-1].language if rows else "zh"
