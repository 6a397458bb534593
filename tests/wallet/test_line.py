"""The whole line on a wallet over HTTP: what a caller hears when it answers, when it is slow, and when it is gone."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.demo.tables import customers, records
from ivr.demo.wallet import DemoWallet
from ivr.engine.live_turn import TOUCH_SECONDS
from ivr.privacy.erasure import erase
from ivr.storage.database import begin_read, begin_write
from ivr.wallet_api.server import create_app
from tests.call_flows.disputing import FILED, NOT_RECEIVED, at_the_yes
from tests.call_flows.disputing import reports as disputes_again
from tests.call_flows.line import DANA, LIN, NOON, Caller, Line, Person, demo_world, lab_settings
from tests.call_flows.test_failed_payment import payment_failed
from tests.call_flows.test_promotion_messages import asks
from tests.call_flows.test_promotions import CASH_BACK, CURRENT, FIVE_OFF, OFFERS, REWARDS
from tests.call_flows.test_security import NO, YES, answers, reviews
from tests.call_flows.test_top_up import reports
from tests.ports import free_ports
from tests.wallet.conftest import TOKEN, WALLETS
from tests.wallet.misbehaving import NEVER
from tests.wallet.serving import served

STRANGER = Person("13900000077", "123456")


WRITES = ("/freezes", "/consents", "/disputes")


@dataclass
class Bank:
    """The reference server, which can be told to be slow, or to lose its answers; `came` is what was asked of it."""

    app: Any
    demo: DemoWallet
    seconds: float = 0.0
    loses: int = 0
    came: list[str] = field(default_factory=list)

    def __call__(self, environ, start):
        path = environ["PATH_INFO"]
        self.came.append(f"{environ['REQUEST_METHOD']} {path.rpartition('/')[2]}")
        time.sleep(self.seconds)
        asked = "/writes/" in path or environ["REQUEST_METHOD"] == "POST" and path.endswith(WRITES)
        if self.loses and asked:
            self.loses -= 1
            list(self.app(environ, lambda *_: None))  # done, and its answer lost
            start("502 Bad Gateway", [])
            return []
        return self.app(environ, start)


@pytest.fixture
def bank(demo_on_sqlite) -> Bank:
    return Bank(create_app(demo_on_sqlite, WALLETS, TOKEN), demo_on_sqlite)


@pytest.fixture(params=["zh", "en"])
def caller(request, bank: Bank, settings, sqlite_template: Path, tmp_path: Path) -> Iterator[Caller]:
    """On a line that knows its wallets, has no customer of its own, and asks the bank over HTTP."""
    shutil.copyfile(sqlite_template, tmp_path / "line.db")
    url = f"sqlite:///{tmp_path / 'line.db'}"
    with served(bank) as address:
        remote = {"wallet_api_url": {"": address}, "wallet_api_token": {"": TOKEN}}
        line = Line(replace(lab_settings(settings, url), **remote))
        line.put("world", {"wallets": json.loads(demo_world())["wallets"]})
        line.put("clock", {"now": NOON})
        yield Caller(line, request.param)
        line.close()


def test_a_caller_is_verified_and_told_what_the_bank_knows(caller):
    """By a code that is sent to the mobile that the bank has."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    caller.is_told("银行还没有确认", "hasn't confirmed this yet").is_told("先不要再充", "don't top up again")
    (case,) = caller.line.get("cases")
    assert (case["customer"], case["about"]) == ("haiyun:K1", "U2")


def test_a_pin_of_the_bank_is_enough(caller):
    """And the limits are those of the line's file."""
    reports(caller.calls(), "2500", "1121").proves(DANA)
    caller.is_told("单笔最多两千元", "up to two thousand yuan")


def test_a_day_that_is_off_by_one_leads_to_the_record_that_the_bank_has(caller):
    """With what its API offers: the records of a span of time."""
    reports(caller.calls(), "800", "1120").proves(LIN).is_told("是这一笔吗", "Is it this one").presses("1")
    caller.is_told("先不要再充", "don't top up again")
    payment_failed(caller.calls(), "45*90", "1120").proves(LIN).is_told("晨光书店", "Morning Light Books")


def test_the_other_card_that_the_bank_knows_is_named(caller):
    """After the one that expired."""
    reports(caller.calls(), "300", "1120").proves(LIN).is_told("招商银行尾号八八零六", "ending in eight eight zero six")


def test_a_stranger_is_asked_and_looked_up_as_a_customer_is(caller, bank):
    """The same requests in the same order, so that time tells nobody who is a customer."""
    reports(caller.calls(), "300", "1120").caller.enters(LIN.number + "#").enters(LIN.tail)
    known, bank.came = list(bank.came), []
    other = Caller(caller.line, caller.lang)
    reports(other.calls(from_="+8613900000002"), "300", "1120").caller.enters(STRANGER.number + "#").enters(
        STRANGER.tail
    )
    assert bank.came == known == ["POST search", "POST checks"]


def test_no_number_and_no_proof_of_the_bank_stays_with_the_line(caller):
    """Only ids are stored."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    with begin_read(caller.line.app.extensions["line"].engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(customers)) == 0
        assert conn.scalar(sa.select(sa.func.count()).select_from(records)) == 0


@pytest.mark.parametrize("name", ["K1", "haiyun:K1"])
def test_a_customer_of_the_bank_is_erased_by_the_banks_own_id(caller, name):
    """As the bank names them, or as our records do; nobody of another bank."""
    reports(caller.calls(), "800", "1121").proves(LIN).hangs_up()
    engine = caller.line.runtime.engine
    assert erase(engine, "linfu", name, caller.line.runtime.clock).calls == 0
    assert erase(engine, "haiyun", name, caller.line.runtime.clock).calls == 1
    assert caller.report()["erased"]


def test_a_slow_bank_costs_one_touch_and_is_told_honestly(caller, bank):
    """Four seconds, not one more for each request of the turn; then a person."""
    reports(caller.calls(), "300", "1120")
    bank.seconds, bank.came = NEVER, []
    begun = time.monotonic()
    caller.enters(LIN.number + "#").is_told("查不到记录", "cannot see the records")
    assert TOUCH_SECONDS - 0.5 < time.monotonic() - begun < NEVER
    assert bank.came == ["POST search"] and caller.talking_to


def nobody_listens():
    return f"http://127.0.0.1:{free_ports()}"


def test_a_bank_that_is_gone_is_told_honestly(caller):
    """At once."""
    reports(caller.calls(), "300", "1120")
    caller.line.settings = replace(caller.line.settings, wallet_api_url={"": nobody_listens()})
    caller.line.restart()
    caller.enters(LIN.number + "#").is_told("查不到记录", "cannot see the records")
    assert caller.talking_to


def asks_for_a_freeze(caller: Caller) -> Caller:
    """Up to the yes."""
    caller.calls().picks("账户安全", "account security")
    caller.picks("马上冻结", "freeze a stolen account").enters(LIN.number + "#").enters(LIN.tail)
    return caller.is_told("现在冻结这个账户吗", "Shall I freeze this account now")


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_a_freeze_whose_answers_are_lost_is_done_once_and_told_once_it_is_known(caller, bank, lost):
    """Asked about by its key, then asked for once more under the same key: one freeze, one text."""
    asks_for_a_freeze(caller)
    bank.loses = lost
    caller.presses("1").is_told("账户已经冻结", "The account is frozen now")
    assert [one["customer"] for one in caller.line.get("freezes")] == ["haiyun:K1"]
    assert len(caller.line.texts()) == 1
    assert bank.came.count("POST freezes") == 1 + (lost > 1)


def test_a_freeze_that_stays_unknown_is_told_as_unknown(caller, bank):
    """Though the bank has done it: take it as not frozen, and a person."""
    asks_for_a_freeze(caller)
    bank.loses = 4
    caller.presses("1").is_told("不能确定账户有没有冻结", "I cannot tell whether the account is frozen")
    assert caller.talking_to and caller.line.get("freezes") == []


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_a_consent_whose_answers_are_lost_is_given_once_and_told_once_it_is_known(caller, bank, lost):
    """Asked about by its key, then asked for once more under the same key: one consent at the bank and one with us."""
    asks(caller, LIN)
    bank.loses = lost
    caller.presses("1").is_told("优惠消息已经开启", "offers are on now")
    assert [(one["customer"], one["push"]) for one in caller.line.get("consents")] == [("haiyun:K1", True)]
    assert bank.came.count("POST consents") == 1 + (lost > 1)


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_a_dispute_whose_answers_are_lost_is_filed_once_and_told_once_it_is_known(caller, bank, lost):
    """Asked about by its key, then asked for once more under the same key: one dispute at the bank, one reference, one
    text.
    """
    at_the_yes(caller)
    bank.loses = lost
    caller.presses("1").is_told(*FILED)
    (one,) = caller.line.get("disputes")
    assert (one["customer"], one["about"], one["kind"]) == ("haiyun:K1", "Y1", "not-received")
    assert len([text for text in caller.line.texts() if one["reference"] in text]) == 1
    assert bank.came.count("POST disputes") == 1 + (lost > 1)


def test_a_dispute_that_stays_unknown_is_told_as_unknown_and_found_in_the_next_call(caller, bank):
    """Though the bank has filed it: a person; and nothing is filed a second time."""
    at_the_yes(caller)
    bank.loses = 4
    caller.presses("1").is_told("不能确定申请有没有提交成功", "cannot tell whether the dispute was filed")
    assert caller.talking_to and caller.line.get("disputes") == []
    disputes_again(Caller(caller.line, caller.lang), NOT_RECEIVED).is_told(
        "已经有纠纷申请", "a dispute of this one already"
    )
    assert bank.came.count("POST disputes") == 2 and caller.line.get("disputes") == []


def test_a_dispute_stands_as_the_bank_has_it(caller, bank):
    """By the reference that the line gave: received, and later decided, though nobody told the line."""
    at_the_yes(caller).presses("1").is_told(*FILED).hangs_up()
    (one,) = caller.line.get("disputes")
    with begin_write(bank.demo._engine) as conn:
        row = conn.execute(sa.select(records).where(records.c.kind == "dispute", records.c.id == "D-Y1")).one()
        document = json.dumps(json.loads(row.document) | {"status": "decided-rejected"})
        conn.execute(sa.update(records).where(records.c.n == row.n).values(document=document))
    other = Caller(caller.line, caller.lang).calls(from_="+8613900000002")
    other.picks("交易与争议", "disputes").picks("服务单进度", "case status").enters(one["reference"])
    other.is_told("已经处理完毕", "is settled").picks("听处理结果", "hear the outcome").proves(LIN)
    other.is_told("不退款", "no money goes back")


def test_an_account_is_gone_through_from_the_bank(caller):
    """Status, transactions one by one, and a case for what is not the caller's."""
    answers(reviews(caller.calls()).proves(LIN), True, False, True).picks(*NO).picks(*YES)
    assert [(case["customer"], case["about"]) for case in caller.line.get("cases")] == [("haiyun:K1", "Y2")]


def test_a_failed_payment_is_explained_from_the_bank(caller):
    """Its payee, amount, moment and reason; nothing of a top-up."""
    payment_failed(caller.calls(), "600", "1118").proves(DANA)
    caller.is_told("付给蓝湾酒店六百元", "payment of six hundred yuan to Blue Bay Hotel").is_told(
        "换一种方式", "pay another way"
    )


def test_offers_and_progress_come_from_the_bank(caller):
    """Current ones for anybody, one's own after verification."""
    caller.calls().picks(*OFFERS).picks(*CURRENT).is_told(*FIVE_OFF).presses("*")
    caller.picks(*REWARDS).proves(LIN).is_told(*CASH_BACK).is_told("还差", "is missing")
