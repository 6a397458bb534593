"""Customers who are frozen, closed, without a mobile, unknown or another wallet's, in every branch where it can
matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from ivr.demo.tables import customers
from ivr.storage.database import begin_write
from tests.call_flows.disputing import FILED, NOT_RECEIVED, at_the_yes, filed
from tests.call_flows.line import DANA, LIN, SUN, Caller, Person
from tests.call_flows.test_case_status import DISPUTE
from tests.call_flows.test_failed_payment import payment_failed
from tests.call_flows.test_freeze import FROZEN, gives, status, wants_a_freeze
from tests.call_flows.test_promotion_messages import IS_ON, MESSAGES
from tests.call_flows.test_promotions import CASH_BACK, MINE, OFFERS, REWARDS
from tests.call_flows.test_resume_dropped_call import GO_ON, HERE
from tests.call_flows.test_security import NO, YES, answers, reviews

requirement = pytest.mark.requirement
NO_MATCH = ("信息没有对上", "details did not match")
BY_ID = Person("10002051", LIN.tail, "335577")
"""Lin, who registered with e-mail only."""
STATES = ["frozen", "closed"]


def lin_is(caller: Caller, state: str) -> Caller:
    """Lin's account stands so."""
    caller.line.change_world(lambda world: world["customers"][0].update(status=state))
    return caller


def lin_has_no_mobile(caller: Caller) -> Caller:
    """Lin is known by wallet id and phone PIN."""
    caller.line.change_world(lambda world: world["customers"][0].update(mobile=None, phone_pin=BY_ID.pin))
    return caller


@requirement("R27", "R39")
@pytest.mark.parametrize(
    "state, zh, en",
    [("frozen", "之前已经冻结", "is frozen already"), ("closed", "不用再冻结", "nothing left to freeze")],
)
def test_nothing_is_frozen_that_is_frozen_or_closed(caller, state, zh, en):
    """Told as it stands; no act, no text."""
    gives(wants_a_freeze(lin_is(caller, state).calls()), LIN).is_told(zh, en).is_not_told(*FROZEN)
    assert (status(caller.line, "K1"), caller.line.get("freezes"), caller.line.texts()) == (state, [], [])


@requirement("R39", "R28", "R33")
@pytest.mark.parametrize(
    "state, zh, en", [("frozen", "冻结状态", "account is frozen"), ("closed", "已经注销", "account is closed")]
)
def test_a_frozen_or_closed_account_is_looked_into(caller, state, zh, en):
    """The status is told, transactions are marked, no freeze is offered, the case is opened."""
    reviews(lin_is(caller, state).calls()).proves(LIN).is_told(zh, en)
    answers(caller, True, False, True).is_not_told("现在冻结", "Shall I freeze").is_told(
        "您标出的交易", "that you marked"
    )
    caller.picks(*YES)
    assert [(case["kind"], case["about"]) for case in caller.line.get("cases")] == [("security", "Y2")]


@requirement("R58")
@pytest.mark.parametrize("state", STATES)
def test_a_payment_of_a_frozen_or_closed_account_is_explained(caller, state):
    """As of any other."""
    payment_failed(lin_is(caller, state).calls(), "45*90", "1119").proves(LIN).is_told("已经成功", "succeeded")


@requirement("R70")
@pytest.mark.parametrize("state", STATES)
def test_a_frozen_or_closed_account_may_dispute(caller, state):
    """The money was theirs before."""
    at_the_yes(lin_is(caller, state)).presses("1").is_told(*FILED)
    assert [one["about"] for one in filed(caller)] == ["Y1"]


@requirement("R62", "R27")
@pytest.mark.parametrize(
    "state, zh, en",
    [("frozen", "之前已经冻结", "is frozen already"), ("closed", "不用再冻结", "nothing left to freeze")],
)
def test_a_dispute_of_what_nobody_here_paid_does_not_freeze_twice(caller, state, zh, en):
    """The status stands in place of the offer; the dispute goes on."""
    lin_is(caller, state).calls().picks("交易与争议", "disputes").picks("对交易有疑问", "report a transaction").picks(
        "不是我付的", "didn't make it"
    )
    caller.proves(LIN).means_another().picks("按金额", "by amount").enters("45*90#").presses("1").picks(
        "反映这笔", "report this one"
    )
    caller.presses("1").is_told(zh, en).presses("1").presses("2").presses("1")
    caller.is_told(*FILED)
    assert caller.line.get("freezes") == []


@requirement("R77", "R84")
@pytest.mark.parametrize("state", STATES)
def test_offers_and_rewards_of_a_frozen_or_closed_account_are_told(caller, state):
    """What was earned is theirs."""
    lin_is(caller, state).calls().picks(*OFFERS).picks(*REWARDS).proves(LIN).is_told(*CASH_BACK)
    caller.calls().picks(*OFFERS).picks(*MINE).proves(LIN).is_told("老用户", "existing user")


@requirement("R83")
@pytest.mark.parametrize("state", STATES)
def test_messages_of_a_frozen_or_closed_account_are_switched(caller, state):
    """Off is a right at any time."""
    lin_is(caller, state).calls().picks(*OFFERS).picks(*MESSAGES).proves(LIN).picks(*YES).is_told(*IS_ON)
    assert status(caller.line, "K1") == state


@requirement("R74")
@pytest.mark.parametrize("state", STATES)
def test_the_owner_of_a_frozen_or_closed_account_hears_the_outcome(caller, state):
    """Of a dispute that was decided."""
    caller.line.change_world(
        lambda world: (world["customers"][0].update(status=state), world["disputes"][0].update(status="refunded"))
    )
    caller.calls().picks("交易与争议", "disputes").picks("服务单进度", "case status").enters(DISPUTE)
    caller.picks("听处理结果", "hear the outcome").proves(LIN).is_told("钱已经退回", "was sent back")


@requirement("R27")
def test_whoever_has_no_mobile_freezes_by_wallet_id(caller):
    """And hears that no text goes out."""
    gives(wants_a_freeze(lin_has_no_mobile(caller).calls()), BY_ID).presses("1").is_told(*FROZEN)
    caller.is_told("没有登记手机号", "No mobile number is registered")
    assert (status(caller.line, "K1"), caller.line.texts()) == ("frozen", [])


@requirement("R70", "R33", "R20")
def test_whoever_has_no_mobile_hears_every_reference(caller):
    """Dispute and case are spoken, and no text is tried."""
    lin_has_no_mobile(caller)
    at_the_yes(caller, BY_ID).presses("1").is_told(*FILED).is_told("单号是", "its reference")
    answers(reviews(caller.calls(from_="+8613900000002")).proves(BY_ID), True, True, True).picks(*YES).is_told(
        "单号是", "its reference"
    )
    assert (len(filed(caller)), len(caller.line.get("cases")), caller.line.texts()) == (1, 1, [])


@requirement("R31")
def test_a_code_by_text_proves_nobody_who_has_no_mobile(caller):
    """The same words as for everybody, no text, and the PIN still does."""
    lin_has_no_mobile(caller).calls().picks("交易与争议", "disputes").picks("消费情况", "spending")
    caller.enters(BY_ID.number + "#").enters(BY_ID.tail).picks("短信验证码", "code by text").is_told(
        "信息一致的话", "If those details match"
    )
    caller.enters("123456").is_told(*NO_MATCH)
    assert caller.line.texts() == []
    caller.proves(BY_ID).is_told("最近七天", "seven days")


def to_security(caller: Caller) -> Caller:
    return reviews(caller.calls())


def to_payment(caller: Caller) -> Caller:
    return payment_failed(caller.calls(), "600", "1118")


def to_records(caller: Caller) -> Caller:
    return caller.calls().picks("交易与争议", "disputes").picks("余额和最近", "balance")


def to_spending(caller: Caller) -> Caller:
    return caller.calls().picks("交易与争议", "disputes").picks("消费情况", "spending")


def to_dispute(caller: Caller) -> Caller:
    return (
        caller.calls()
        .picks("交易与争议", "disputes")
        .picks("对交易有疑问", "report a transaction")
        .picks(*NOT_RECEIVED)
    )


def to_offers(caller: Caller) -> Caller:
    return caller.calls().picks(*OFFERS).picks(*MINE)


def to_rewards(caller: Caller) -> Caller:
    return caller.calls().picks(*OFFERS).picks(*REWARDS)


def to_messages(caller: Caller) -> Caller:
    return caller.calls().picks(*OFFERS).picks(*MESSAGES)


def to_outcome(caller: Caller) -> Caller:
    caller.line.change_world(lambda world: world["disputes"][0].update(status="refunded"))
    caller.calls().picks("交易与争议", "disputes").picks("服务单进度", "case status").enters(DISPUTE)
    return caller.picks("听处理结果", "hear the outcome")


WAYS = [to_security, to_payment, to_records, to_spending, to_dispute, to_offers, to_rewards, to_messages, to_outcome]
TOLD = (
    "账户状态",
    "account is",
    "付给",
    "a payment of",
    "元",
    "yuan",
    "积分",
    "points",
    "优惠消息",
    "Messages about",
    "退回",
    "sent back",
)


@requirement("R31", "R67", "R75")
@pytest.mark.parametrize("who", [Person("19911112222", "123456", "111111"), SUN], ids=["unknown", "of another wallet"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__[3:])
def test_whoever_is_not_this_wallets_customer_hears_nothing_in_any_branch(caller, way: Callable[[Caller], Caller], who):
    """Three rounds of the same words, then a person; nothing was told, opened or sent."""
    way(caller)
    for _ in range(3):
        caller.enters(who.number + "#").enters(who.tail).picks("电话服务密码", "phone PIN").enters(who.pin or "111111")
        caller.is_told(*NO_MATCH).does_not_hear(*TOLD)
    assert caller.talking_to
    caller.waits()
    assert caller.report()["level"] == "L0"
    assert [caller.line.get(kind) for kind in ("cases", "freezes", "consents")] == [[], [], []] and filed(caller) == []


@requirement("R31")
@pytest.mark.parametrize("state", STATES)
def test_whoever_was_cut_off_goes_on_though_the_account_stands_otherwise_now(caller, state):
    """The same customer, proved again; what the account is now is asked anew."""
    reviews(caller.calls()).proves(LIN).is_told("账户状态正常", "account is active").hangs_up()
    lin_is_now(caller, state)
    caller.calls().is_told(*GO_ON).picks("接着办理", "to continue").proves(LIN).is_told(*HERE)
    caller.picks(*NO).is_told("冻结状态" if state == "frozen" else "已经注销", f"account is {state}")


def lin_is_now(caller: Caller, state: str) -> None:
    """At the bank, without a new world: the call before stays known."""
    with begin_write(caller.line.app.extensions["line"].engine) as conn:
        here = customers.c.id == "K1"
        document = json.loads(conn.scalar(sa.select(customers.c.document).where(here)))
        changed = json.dumps(document | {"status": state})
        conn.execute(sa.update(customers).where(here).values(document=changed))


@requirement("R31")
def test_another_wallets_line_never_offers_what_broke_off_here(caller):
    """Nor does another customer on the same telephone hear of it."""
    reviews(caller.calls()).proves(LIN).hangs_up()
    caller.calls().is_told(*GO_ON).picks("接着办理", "to continue").proves(DANA)
    caller.is_not_told(*HERE).is_told("没有可以接着办理", "nothing to go on with").is_not_told("城市公交", "City Bus")
