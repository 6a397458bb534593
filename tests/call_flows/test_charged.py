"""Money that left without a record that fits: what is near is offered, and nobody is told to pay again."""

from __future__ import annotations

import pytest

from tests.call_flows.line import LIN, LINFU, OMAR, SUN, Caller, Person
from tests.call_flows.test_failed_payment import PRIYA, add_payment, payment_failed
from tests.call_flows.test_top_up import add_top_up

requirement = pytest.mark.requirement
CHARGED, UNSURE, DECLINED = ("扣款没到账", "charged anyway"), ("不清楚", "unsure"), ("银行拒绝", "If declined")
IS_IT = ("是这一笔吗", "Is it this one")
OPEN = ("由我们来查", "we will look into it")
NEVER = (
    "没有扣款",
    "nothing was charged",
    "再试",
    "try again",
    "换一张卡",
    "another card",
    "换一种",
    "another way",
    "重新发起",
    "start again",
    "你可以再",
    "pay with a bank card",
    "pay again in half",
    "split it",
    "请分几次",
)


def top_up_failed(
    caller: Caller, amount: str, date: str, step: tuple[str, str] = CHARGED, who: Person = LIN, line: str = ""
) -> Caller:
    """From the dial tone to the verdict."""
    caller.calls(*([line] if line else []))
    caller.picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(who)
    caller.means_another().picks(*step).picks("银行卡", "bank card").enters(amount + "#").presses("1")
    return caller.picks("其他日期", "another day").enters(date).presses("1")


def keys_again(caller: Caller, amount: str, date: str) -> Caller:
    """Amount and day, once more."""
    caller.picks("重新输入", "enter it again").enters(amount + "#").presses("1")
    return caller.picks("其他日期", "another day").enters(date).presses("1")


def is_told_nothing_rash(caller: Caller) -> Caller:
    """Neither that nothing was charged, nor to try or pay again."""
    caller.does_not_hear(*NEVER)
    return caller


@requirement("R48", "R56")
@pytest.mark.parametrize(
    "amount, date",
    [
        ("800", "1120"),
        ("800", "1122"),
        ("800", "1118"),
        ("801", "1121"),
        ("80", "1121"),
        ("8000", "1121"),
        ("8*00", "1121"),
        ("900", "1122"),
    ],
    ids=[
        "a day early",
        "a day late",
        "three days",
        "a yuan",
        "a zero less",
        "a zero more",
        "a point",
        "a digit and a day",
    ],
)
def test_an_amount_or_a_day_that_is_off_leads_to_the_record_that_is_near(caller, amount, date):
    """Lin's 800 yuan of the twenty-first are offered; after a yes the record is told, and what it says."""
    top_up_failed(caller, amount, date).is_told("但有别的记录", "I do see others").is_told(*IS_IT)
    is_told_nothing_rash(caller).is_told("八百元", "eight hundred yuan").is_told("九点四十分", "nine forty")
    caller.picks("是的", "yes").is_told("银行还没有确认", "hasn't confirmed this yet")
    is_told_nothing_rash(caller)
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"]) == ("unknown", "U2")


@requirement("R48")
def test_swapped_digits_are_near(caller):
    """580 for 850."""
    add_top_up(caller, amount=85000, status="pending", code="68")
    top_up_failed(caller, "580", "1122").is_told("八百五十元", "eight hundred fifty yuan").is_told(*IS_IT)


@requirement("R48")
def test_whoever_does_not_say_charged_is_asked_about_what_is_near_only(caller):
    """A failure of another amount on another day is somebody's who says that money left."""
    add_top_up(caller, amount=45000, at="2026-11-22T09:00:00+08:00")
    top_up_failed(caller, "77", "1122", UNSURE).is_not_told(*IS_IT)
    caller.is_told("没有收到这笔充值", "did not receive this top-up")
    top_up_failed(caller, "460", "1122", UNSURE).is_told(*IS_IT).is_told("四百五十元", "four hundred fifty yuan")


@requirement("R48", "R56")
def test_to_whoever_says_charged_everything_unsettled_of_the_last_days_is_offered(caller):
    """Unknown ones first, at most three, then another try."""
    one = {"customer": "K1", "channel": "card", "status": "failed", "code": "51"}
    more = [{**one, "id": f"T{at}", "amount": 40000 + at, "at": f"2026-11-19T0{at}:00:00+08:00"} for at in range(4)]
    caller.line.change_world(lambda world: world["top_ups"].extend(more))
    top_up_failed(caller, "77", "1105").is_told("八百元", "eight hundred yuan").is_told(*IS_IT)
    for _ in range(2):
        caller.picks("不是", "no").is_told(*IS_IT).is_told("四百", "four hundred")
    caller.picks("不是", "no").is_not_told(*IS_IT).is_told("可能差一天", "the day by one")
    is_told_nothing_rash(caller)


@requirement("R48", "R56")
def test_without_a_record_it_stays_open_with_a_case_a_date_and_a_person(caller):
    """Once more, said what may be wrong; then a question that we owe an answer to."""
    top_up_failed(caller, "123*45", "1105", who=OMAR)
    is_told_nothing_rash(caller).is_told("手续费", "a fee")
    keys_again(caller, "123*46", "1106").is_told("这里没有记录", "I see no record of it").is_told(*OPEN)
    is_told_nothing_rash(caller).is_told("不要再充值", "do not top up again")
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["due"]) == ("charged", "top-up:2026-11-06:12346", "2026-11-24")
    caller.is_told("十一月二十四日", "November twenty-fourth").picks("不用补充", "skip it")
    caller.picks("请人工帮忙", "talk to a person")
    assert caller.talking_to
    summary = caller.report()["summary"]
    assert summary["told"]["charged"] is True
    assert "扣" in " ".join(summary["written"]["zh"]) and "charged" in " ".join(summary["written"]["en"])


@requirement("R48", "R56")
def test_whoever_is_sure_of_what_was_keyed_is_not_asked_again(caller):
    """The case at once; and the same question again has the same case."""
    for _ in range(2):
        top_up_failed(caller, "123*45", "1105", who=OMAR).picks("刚才输入得对", "If it was right").is_told(*OPEN)
        caller.picks("不用补充", "skip it").picks("暂时够了", "that is enough").picks("结束通话", "end the call")
    assert len(caller.line.get("cases")) == 1


@requirement("R48")
def test_a_second_look_finds_what_was_keyed_right(caller):
    """And what was refused before is not asked about again."""
    top_up_failed(caller, "77", "1110", who=LIN)
    for _ in range(2):
        caller.is_told(*IS_IT).picks("不是", "no")
    keys_again(caller, "300", "1120").is_told("已经过期", "has expired")


@requirement("R48", "R56")
@pytest.mark.parametrize("debited", [None, False], ids=["not known", "no debit"])
def test_a_failure_is_final_for_whoever_says_charged_only_if_the_record_proves_that_nothing_was_taken(caller, debited):
    """The cause is told in both; the way on only where the wallet knows that the bank took nothing."""
    add_top_up(caller, code="54", bank_debited=debited)
    top_up_failed(caller, "123", "1122").is_told("已经过期", "has expired")
    if debited is None:
        is_told_nothing_rash(caller).is_told("还不清楚", "it is open").is_told(*OPEN)
        assert [(case["kind"], case["about"]) for case in caller.line.get("cases")] == [("charged", "T1")]
    else:
        caller.is_told("没有为这笔扣款", "took no money for this one").is_told(
            "检查银行账户", "check your bank account"
        )
        assert caller.line.get("cases") == []


@requirement("R56")
@pytest.mark.parametrize("code", ["51", "55", "91", "94", "05", "TOTAL_FEE_EXCEED", "ORDER_IS_CLOSED", None])
def test_no_code_alone_proves_that_nothing_was_taken(caller, code):
    """Open, whatever the bank's code."""
    add_top_up(caller, code=code, bank_debited=None)
    is_told_nothing_rash(top_up_failed(caller, "123", "1122")).is_told(*OPEN)


@requirement("R5", "R56")
def test_what_needs_a_person_has_its_case_too_when_money_left(caller):
    """At night a person comes later; the case stands."""
    add_top_up(caller, code="RISK_REJECT")
    caller.line.put("clock", {"now": "2026-11-23T23:00:00+08:00"})
    top_up_failed(caller, "123", "1122").is_told(*OPEN).picks("不用补充", "skip it")
    caller.is_told("现在不是人工服务时间", "not at work right now")
    assert [case["kind"] for case in caller.line.get("cases")] == ["charged"]


@requirement("R49")
def test_a_failure_whose_debit_is_not_known_is_told_with_what_to_do_if_the_bank_shows_one(caller):
    """Before any advice to try again."""
    add_top_up(caller, code="54")
    top_up_failed(caller, "123", "1122", DECLINED).is_told("如果银行显示扣了款", "If your bank shows a debit for it")
    caller.is_told("换新卡", "use a new card")
    add_top_up(caller, id="T2", amount=45600, code="54", bank_debited=False)
    top_up_failed(caller, "456", "1122", DECLINED).is_not_told(
        "如果银行显示扣了款", "If your bank shows a debit for it"
    )


@requirement("R41", "R48")
def test_without_a_record_a_debit_is_asked_about_and_not_denied(caller):
    """Whoever then says that the bank shows one goes the way of those who said so first."""
    top_up_failed(caller, "77", "1105", UNSURE, OMAR).is_told("没有收到这笔充值", "did not receive this top-up")
    caller.is_told("如果银行显示扣了款", "If your bank shows a debit").does_not_hear(
        "就我们所见", "nothing was charged"
    )
    caller.picks("银行显示扣了款", "your bank shows a debit").is_told("可能差一天", "the day by one")
    is_told_nothing_rash(caller).picks("刚才输入得对", "If it was right").is_told(*OPEN)
    is_told_nothing_rash(caller)
    assert [case["kind"] for case in caller.line.get("cases")] == ["charged"]


@requirement("R41")
def test_without_a_debit_and_a_record_there_is_no_case(caller):
    """It is keyed once more, and asked once more."""
    top_up_failed(caller, "77", "1105", UNSURE, OMAR)
    keys_again(caller, "78", "1105").is_told("没有收到这笔充值", "did not receive").is_told("扣款了吗", "show a debit")
    caller.picks("不是", "no").is_told("问题解决了吗", "solve your problem")
    assert caller.line.get("cases") == []


@requirement("R58")
@pytest.mark.parametrize("amount, date", [("410", "1119"), ("401", "1120"), ("41", "1120")])
def test_a_payment_that_is_near_is_offered_with_its_payee(caller, amount, date):
    """Priya's 410 yuan."""
    payment_failed(caller.calls(), amount, date).proves(PRIYA)
    caller.is_told("付给东港电器四百一十元", "four hundred ten yuan to East Harbour").is_told(*IS_IT)
    caller.picks("是的", "yes").is_told("还没有确认", "isn't confirmed yet")
    assert [case["about"] for case in caller.line.get("cases")] == ["Y9"]


@requirement("R58")
def test_a_payment_that_the_bank_shows_and_we_do_not_stays_open(caller):
    """Never "nothing was charged"."""
    payment_failed(caller.calls(), "55", "1105").proves(LIN).is_told("没有查到这笔付款", "no such payment")
    caller.does_not_hear("就我们所见", "nothing was charged").picks("银行显示扣了款", "your bank shows a debit")
    is_told_nothing_rash(caller).picks("刚才输入得对", "If it was right").is_told(*OPEN)
    is_told_nothing_rash(caller).is_told("不要再付款", "do not pay again")
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"]) == ("charged", "payment:2026-11-05:5500")


@requirement("R58")
def test_of_payments_too_the_unsettled_ones_are_offered_to_whoever_says_charged(caller):
    """Here of a fault whose debit nobody knows."""
    add_payment(caller, {"code": "51", "amount": 99900})
    payment_failed(caller.calls(), "55", "1105").proves(LIN).picks("银行显示扣了款", "your bank shows a debit")
    caller.is_told("九百九十九元", "nine hundred ninety-nine yuan").picks("是的", "yes")
    is_told_nothing_rash(caller).is_told("钱不够", "not enough money").is_told(*OPEN)


@requirement("R75")
def test_the_promise_of_an_open_question_is_the_wallets_own(caller):
    """Linfu takes two business days."""
    top_up_failed(caller, "77", "1105", who=SUN, line=LINFU).picks("刚才输入得对", "If it was right")
    caller.is_told("十一月二十五日", "November twenty-fifth")
