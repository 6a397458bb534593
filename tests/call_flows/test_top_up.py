"""Top-up problems, from the first key to the case."""

from __future__ import annotations

import json

import pytest

from tests.call_flows.line import DANA, HAIYUN, LIN, LINFU, Caller, demo_world

requirement = pytest.mark.requirement


def reports(
    caller: Caller, amount: str, date: str = "", *, channel: tuple[str, str] = ("银行卡", "bank card"), time: str = "#"
) -> Caller:
    """From the main menu through the triage to the first question of verification."""
    caller.picks("充值与支付问题", "top-up and payment").picks("充值没有成功", "top-up did not work")
    caller.picks("不清楚", "not sure").picks(*channel).enters(amount + "#").presses("1")
    if date:
        caller.picks("其他日期", "another day").enters(date).presses("1")
    else:
        caller.picks("今天", "today")
    return caller.enters(time)


def add_top_up(caller: Caller, **fields: object) -> None:
    """One more top-up of Lin's in the world."""
    record = {
        "id": "T1",
        "customer": "K1",
        "amount": 12300,
        "channel": "card",
        "at": "2026-11-22T09:00:00+08:00",
        "status": "failed",
        "code": "51",
    }
    caller.line.change_world(lambda world: world["top_ups"].append({**record, **fields}))


@requirement("R40", "R42", "R44", "R45", "R46", "R47", "R48", "R49", "R50", "R19", "R31", "R32")
def test_an_expired_card_is_named_and_a_way_on_is_given(caller):
    """Step, channel, amount, day and time lead to the record; the cause is told in plain words."""
    reports(caller.calls(), "300", "1120").proves(LIN)
    caller.is_told("充值三百元", "top-up of three hundred yuan")
    caller.is_told("十一月二十日晚上八点十五分", "November twentieth at eight fifteen P M")
    caller.is_told("银行卡已经过期", "card has expired")
    caller.is_told("检查银行账户", "check your bank account")
    caller.is_told("银行转账充值", "by bank transfer")
    caller.does_not_hear("54").is_told("问题解决了吗", "solve your problem")


@requirement("R56", "R51", "R52")
def test_money_that_left_the_bank_is_neither_success_nor_failure(caller):
    """Unknown is told honestly: do not pay again, a case, a reference twice, and a date."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    caller.is_told("还在确认", "still being confirmed").is_told("不要重复充值", "do not top up again")
    caller.is_told("自动退回", "goes back")
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["customer"]) == ("unknown", "U2", "K1")
    assert case["due"] == "2026-11-24"
    caller.is_told("十一月二十四日", "November twenty-fourth")
    assert caller.report()["outcome"] == "case"


@requirement("R54", "R53")
def test_a_broken_limit_is_told_with_its_figure(caller):
    """Over the single limit: the figure, and what to do."""
    reports(caller.calls(), "2500", "1121").proves(DANA)
    caller.is_told("超过了钱包的充值限额", "over the top-up limit").is_told("单笔最多两千元", "up to two thousand yuan")
