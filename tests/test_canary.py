"""One PIN, one code, one number, one tail and one wallet id are used in calls, then searched for everywhere."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from ivr.speech import en, zh
from ivr.storage.database import begin_read
from tests.call_flows.conftest import line
from tests.call_flows.line import Caller, Line, Person
from tests.call_flows.test_freeze import gives, wants_a_freeze
from tests.call_flows.test_top_up import reports

__all__ = ["line"]
BIRD = Person("19912345678", "31415*", "271828")
WALLET_ID = "55667788"
WRONG = ("161803", "577215", "13787654321")
BANK = {"customers", "worlds", "records"}
"""The demo bank's own tables, where its customers are known by their numbers."""


def spellings(secret: str) -> set[str]:
    """A secret as it is, as words of both languages, and in the encodings that things are kept in."""
    digits = secret.replace("*", "X")
    spoken = {zh.digits(digits, kind) for kind in ("plain", "phone")} | {
        en.digits(digits, kind) for kind in ("plain", "phone")
    }
    bare = {words.replace("，", "").replace(",", "") for words in spoken}
    raw = digits.encode()
    coded = {base64.b64encode(raw).decode().rstrip("="), raw.hex(), quote(digits)}
    return {digits, secret} | spoken | bare | coded


def cells(engine: sa.Engine) -> Iterator[tuple[str, str]]:
    """Every value of every table, as text; base64 inside is opened."""
    inspector = sa.inspect(engine)
    with begin_read(engine) as conn:
        for name in set(inspector.get_table_names()) - BANK:
            for row in conn.execute(sa.text(f"SELECT * FROM {name}")):
                yield from ((name, text) for value in row for text in _readings(value))


def _readings(value: object) -> Iterator[str]:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    yield text
    try:
        yield base64.b64decode(text, validate=True).decode("latin-1")
    except ValueError:
        return


def lives_through_everything(line: Line, lang: str) -> list[Caller]:
    """Right and wrong proofs, a dead wallet, a freeze by weak proof, and a hand-over."""
    by_number, by_id = Caller(line, lang), Caller(line, lang)
    reports(by_number.calls(), "300", "1120")
    by_number.enters(WRONG[2] + "#").enters(WRONG[0]).picks("短信验证码", "code by text").enters(WRONG[1])
    by_number.proves(Person(BIRD.number, BIRD.tail)).presses("0").waits()
    by_id.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    by_id.enters(WALLET_ID + "#").enters(BIRD.tail).picks("电话服务密码", "phone PIN").enters(WRONG[0])
    by_id.proves(Person(WALLET_ID, BIRD.tail, BIRD.pin)).hangs_up()
    line.put("wallet", {"mode": "down"})
    dead = Caller(line, lang).calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    dead.enters(BIRD.number + "#").hangs_up()
    line.put("wallet", {"mode": "ok"})
    frozen = wants_a_freeze(Caller(line, lang).calls())
    gives(gives(frozen, Person(BIRD.number, WRONG[0])), BIRD).presses("1").presses("0").waits()
    return [by_number, by_id, dead, frozen]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_secret_is_found_anywhere_after_it_was_keyed(line, lang, capfd):
    """Database, follow-ups, logs, documents, texts, metrics and the lab: the code is in its own text and
    nowhere else.
    """
    bird = {
        "id": "K90",
        "wallet": "haiyun",
        "name": "鸟",
        "language": lang,
        "mobile": "+86" + BIRD.number,
        "wallet_id": WALLET_ID,
        "id_tail": "31415X",
        "phone_pin": BIRD.pin,
    }
    line.change_world(lambda world: world["customers"].append(bird))
    line.put("clock", {"now": "2026-11-23T10:00:00+08:00"})
    callers = lives_through_everything(line, lang)
    sent = line.get("sms")
    code = next(found[0] for text in sent if (found := re.findall(r"\d{6}", text["body"])))
    secrets = {BIRD.number, BIRD.tail, BIRD.pin, WALLET_ID, *WRONG, code}
    birds = {spelling: secret for secret in secrets for spelling in spellings(secret)}
    client = line.app.test_client()
    pages = [client.get(f"/lab/calls/{caller.sid}", base_url="http://127.0.0.1:5000").text for caller in callers]
    seen = [("documents", document) for caller in callers for document in caller.documents]
    seen += [("lab", page) for page in pages] + [("metrics", client.get("/metrics").text)]
    seen += [("texts", json.dumps([text["body"] for text in sent if code not in text["body"]], ensure_ascii=False))]
    seen += [("logs", stream) for stream in capfd.readouterr()]
    seen += list(cells(line.app.extensions["line"].engine))
    found = {(place, birds[bird]) for place, text in seen for bird in birds if bird in text}
    assert found == set()


def test_the_search_would_find_a_secret():
    """A canary that cannot sing proves nothing."""
    assert {"271828", "二七幺八二八", "two seven one eight two eight", "MjcxODI4", "323731383238"} <= spellings(
        "271828"
    )
