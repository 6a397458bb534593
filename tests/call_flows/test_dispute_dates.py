"""Until when a payment can be disputed, and by which dates the answer and the refund come, wallet by wallet."""

from __future__ import annotations

import pytest

from tests.call_flows.disputing import FILED, NOT_RECEIVED, REFUND, SURE, at_the_yes, filed, reports
from tests.call_flows.line import HAIYUN, LIN, LINFU, SUN

requirement = pytest.mark.requirement
TERMS = ("步骤和退款时间", "steps and refund times")


@requirement("R75", "R71")
@pytest.mark.parametrize("number, person, days", [(HAIYUN, LIN, 120), (LINFU, SUN, 45)])
def test_each_wallet_has_its_own_window(caller, number, person, days):
    """On its last day a payment can be disputed, a day later there is a complaint or a person."""
    ages = {
        days: "2026-07-26" if days == 120 else "2026-10-09",
        days + 1: "2026-07-25" if days == 120 else "2026-10-08",
    }
    for age, day in ages.items():
        one = {"id": "Z1", "customer": "K1" if days == 120 else "K3", "amount": 7700, "status": "succeeded"}
        one |= {"payee": {"zh": "晨光书店", "en": "Morning Light Books"}, "at": f"{day}T09:00:00+08:00"}
        caller.line.change_world(lambda world, one=one: world["payments"].append(one))
        reports(caller, NOT_RECEIVED, person=person, fen="77", number=number)
        if age == days:
            caller.presses("1").presses("1").is_told(*SURE).hangs_up()
        else:
            caller.is_told("申请期限", "is older than").picks("请人工帮忙", "help from a person")
            assert caller.talking_to


@requirement("R71", "R75")
@pytest.mark.parametrize(
    "person, number, fen, at, due",
    [(LIN, HAIYUN, "77", "2026-07-25", "2026-12-14"), (SUN, LINFU, "77", "2026-10-08", "2026-12-23")],
    ids=["haiyun", "linfu"],
)
def test_of_a_payment_that_is_too_old_a_complaint_is_a_case_with_a_date(caller, person, number, fen, at, due):
    """Read back and confirmed; due as the wallet decides on compensation; a second complaint is the same case."""
    one = {"id": "Z1", "customer": "K1" if person is LIN else "K3", "amount": 7700, "status": "succeeded"}
    one |= {"payee": {"zh": "晨光书店", "en": "Morning Light Books"}, "at": f"{at}T09:00:00+08:00"}
    caller.line.change_world(lambda world: world["payments"].append(one))
    for _ in range(2):
        reports(caller, NOT_RECEIVED, person=person, fen=fen, number=number).picks("提出投诉", "make a complaint")
        caller.is_told("晨光书店七十七元", "seventy-seven yuan paid to Morning Light Books").presses("1")
        caller.picks("不用补充", "skip it").is_not_told("解决了吗", "solve your problem").hangs_up()
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["due"]) == ("complaint", "Z1", due)
    assert filed(caller) == [] and len([text for text in caller.line.texts() if str(case["reference"]) in text]) == 1


@requirement("R71")
def test_who_does_not_confirm_a_complaint_has_none(caller):
    """Nothing is opened, and nobody asks whether that solved it."""
    one = {"id": "Z1", "customer": "K1", "amount": 7700, "status": "succeeded", "at": "2026-07-25T09:00:00+08:00"}
    one |= {"payee": {"zh": "晨光书店", "en": "Morning Light Books"}}
    caller.line.change_world(lambda world: world["payments"].append(one))
    reports(caller, NOT_RECEIVED, fen="77").picks("提出投诉", "make a complaint").presses("2")
    caller.is_told("没有建服务单", "No case was opened").is_not_told("解决了吗", "solve your problem")
    caller.picks("不投诉了", "leave it").is_told("结束通话", "end the call")
    assert caller.line.get("cases") == []


@requirement("R71")
def test_who_meant_another_payment_at_the_read_back_of_a_complaint_goes_a_level_back(caller):
    """The first was a mistake: of a newer one there is a dispute, and of the old one nothing."""
    one = {"id": "Z1", "customer": "K1", "amount": 7700, "status": "succeeded", "at": "2026-07-25T09:00:00+08:00"}
    one |= {"payee": {"zh": "晨光书店", "en": "Morning Light Books"}}
    caller.line.change_world(lambda world: world["payments"].append(one))
    reports(caller, NOT_RECEIVED, fen="77").picks("提出投诉", "make a complaint").presses("2")
    caller.picks("换一笔交易", "another payment")
    assert not caller.over and caller.options and caller.line.get("cases") == []


@requirement("R75", "R71", "R73")
def test_the_same_keys_give_the_figures_of_the_other_wallet(caller):
    """Linfu counts calendar days and pays nothing in advance; a frozen customer may dispute all the same."""
    one = {"id": "Z1", "customer": "K3", "amount": 4590, "payee": {"zh": "晨光书店", "en": "Morning Light Books"}}
    one |= {"at": "2026-11-19T18:02:00+08:00", "status": "succeeded"}
    caller.line.change_world(lambda world: world["payments"].append(one))
    reports(caller, NOT_RECEIVED, person=SUN, number=LINFU).presses("1").presses("1").presses("1").is_told(*FILED)
    caller.is_told("十二月十三日之前", "by December thirteenth").is_not_told("垫付", "in advance")
    caller.picks(*TERMS).is_told("六十分钟", "sixty minutes").is_told("三到五个工作日", "three to five")
    assert filed(caller)[0]["due"] == "2026-12-13"


@requirement("R71", "R75")
def test_calendar_days_are_counted_and_told_as_such(caller):
    """A refund in calendar days after a decision in calendar days, over a weekend; one that is promised is due as
    late.
    """

    def change(world):
        policy = world["wallets"][0]["policy"]
        policy["refund"] = {"balance_minutes": 5, "card_days": [2, 4], "unit": "calendar"}
        policy["dispute_decision"] = {"days": 1, "unit": "calendar"}

    caller.line.change_world(change)
    at_the_yes(caller).presses("1").is_told("十一月二十四日之前", "by November twenty-fourth").picks(*TERMS)
    caller.is_told("两到四个自然日", "two to four calendar days")
    caller.is_told("最晚是十一月二十八日", "by November twenty-eighth")
    caller.line.change_world(lambda world: (change(world), world.update(disputes=[])))
    reports(caller, REFUND, fen="12").enters("1120").presses("1").is_told("四个自然日", "four calendar days")
    caller.is_told("十一月二十四日", "November twenty-fourth")


@requirement("R71")
def test_beyond_the_known_calendar_the_date_is_an_estimate(caller):
    """At the year's end next year's holidays are not published yet."""
    caller.line.put("clock", {"now": "2026-12-25T10:00:00+08:00"})
    at_the_yes(caller).presses("1").is_told("大约", "around")
    assert filed(caller)[0]["due_provisional"] is True


@requirement("R71", "R74")
def test_a_date_that_was_an_estimate_is_told_as_one_to_whoever_asks_later(caller):
    """By its reference, and to whoever would dispute the same payment again."""
    caller.line.change_world(lambda world: world.update(disputes=[]))
    caller.line.put("clock", {"now": "2026-12-25T10:00:00+08:00"})
    at_the_yes(caller).presses("1").hangs_up()
    reference = str(filed(caller)[0]["reference"])
    caller.calls().presses("*").picks("交易与争议", "disputes").picks("服务单", "case").enters(reference)
    caller.is_told("前后有结果", "Expect an answer around").is_not_told("之前有结果", "an answer by")


@requirement("R71")
def test_a_refund_after_a_decision_of_an_uncertain_day_is_an_estimate_too(caller):
    """Though its own days are counted by the calendar."""

    def change(world):
        world["wallets"][0]["policy"]["refund"] = {"balance_minutes": 5, "card_days": [2, 4], "unit": "calendar"}

    caller.line.change_world(change)
    caller.line.put("clock", {"now": "2026-12-25T10:00:00+08:00"})
    at_the_yes(caller).presses("1").picks(*TERMS).is_told("两到四个自然日", "two to four calendar days")
    caller.is_not_told("最晚是", "That is by")
