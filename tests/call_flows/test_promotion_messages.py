"""Messages about offers: off by default, on by an explicit yes only, off again as easily, and proved."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from ivr.cases.consents import wording
from ivr.demo.tables import customers
from ivr.storage.database import begin_read, connect
from tests.call_flows.line import DANA, HAIYUN, LIN, LINFU, OMAR, SUN, Caller, Line, Person
from tests.call_flows.places import types_ahead
from tests.call_flows.test_promotions import OFFERS

requirement = pytest.mark.requirement
MESSAGES = ("消息开关", "For messages")
SURE = ("现在更改吗", "Shall I change that now")
IS_ON, IS_OFF = ("优惠消息已经开启", "offers are on now"), ("优惠消息已经关闭", "offers are off now")


def asks(caller: Caller, person: Person, dialled: str = HAIYUN) -> Caller:
    """From the first key to the question."""
    return caller.calls(dialled).picks(*OFFERS).picks(*MESSAGES).proves(person)


def push_of(line: Line, customer: str) -> bool:
    """How it stands at the demo wallet."""
    engine = connect(line.settings.database_url)
    with begin_read(engine) as conn:
        document = json.loads(conn.scalar(sa.select(customers.c.document).where(customers.c.id == customer)))
    engine.dispose()
    return bool(document["push_opt_in"])


@requirement("R83")
def test_a_customer_opts_in_by_an_explicit_yes(caller):
    """Off by default, explained, read back; then kept at the wallet and by us, with who, when, how, in which words."""
    asks(caller, LIN).is_told("现在是关闭的", "offers are off").is_told("随时可以更改", "change this at any time")
    caller.is_told("您同意接收", "You would allow").is_told(*SURE)
    assert (push_of(caller.line, "K1"), caller.line.get("consents")) == (False, [])
    caller.picks("是的", "yes").is_told(*IS_ON)
    assert push_of(caller.line, "K1")
    (kept,) = caller.line.get("consents")
    assert {name: kept[name] for name in ("customer", "wallet", "call", "push", "channel", "at")} == {
        "customer": "K1",
        "wallet": "haiyun",
        "call": caller.sid,
        "push": True,
        "channel": "voice",
        "at": "2026-11-23T10:00:00+08:00",
    }
    assert kept["wording"] == wording(
        ["promotion-messages-mean", "promotion-messages-turn-on", "promotion-messages-now"]
    )


@requirement("R83")
def test_a_customer_opts_out_again(caller):
    """As easily; the record says off, in other words."""
    asks(caller, DANA).is_told("现在是开启的", "offers are on").is_told("不再收到", "get no more of them").is_told(
        *SURE
    )
    caller.picks("是的", "yes").is_told(*IS_OFF)
    assert not push_of(caller.line, "K2")
    (kept,) = caller.line.get("consents")
    assert (kept["push"], kept["customer"]) == (False, "K2")
    assert kept["wording"] != wording(
        ["promotion-messages-mean", "promotion-messages-turn-on", "promotion-messages-now"]
    )


@requirement("R83")
@pytest.mark.parametrize("answer", ["2", "*", None])
def test_nothing_but_a_yes_changes_anything(caller, answer):
    """A no, going back, hanging up."""
    asks(caller, LIN)
    caller.presses(answer) if answer else caller.hangs_up()
    assert (push_of(caller.line, "K1"), caller.line.get("consents")) == (False, [])


@requirement("R83")
def test_no_yes_that_was_typed_ahead_is_a_consent(caller):
    """The question has to be heard."""
    caller.calls().picks(*OFFERS).picks(*MESSAGES).enters(DANA.number + "#").enters(DANA.tail)
    types_ahead(caller.picks("电话服务密码", "phone PIN"), DANA.pin + "1").is_told(*SURE)
    assert (push_of(caller.line, "K2"), caller.line.get("consents")) == (True, [])


@requirement("R83")
def test_on_and_off_and_on_in_one_call_are_three_consents(caller):
    """Each is a yes of its own, and the wallet has the last one."""
    asks(caller, LIN).picks("是的", "yes").is_told(*IS_ON)
    for expected in (IS_OFF, IS_ON):
        caller.picks("是的", "yes").picks("还有别的问题", "another question").picks(*OFFERS).picks(*MESSAGES)
        caller.is_told(*SURE).picks("是的", "yes").is_told(*expected)
    assert [one["push"] for one in caller.line.get("consents")] == [True, False, True]
    assert push_of(caller.line, "K1")


@requirement("R83")
@pytest.mark.parametrize(
    "dialled, person, customer", [(HAIYUN, OMAR, "K4"), (LINFU, SUN, "K3")], ids=["no mobile", "frozen"]
)
def test_a_customer_without_a_mobile_or_with_a_frozen_account_decides_too(caller, dialled, person, customer):
    """The messages come in the app, and no money moves."""
    asks(caller, person, dialled).picks("是的", "yes").is_told(*IS_ON)
    assert push_of(caller.line, customer)
    assert [one["customer"] for one in caller.line.get("consents")] == [customer]


@requirement("R83")
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_an_unknown_outcome_is_asked_about_once_more_and_then_a_person_is_found(caller, mode):
    """Never told as done, and no consent is kept."""
    asks(caller, LIN)
    caller.line.put("wallet", {"mode": mode})
    caller.picks("是的", "yes").is_told("不能确定有没有改好", "cannot tell whether the change was made")
    caller.is_not_told(*IS_ON)
    assert caller.talking_to and caller.line.get("consents") == []
    assert caller.report()["summary"]["unavailable"] == ["offers.set_push"] * 2


def test_the_version_of_the_words_follows_their_text():
    """Other messages, another version; the same ones, the same."""
    assert (
        wording(["promotion-messages-mean"])
        == wording(["promotion-messages-mean"])
        != wording(["promotion-messages-now"])
    )


@requirement("R83")
def test_who_is_cut_off_after_the_yes_is_told_that_it_was_done(caller):
    """And is not asked for it again."""
    asks(caller, LIN).picks("是的", "yes").is_told(*IS_ON).hangs_up()
    caller.calls().picks("接着办理", "to continue").proves(LIN)
    caller.is_told("更改了消息设置", "message setting was changed")
    assert len(caller.line.get("consents")) == 1
