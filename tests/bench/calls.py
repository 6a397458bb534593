"""Thousands of calls that stand at turn 20, and the signed request that each would send next."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from app import create_app
from ivr.config.settings import Settings
from ivr.engine.journal import calls, journal, replies
from ivr.lab import world
from ivr.migrations.migrate import migrate
from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.transport import ClientTransport
from ivr.storage.database import begin_read, begin_write, connect

ROWS = 20
CHUNK = 500
ACCOUNT = "AC" + "0" * 32
GEOGRAPHY = {
    f"{side}{what}": "" for side in ("From", "To", "Caller", "Called") for what in ("City", "State", "Zip", "Country")
}


def prepare(settings: Settings, number: int) -> list[str]:
    """A migrated database with `number` copies of one call of twenty turns; their CallSids."""
    engine = connect(settings.database_url)
    migrate(engine)
    with begin_write(engine) as conn:
        world.load(conn, json.loads(world.DEFAULT.read_text("utf-8")))
    template = _template(settings)
    sids = [f"CA{secrets.token_hex(16)}" for _ in range(number)]
    for start in range(0, number, CHUNK):
        _copy(engine, template, sids[start : start + CHUNK])
    engine.dispose()
    return sids


def _template(settings: Settings) -> str:
    """One real call: language, then in and out of menus until twenty turns are stored."""
    app = create_app(settings)
    phone = Phone(
        ClientTransport(app.test_client(), settings.public_base_url),
        settings.twilio_auth_token,
        repeat=False,
        account_sid=ACCOUNT,
    )
    phone.dials("+864000000101").presses("1")
    while len(phone.documents) < ROWS:
        phone.presses("2" if len(phone.documents) % 2 == 0 else "*")
    app.extensions["line"].engine.dispose()
    return phone.sid


def _copy(engine: sa.Engine, template: str, sids: list[str]) -> None:
    with begin_read(engine) as conn:
        call = dict(conn.execute(sa.select(calls).where(calls.c.call == template)).mappings().one())
        told = sa.select(journal, replies.c.reply.label("told")).join(replies, replies.c.id == journal.c.reply)
        turns = [dict(row) for row in conn.execute(told.where(journal.c.call == template)).mappings()]
        first = 1 + conn.execute(sa.select(sa.func.max(replies.c.id))).scalar_one()
    copies = [row | {"call": sid, "reply": first + n} for n, (row, sid) in enumerate(product(turns, sids))]
    with begin_write(engine) as conn:
        conn.execute(sa.insert(calls), [call | {"call": sid} for sid in sids])
        conn.execute(sa.insert(replies), [{"id": row["reply"], "reply": row.pop("told")} for row in copies])
        conn.execute(sa.insert(journal), copies)


def requests(base: str, token: str, sids: list[str]) -> Iterator[bytes]:
    """Each call's next request, raw and signed: 29 fields, as Twilio sends them."""
    validator, host = RequestValidator(token), urlsplit(base).netloc
    for sid in sids:
        path = f"/voice/calls/{sid}/turns/{ROWS}"
        form = {
            "CallSid": sid,
            "AccountSid": ACCOUNT,
            "From": "+8613900000001",
            "To": "+864000000101",
            "Caller": "+8613900000001",
            "Called": "+864000000101",
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "Digits": "2",
            "msg": "Gather",
            "FinishedOnKey": "",
            "StirVerstat": "TN-Validation-Passed-A",
            **GEOGRAPHY,
        }
        body = urlencode(form).encode()
        signature = validator.compute_signature(base + path, MultiDict(form))
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def settings_for(folder: Path, port: int, database: str = "") -> tuple[Settings, dict[str, str]]:
    """The settings of one server that answers a real account, and the environment that gives them."""
    given = {
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "bench" * 4,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database,
    }
    return Settings.load(given, dotenv=folder / "none.env"), given
