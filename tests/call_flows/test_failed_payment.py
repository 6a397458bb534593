"""Payments that failed, from the first key to the case; a top-up is never told as one."""

from __future__ import annotations

import pytest

from call_flows.pick_record import distinguishing_labels
from ivr.demo import records
from ivr.speech.catalogue import words
from ivr.wallet.payments import Explained
from ivr.wallet.reasons import Reason
from tests.call_flows.line import DANA, HAIYUN, LIN, LINFU, OMAR, SUN, Caller, Described, Person
from tests.call_flows.test_top_up import reports

requirement = pytest.mark.requirement
PRIYA = Person("12025550156", "770924", "905137")
ZHOU = Person("19900000055", "306128", "264913")


def payment_failed(caller: Caller, amount: str, date: str = "") -> Described:
    """From the main menu to the proof; after it the caller describes the payment."""

    def describe(caller: Caller) -> Caller:
        caller.enters(amount + "#").presses("1")
        if date:
            return caller.picks("其他日期", "another day").enters(date).presses("1")
        return caller.picks("今天", "today")

    caller.picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments")
    return Described(caller, describe)


def add_payment(caller: Caller, *payments: dict[str, object], **changes: object) -> None:
    """More payments of Lin's in the world."""
    payee = {"zh": "晨光书店", "en": "Morning Light Books"}
    plain = {"customer": "K1", "amount": 12300, "payee": payee, "at": "2026-11-22T09:00:00+08:00"}
    more = [{"id": f"N{place}", **plain, "status": "failed", **one, **changes} for place, one in enumerate(payments)]
    caller.line.change_world(lambda world: world["payments"].extend(more))


@requirement("R58")
def test_a_declined_payment_is_explained_with_payee_amount_and_moment(caller):
    """To whom, how much, when, why, and another way; no code is spoken and no case is opened."""
    payment_failed(caller.calls(), "600", "1118").proves(DANA)
    caller.is_told("付给蓝湾酒店六百元", "payment of six hundred yuan to Blue Bay Hotel")
    caller.is_told("十一月十八日晚上十一点十分", "November eighteenth at eleven ten P M")
    caller.is_told("没有开通这种支付", "not enabled this kind of payment").is_told("换一种方式", "pay another way")
    caller.does_not_hear("57", "充值", "top-up").is_told("问题解决了吗", "solve your problem")
    assert caller.line.get("cases") == []


@requirement("R58")
def test_a_pending_payment_is_unknown_and_becomes_a_case(caller):
    """Do not pay again, when the money goes back, and a reference with a date, unasked."""
    payment_failed(caller.calls(), "410", "1120").proves(PRIYA)
    caller.is_told("先不要再付", "don't pay again").is_told("如果没有成功", "If it fails").is_told(
        "原路退回", "will be returned"
    )
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["customer"], case["due"]) == ("unknown", "Y9", "K6", "2026-11-24")
    caller.is_told("十一月二十四日", "November twenty-fourth")
    assert caller.report()["outcome"] == "case"


@requirement("R58")
@pytest.mark.parametrize("code", ["51", "57", "91", None])
def test_what_the_bank_took_without_success_is_unknown_whatever_the_code(caller, code):
    """Never "declined" while the money is gone."""
    add_payment(caller, {"code": code, "bank_debited": True})
    payment_failed(caller.calls(), "123", "1122").proves(LIN)
    caller.is_told("还没有确认", "isn't confirmed yet").is_told("先不要再付", "don't pay again")
    assert [case["kind"] for case in caller.line.get("cases")] == ["unknown"]


@requirement("R58")
def test_a_fault_of_ours_becomes_a_case_with_a_promise(caller):
    """Two business days later, and nothing for the caller to do."""
    add_payment(caller, {"code": "96", "bank_debited": False})
    payment_failed(caller.calls(), "123", "1122").proves(LIN)
    caller.is_told("我们系统的问题", "fault of our own system").is_told("十一月二十五日", "November twenty-fifth")
    assert [case["kind"] for case in caller.line.get("cases")] == ["system-fault"]


@requirement("R58")
def test_a_payment_that_succeeded_is_told_so_and_where_to_dispute_it(caller):
    """With the balance, and without a case."""
    payment_failed(caller.calls(), "45*90", "1119").proves(LIN)
    caller.is_told("已经成功", "succeeded").is_told("交易与争议", "transactions and disputes")
    caller.is_told("一千五百二十三元五角", "one thousand five hundred twenty-three point five yuan")
    assert caller.line.get("cases") == []


@requirement("R58")
def test_too_little_money_is_told_with_the_balance(caller):
    """And how to go on."""
    payment_failed(caller.calls(), "580", "1119").proves(ZHOU)
    caller.is_told("钱不够", "not enough money").is_told("四百六十元", "four hundred sixty yuan")


@requirement("R58")
def test_a_top_up_of_the_same_amount_and_day_is_not_taken_for_a_payment(caller):
    """Nor a payment for a top-up."""
    payment_failed(caller.calls(), "800", "1121").proves(LIN)
    caller.is_told("没有查到这笔付款", "no such payment")
    reports(caller.calls(), "45*90", "1119").proves(LIN)
    caller.is_told("没有收到这笔充值", "did not receive this top-up")
    assert caller.line.get("cases") == []


@requirement("R58")
def test_of_several_payments_the_caller_picks_one_by_its_time(caller):
    """Both are offered; the chosen one is explained."""
    payment_failed(caller.calls(), "36", "1120").proves(ZHOU)
    caller.is_told("八点二十分", "eight twenty").is_told("八点二十一分", "eight twenty-one")
    caller.presses("2").is_told("上午八点二十一分", "eight twenty-one A M").is_told("已经成功", "succeeded")


@requirement("R58")
def test_two_payments_of_one_minute_are_told_apart_by_their_payees(caller):
    """Who was paid is offered in place of the time."""
    other = {"zh": "星河影院", "en": "Galaxy Cinema"}
    add_payment(caller, {"code": "51"}, {"code": "91", "payee": other})
    payment_failed(caller.calls(), "123", "1122").proves(LIN).is_not_told("上午九点", "nine A M")
    caller.is_told("晨光书店，请按一", "Morning Light Books, press 1").picks("星河影院", "Galaxy Cinema")
    caller.is_told("发卡银行的系统", "system of your bank").presses("0")
    assert ("银行系统" if caller.lang == "zh" else "bank system down") in caller.whispers[0]


@pytest.mark.parametrize("known", ["", "b"])
def test_payees_tell_apart_only_where_all_are_known(known):
    """Otherwise the payments are counted."""
    payees = [{"zh": "甲", "en": "a"}, {"zh": "乙", "en": known} if known else None]
    both = [
        Explained(str(place), 12300, "2026-11-22T09:00:00+08:00", payee, "unknown", False, None)
        for place, payee in enumerate(payees)
    ]
    assert distinguishing_labels(both)[0] == ("-payee" if known else "-place")


@requirement("R58")
def test_two_payments_that_nothing_tells_apart_are_counted(caller):
    """Of one minute, to one payee: the earliest is the first."""
    later = {"code": "91", "at": "2026-11-22T09:00:30+08:00"}
    add_payment(caller, {"code": "51"}, later)
    payment_failed(caller.calls(), "123", "1122").proves(LIN)
    labels = [option.label for option in caller.options[:2]]
    assert labels == (["第一笔", "第二笔"] if caller.lang == "zh" else ["For the first", "For the second"])
    caller.presses("2").is_told("发卡银行的系统", "system of your bank")


@requirement("R58")
@pytest.mark.parametrize("code", ["43", "USER_KYC_NOT_QUALIFIED"])
def test_what_needs_a_person_goes_to_one_in_neutral_words(caller, code):
    """The agent hears payment, amount and reason before accepting."""
    add_payment(caller, {"code": code})
    payment_failed(caller.calls(), "123", "1122").proves(LIN).does_not_hear("盗", "stolen", "fraud", code)
    assert caller.talking_to
    assert "付款" in caller.whispers[0] or "payment of one hundred" in caller.whispers[0]
    caller.waits()
    zh, en = ("\n".join(caller.report()["summary"]["written"][lang]) for lang in ("zh", "en"))
    assert all(part in text for text in (zh, en) for part in ("N0", "123.00", "2026-11-22", code))


@requirement("R58")
def test_the_last_second_of_a_year_is_its_last_day(caller):
    """In the wallet's zone: the day before New Year's Day, and not the day after."""
    add_payment(caller, {"code": "51", "at": "2026-12-31T15:59:59+00:00"})
    caller.line.put("clock", {"now": "2027-01-01T00:05:00+08:00"})
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments").proves(LIN)
    caller.means_another().enters("123#").presses("1").picks("昨天", "yesterday")
    caller.is_told("钱不够", "not enough money")
    payment_failed(caller.calls(), "123", "1231").proves(LIN)
    caller.is_told("钱不够", "not enough money")


@requirement("R58")
def test_of_many_equal_payments_the_one_that_failed_is_offered(caller):
    """Four that succeeded later do not hide it."""
    later = [{"status": "succeeded", "at": f"2026-11-22T{hour}:00:00+08:00"} for hour in ("09", "11", "13", "15")]
    add_payment(caller, {"code": "51", "at": "2026-11-22T07:00:00+08:00"}, *later)
    payment_failed(caller.calls(), "123", "1122").proves(LIN).is_not_told("上午九点", "nine A M")
    caller.is_told("下午三点", "three P M").picks("早上七点", "seven A M").is_told("钱不够", "not enough money")


@requirement("R58")
def test_today_is_that_of_the_wallet(caller):
    """Two minutes before midnight at home."""
    add_payment(caller, {"code": "51", "at": "2026-11-23T21:30:00+08:00"})
    caller.line.put("clock", {"now": "2026-11-23T23:58:00+08:00"})
    payment_failed(caller.calls(), "123").proves(LIN).is_told("钱不够", "not enough money")


@requirement("R58")
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_a_wallet_that_does_not_answer_is_neither_success_nor_failure(caller, mode):
    """Do not pay again yet, and a person."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments")
    caller.enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    caller.line.put("wallet", {"mode": mode})
    caller.enters(DANA.pin).is_told("不代表失败", "neither success nor failure")
    assert caller.talking_to and caller.line.get("cases") == []


@requirement("R58")
@pytest.mark.parametrize("person, dialled", [(OMAR, HAIYUN), (SUN, LINFU)], ids=["no mobile", "frozen"])
def test_who_has_paid_nothing_is_told_that_plainly(caller, person, dialled):
    """Without a mobile, or frozen: the same look-up."""
    payment_failed(caller.calls(dialled), "600", "1118").proves(person)
    caller.is_told("没有查到这笔付款", "no such payment").is_told("核对金额和日期", "check the amount and the day")


@requirement("R58")
def test_who_hangs_up_before_the_proof_leaves_no_case(caller):
    """The line has seen no record yet."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments")
    caller.enters(PRIYA.number + "#").hangs_up()
    assert caller.line.get("cases") == []


@requirement("R58")
def test_calling_again_about_the_same_payment_gives_the_same_case(caller):
    """One case a record."""
    for _ in range(2):
        payment_failed(caller.calls(), "410", "1120").proves(PRIYA)
    assert len(caller.line.get("cases")) == 1


def test_every_reason_of_a_record_is_worded_for_payments():
    """What never arrived has no record."""
    told = {f"payment-{reason}" for reason in Reason if reason is not Reason.NETWORK}
    assert told <= set(words().ids())


@requirement("R58", "R31")
def test_a_payment_that_failed_is_told_before_anything_is_keyed(caller):
    """To whom, how much and which day, after the proof; then why, at once."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments")
    caller.is_not_told("蓝湾酒店", "Blue Bay Hotel").proves(DANA)
    caller.is_told("付给蓝湾酒店六百元，没有成功", "six hundred yuan to Blue Bay Hotel")
    caller.picks("是的", "yes").is_told("没有开通这种支付", "not enabled this kind of payment")


@requirement("R58")
@pytest.mark.parametrize("shows", [True, False], ids=["debited", "not debited"])
def test_a_debit_that_the_bank_shows_becomes_a_case(caller, shows):
    """Asked only where the record leaves it open."""
    add_payment(caller, {"code": "51"})
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments").proves(LIN)
    caller.picks("是的", "yes").is_told("钱不够", "not enough money").is_told("显示扣款", "your bank show a charge")
    caller.picks(*(("是的", "yes") if shows else ("不是", "no")))
    if shows:
        caller.is_told("由我们来查", "we will look into it").is_told("十一月二十四日", "November twenty-fourth")
        (case,) = caller.line.get("cases")
        assert (case["kind"], case["about"], case["due"]) == ("charged", "N0", "2026-11-24")
    else:
        caller.is_told("问题解决了吗", "solve your problem")
        assert caller.line.get("cases") == []


ABOUT_THIS = ("您要问的是这一笔吗", "Is this about that one")
NEED = ("付款的金额", "amount and day of the payment")


def asks_why(caller: Caller, person: Person) -> Caller:
    """From the main menu to what the line says after verification."""
    return caller.picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments").proves(person)


@requirement("R58")
def test_a_pending_payment_is_offered_as_unknown(caller):
    """Neither success nor failure; a yes brings the case."""
    asks_why(caller.calls(), PRIYA).is_told("付给东港电器四百一十元，还没有确认", "East Harbour Appliances")
    caller.is_told("还没有确认", "isn't confirmed yet").is_told(*ABOUT_THIS)
    assert caller.line.get("cases") == []
    caller.picks("是的", "yes").is_told("先不要再付", "don't pay again")
    assert [(case["kind"], case["about"]) for case in caller.line.get("cases")] == [("unknown", "Y9")]


@requirement("R58")
def test_the_last_three_payments_that_did_not_succeed_are_offered_newest_first(caller):
    """None that is older than two weeks, none that succeeded, no top-up; after three noes the questions come."""
    days = {"08": 800, "18": 1800, "19": 1900, "20": 2000, "21": 2100}
    failed = [{"code": "51", "amount": fen, "at": f"2026-11-{day}T09:00:00+08:00"} for day, fen in days.items()]
    add_payment(caller, *failed, {"status": "succeeded", "amount": 2200})
    asks_why(caller.calls(), LIN)
    for zh, en in (("二十一元", "twenty-one yuan"), ("二十元", "twenty yuan"), ("十九元", "nineteen yuan")):
        caller.is_told(zh, en).is_told(*ABOUT_THIS).picks("不是", "no")
    caller.is_not_told(*ABOUT_THIS).is_told(*NEED)


@requirement("R58")
def test_without_a_failed_payment_the_questions_come_at_once(caller):
    """Lin's payments succeeded; that a top-up failed is not mentioned here."""
    asks_why(caller.calls(), LIN).is_not_told(*ABOUT_THIS).is_told(*NEED).does_not_hear("充值三百", "top-up")


@requirement("R58")
def test_a_payment_older_than_two_weeks_is_found_by_amount_and_day(caller):
    """It is not offered."""
    add_payment(caller, {"code": "51", "at": "2026-11-08T23:59:59+08:00"})
    asks_why(caller.calls(), LIN).is_not_told(*ABOUT_THIS).enters("123#").presses("1")
    caller.picks("其他日期", "another day").enters("1108").presses("1").is_told("钱不够", "not enough money")


@requirement("R58")
@pytest.mark.parametrize("status", ["failed", "pending"])
def test_a_payment_whose_payee_is_not_known_is_offered_by_amount_and_day(caller, status, monkeypatch):
    """Without a gap in the sentence, and without a name."""
    monkeypatch.setattr(records, "_both", lambda name: None)
    add_payment(caller, {"status": status, "code": "51" if status == "failed" else "68"})
    asks_why(caller.calls(), LIN).is_told(
        "十一月二十二日付款一百二十三元", "Your payment of one hundred twenty-three yuan on"
    )
    caller.is_told(*ABOUT_THIS).does_not_hear("付给", "yuan to", "unnamed", "None").picks("是的", "yes")
    caller.is_told(*(("钱不够", "not enough money") if status == "failed" else ("先不要再付", "don't pay again")))


@requirement("R58", "R31")
def test_no_payment_is_named_while_the_proof_is_open(caller):
    """At none of its steps, nor after a PIN that was wrong."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("付款失败", "failed payments")
    for keyed in (DANA.number + "#", DANA.tail, "2", "000000"):
        caller.enters(keyed).does_not_hear("元", "yuan", "蓝湾酒店", "Blue Bay Hotel", *ABOUT_THIS)
    caller.is_told("没有对上", "did not match")


@requirement("R58")
@pytest.mark.parametrize(
    "record",
    [{"code": "51", "bank_debited": False}, {"status": "pending", "code": "68"}, {"code": "43"}],
    ids=["no debit", "pending", "for a person"],
)
def test_a_debit_is_not_asked_about_where_the_answer_decides_nothing(caller, record):
    """The record settles it, a case is owed anyway, or a person takes over."""
    add_payment(caller, record)
    asks_why(caller.calls(), LIN).picks("是的", "yes").is_not_told("显示扣款了吗", "your bank show a charge")
