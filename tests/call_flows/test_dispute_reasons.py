"""Why a transaction is reported: each reason with what it asks, and which lead to no dispute."""

from __future__ import annotations

import pytest

from call_flows.dispute_reasons import CHARGE as CHARGE_REASON
from call_flows.dispute_reasons import REASON, REASONS
from ivr.engine import journal
from ivr.storage.database import begin_read
from ivr.wallet.types import DISPUTE_REASONS
from tests.call_flows.disputing import FILED, NOT_RECEIVED, REFUND, SURE, filed, reports
from tests.call_flows.line import LIN
from tests.call_flows.test_failed_payment import payment_failed
from tests.call_flows.transactions import BY_AMOUNT, LATEST, ZHOU, opens, pays

requirement = pytest.mark.requirement
TWICE = ("扣了两次", "charged twice")
NOT_ME, CHARGE = ("不是我付的", "didn't make it"), ("多扣了钱", "were overcharged")


def test_the_menus_offer_the_dispute_reasons_of_a_wallet():
    """Each reason once; payments to the wrong person go to an agent, every other reason has its questions."""
    offered = [*(set(REASON.options) - {"charge"}), *CHARGE_REASON.options]
    assert sorted(offered) == sorted(DISPUTE_REASONS) and {*REASONS, "wrong-payee"} == set(DISPUTE_REASONS)


@requirement("R62", "R27")
def test_what_the_caller_did_not_pay_comes_with_a_freeze(caller):
    """The phone is asked about; the freeze has its own yes; then the dispute has its own."""
    reports(caller, NOT_ME).is_told("手机还在身边", "have your phone").presses("1")
    caller.is_told("现在冻结这个账户吗", "Shall I freeze this account now").presses("1")
    caller.is_told("银行卡还在身边", "have your bank card").presses("2").is_told(
        "认识这个收款方", "know who was paid"
    ).presses("2")
    caller.is_told("密码也请尽快", "change your password")
    caller.is_told(*SURE).presses("1").is_told(*FILED)
    caller.picks("步骤和退款时间", "steps and refund times").is_told("报警", "police report")
    assert len(caller.line.get("freezes")) == 1 and filed(caller)[0]["kind"] == "not-me"
    summary = caller.report()["summary"]
    assert summary["priority"] == "high"
    assert summary["told"] == {"has_phone": True, "has_card": False, "knows_payee": False}


@requirement("R62", "R34")
def test_whose_phone_is_gone_is_not_sent_to_the_app_for_the_password(caller):
    """A person lets them in again; then the password comes first."""
    reports(caller, NOT_ME).picks("不是", "no").presses("2").presses("1").presses("2")
    caller.is_not_told("应用", "the app").is_told("恢复登录请找人工", "ask for a person to get back in")
    assert ("挂失手机卡" if caller.lang == "zh" else "block the SIM") in caller.everything_heard
    assert ("幺幺零报警" if caller.lang == "zh" else "police at one one zero") in caller.everything_heard
    caller.is_told("先更改密码", "change the password first").presses("1").is_told(*FILED)


@requirement("R62")
def test_without_the_freeze_it_is_filed_all_the_same(caller):
    """The caller decides."""
    reports(caller, NOT_ME).presses("1").presses("2").is_told("没有冻结", "Nothing was frozen").presses("1").presses(
        "1"
    )
    caller.presses("1").is_told(*FILED)
    assert caller.line.get("freezes") == []


@requirement("R61")
def test_a_double_charge_is_offered_and_the_later_payment_is_disputed(caller):
    """Two coffees within a minute: eleven inputs from the greeting to the reference."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*CHARGE)
    caller.picks("扣了两次", "charged twice").proves(ZHOU).is_told("望山咖啡", "Hillview Coffee")
    caller.is_told("有两笔", "two payments").picks("是的", "yes").is_told("申请退后一笔", "dispute the later one")
    caller.presses("1").is_told(*FILED)
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("Y5", "duplicate")]
    with begin_read(caller.line.runtime.engine) as conn:
        asked = [row.wait["name"] for row in journal.rows(conn, caller.sid) if row.wait]
    assert len([name for name in asked[:-1] if name != "identified"]) == 11


@requirement("R61")
@pytest.mark.parametrize(
    "earlier, later, offered",
    [
        ("2026-11-21T09:00", "2026-11-22T09:00", True),
        ("2026-11-21T08:59", "2026-11-22T09:00", False),
        ("2026-10-24T10:00", "2026-10-24T10:01", True),
        ("2026-10-24T09:58", "2026-10-24T09:59", False),
    ],
)
def test_equal_payments_within_a_day_of_the_last_month_are_offered(caller, earlier, later, offered):
    """By their day, payee and amount; without any, the search menu comes at once."""
    pays(caller, earlier, later)
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*CHARGE).picks(*TWICE).proves(LIN)
    (caller.is_told if offered else caller.is_not_told)("七十七元，有两笔", "seventy-seven yuan to Morning Light")
    (caller.is_not_told if offered else caller.is_told)("想怎么查", "How would you like to search")


@requirement("R61")
@pytest.mark.parametrize("change", [{"amount": 7800}, {"status": "failed"}, {"payee": {"zh": "甲", "en": "A"}}])
def test_payments_that_are_not_equal_are_no_double_charge(caller, change):
    """Another amount, another payee, or one that did not succeed."""
    caller.line.change_world(lambda world: world["payments"].extend(unequal(change)))
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*CHARGE).picks(*TWICE).proves(LIN)
    caller.is_told("想怎么查", "How would you like to search").is_not_told("有两笔", "two payments")


def unequal(change: dict[str, object]) -> list[dict[str, object]]:
    """Two payments of Lin's within a minute, the second with this change."""
    one = {"customer": "K1", "amount": 7700, "status": "succeeded", "payee": {"zh": "晨光书店", "en": "Books"}}
    first = {**one, "id": "Z0", "at": "2026-11-22T09:00:00+08:00"}
    return [first, {**first, "id": "Z1", "at": "2026-11-22T09:01:00+08:00", **change}]


@requirement("R61")
def test_a_double_charge_that_is_not_offered_is_searched(caller):
    """The first of the two is picked: the later one is disputed all the same."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*CHARGE)
    caller.picks("扣了两次", "charged twice").proves(ZHOU).means_another()
    caller.picks(*BY_AMOUNT).enters("36#").presses("1").picks("八点二十分", "eight twenty A M")
    caller.picks("反映这笔", "report this one").is_told("申请退后一笔", "dispute the later one").presses("1")
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("Y5", "duplicate")]


@requirement("R61")
def test_charges_of_one_minute_are_counted(caller):
    """Nothing else tells them apart: the earliest is the first, and what is picked is disputed."""
    coffee = {
        "customer": "K5",
        "amount": 3600,
        "payee": {"zh": "望山咖啡", "en": "Hillview Coffee"},
        "status": "succeeded",
    }
    more = [{"id": f"Y5{second}", **coffee, "at": f"2026-11-20T08:21:{second}+08:00"} for second in ("20", "40")]
    caller.line.change_world(lambda world: world["payments"].extend(more))
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*CHARGE)
    caller.picks("扣了两次", "charged twice").proves(ZHOU).means_another()
    caller.picks(*BY_AMOUNT).enters("36#").presses("1").picks("八点二十分", "eight twenty A M")
    caller.picks("反映这笔", "report this one")
    labels = [option.label for option in caller.options[:3]]
    assert labels == (
        ["第一笔", "第二笔", "第三笔"] if caller.lang == "zh" else ["For the first", "For the second", "For the third"]
    )
    caller.presses("3").presses("1").is_told(*FILED)
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("Y540", "duplicate")]


@requirement("R61")
def test_without_a_second_charge_a_person_looks(caller):
    """Said plainly."""
    reports(caller, CHARGE, ("扣了两次", "charged twice")).is_told("没有金额和收款方都相同", "no other payment")
    assert caller.talking_to


@requirement("R61", "R24")
def test_of_a_wrong_amount_the_right_one_is_asked(caller):
    """Read back, and on the agent's screen."""
    reports(caller, CHARGE, ("金额不对", "amount is wrong")).enters("40#").is_told("四十元", "forty yuan").presses("1")
    caller.presses("1").is_told(*FILED)
    assert "40.00" in " ".join(caller.report()["summary"]["written"]["en"])


@requirement("R61")
def test_a_cancelled_subscription_is_asked_for_its_day(caller):
    """And how to stop the next charge is told."""
    reports(caller, CHARGE, ("取消订阅", "cancelled subscription")).enters("1118").presses("1")
    caller.is_told("关闭自动扣款", "automatic payment off").presses("1")
    assert filed(caller)[0]["kind"] == "cancelled-subscription"


@requirement("R61", "R71")
def test_a_refund_that_is_not_due_yet_is_told_with_its_date(caller):
    """Promised on Friday: three business days have not passed on Monday."""
    reports(caller, REFUND).enters("1120").presses("1").is_told("还没有到期", "not due yet")
    caller.is_told("十一月二十五日", "November twenty-fifth").is_told("问题解决了吗", "solve your problem")
    assert filed(caller) == []


@requirement("R61")
def test_a_refund_that_is_overdue_can_be_disputed(caller):
    """Promised two weeks ago."""
    reports(caller, REFUND).enters("1109").presses("1").presses("1")
    caller.is_told(*FILED)
    assert filed(caller)[0]["kind"] == "refund-missing"


@requirement("R61", "R5")
def test_money_to_the_wrong_person_is_for_a_person_at_once(caller):
    """Before any proof, and before others."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks("付错了人", "wrong payee")
    assert caller.talking_to
    assert caller.report()["summary"]["priority"] == "high"


@requirement("R61")
@pytest.mark.parametrize(
    "steps, zh, en",
    [(0, "充值的问题", "For a top-up"), (1, "充值的问题", "For a top-up")],
)
def test_a_top_up_is_explained_and_not_disputed(caller, steps, zh, en):
    """It has a branch of its own."""
    opens(caller).picks("余额和最近", "balance").proves(LIN).picks("查其他交易", "other transactions").picks(*LATEST)
    for _ in range(steps):
        caller.picks("下一笔", "next one")
    caller.picks("反映这笔", "report this one").is_told(zh, en)
    caller.is_not_told("问题解决了吗", "solve your problem").is_told("结束通话", "end the call")


@requirement("R61")
def test_what_did_not_go_through_is_not_disputed(caller):
    """Failed: said, no more; nobody asks whether that solved it."""
    caller.line.change_world(lambda world: world["payments"][0].update(status="failed"))
    reports(caller, NOT_RECEIVED).is_told("没有成功", "did not succeed")
    caller.is_not_told("问题解决了吗", "solve your problem").is_told("结束通话", "end the call")
    assert filed(caller) == [] and caller.line.get("cases") == []


@requirement("R61", "R48")
def test_of_a_payment_that_is_still_being_confirmed_there_is_a_case_and_no_dispute(caller):
    """The line owes an answer, with a date; reported twice, or as a failed payment, it is the same case."""
    caller.line.change_world(lambda world: world["payments"][0].update(status="pending"))
    for _ in range(2):
        reports(caller, NOT_RECEIVED).is_told("还在确认", "still being confirmed")
        caller.is_told("十一月二十四日", "November twenty-fourth").picks("不用补充", "skip it")
        caller.is_told("问题解决了吗", "solve your problem").picks("是的", "yes").picks("结束通话", "end the call")
    payment_failed(caller.calls(), "45*90", "1119").proves(LIN).is_told("还没有确认", "isn't confirmed yet")
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["due"]) == ("unknown", "2026-11-24")
    assert filed(caller) == []


@requirement("R61")
@pytest.mark.parametrize(
    "debited, zh, en",
    [(None, "如果银行显示扣了款", "If your bank shows a debit"), (False, "没有为这笔扣款", "nothing was taken for it")],
)
def test_of_a_payment_that_failed_no_more_is_said_of_the_money_than_the_record_knows(caller, debited, zh, en):
    """At the report, and among its details."""
    change = {"status": "failed", "code": "51", "bank_debited": debited}
    caller.line.change_world(lambda world: world["payments"][0].update(change))
    reports(caller, NOT_RECEIVED).is_told(zh, en).does_not_hear("不会向您收钱", "not charged for it")
    opens(caller).picks("余额和最近", "balance").proves(LIN)
    caller.picks("查其他交易", "other transactions").picks(*BY_AMOUNT).enters("45*90#").presses("1")
    caller.picks("听详情", "details").is_told(zh, en).does_not_hear("不会向您收钱", "not charged for it")


@requirement("R61")
def test_another_payment_that_was_not_the_callers_is_not_asked_about_anew(caller):
    """Phone, freeze, card and password were spoken of for the first."""
    reports(caller, NOT_ME).presses("1").presses("2").presses("1").presses("2")
    caller.presses("2").picks("换一笔交易", "another payment").picks(*BY_AMOUNT).enters("45*90#").presses("1")
    caller.picks("反映这笔", "report this one").is_told(*SURE).presses("1").is_told(*FILED)
