"""The end of every task: was it solved, and what then."""

from __future__ import annotations

import pytest

from tests.call_flows.disputing import at_the_yes
from tests.call_flows.line import LIN, Caller
from tests.call_flows.test_freeze import gives, wants_a_freeze
from tests.call_flows.test_security import answers, reviews

requirement = pytest.mark.requirement

REMINDER = ("保护好个人信息", "Keep your personal information safe")


def hears_an_answer(caller: Caller) -> Caller:
    """Up to the question whether it was solved."""
    caller.calls().picks("信息咨询", "information").picks("官方渠道", "official channels")
    return caller.is_told("问题解决了吗", "solve your problem")


def says(caller: Caller, solved: bool) -> Caller:
    """Answer that question."""
    return caller.picks("是的", "yes") if solved else caller.picks("不是", "For no")


@requirement("R6")
def test_yes_makes_the_call_resolved(caller):
    """The outcome is kept as soon as the caller said so."""
    says(hears_an_answer(caller), True)
    assert caller.report()["outcome"] == "resolved"
    caller.picks("结束通话", "end the call")
    assert caller.over
    assert caller.report()["outcome"] == "resolved"


@requirement("R6")
def test_a_caller_who_said_yes_and_hung_up_is_resolved(caller):
    """Nobody has to listen to the goodbye."""
    says(hears_an_answer(caller), True).hangs_up()
    assert caller.report()["outcome"] == "resolved"


@requirement("R6")
def test_a_caller_who_hung_up_before_answering_is_not_counted_as_resolved(caller):
    """Silence is no yes."""
    hears_an_answer(caller).hangs_up()
    assert caller.report()["outcome"] == "abandoned"


@requirement("R6", "R23")
def test_no_is_met_with_an_apology_and_two_ways_on(caller):
    """Never an argument: a person or the main menu."""
    says(hears_an_answer(caller), False).is_told("抱歉", "I am sorry")
    caller.is_told("请人工帮忙，请按一", "a person, press 1").is_told("主菜单，请按二", "the main menu, press 2")
    assert caller.report()["outcome"] != "resolved"


@requirement("R6", "R3")
def test_no_can_lead_to_a_person(caller):
    """The agent rings, and the outcome is a transfer."""
    says(hears_an_answer(caller), False).picks("请人工帮忙", "from a person")
    assert caller.talking_to
    assert caller.report()["outcome"] == "transferred"


@requirement("R6", "R25")
def test_no_can_lead_to_the_main_menu(caller):
    """From there everything can be asked again."""
    says(hears_an_answer(caller), False).picks("主菜单", "the main menu")
    caller.is_told("账户安全，请按一", "account security, press 1")
    assert not caller.over


@requirement("R6")
def test_what_counts_is_the_last_answer(caller):
    """First no, then help was found: resolved."""
    says(hears_an_answer(caller), False).picks("主菜单", "the main menu")
    caller.picks("信息咨询", "information").picks("限额与规则", "limits and rules")
    says(caller, True)
    assert caller.report()["outcome"] == "resolved"


@requirement("R25")
def test_another_question_leads_to_the_main_menu(caller):
    """Yes does not have to be the end."""
    says(hears_an_answer(caller), True).picks("还有别的问题", "another question")
    caller.is_told("账户安全，请按一", "account security, press 1")


@requirement("R86")
def test_every_task_ends_with_a_reminder_to_keep_personal_information_safe(caller):
    """The reminder comes before the choice, and with the goodbye the warning about codes."""
    says(hears_an_answer(caller), True).is_told("请保护好个人信息", "keep your personal information safe")
    caller.picks("结束通话", "end the call").is_told(*REMINDER)
    caller.is_told("请保护好个人信息", "Keep your personal information safe").is_told("再见", "Goodbye")


@requirement("R86")
def test_the_goodbye_after_an_agent_reminds_as_well(caller):
    """When the agent has hung up, the caller still hears it."""
    caller.calls().presses("0").waits()
    caller.is_told(*REMINDER).is_told("感谢致电海云钱包", "Thank you for calling Haiyun Wallet")
    assert caller.over


@requirement("R86")
def test_the_goodbye_without_an_agent_reminds_as_well(caller):
    """Closed, and no callback wanted: still a word of care."""
    caller.line.put("clock", {"now": "2026-11-23T23:30:00+08:00"})
    caller.calls().presses("0").picks("不用回电", "if not").picks("结束通话", "end the call").is_told(*REMINDER)
    assert caller.over


@requirement("R3")
def test_a_person_is_one_key_away_from_every_question_at_the_end(caller):
    """Zero at: was it solved."""
    hears_an_answer(caller).presses("0")
    assert caller.talking_to


@requirement("R3")
def test_a_person_is_one_key_away_after_no(caller):
    """Zero at: how to go on."""
    says(hears_an_answer(caller), False).presses("0")
    assert caller.talking_to


@requirement("R3")
def test_a_person_is_one_key_away_after_yes(caller):
    """Zero at: another question or the end."""
    says(hears_an_answer(caller), True).presses("0")
    assert caller.talking_to


def declines_a_freeze(caller: Caller) -> Caller:
    """No, at the question whether to freeze; the phone is at hand."""
    gives(wants_a_freeze(caller.calls()), LIN).picks("不是", "For no").is_told("没有冻结", "Nothing was frozen")
    return caller.picks("是的", "For yes")


def declines_a_freeze_under_orders(caller: Caller) -> Caller:
    """The same, on the way out of a swindle."""
    caller.calls().picks("账户安全", "account security").picks("怀疑被骗", "suspect a scam").picks("不是", "For no")
    gives(caller.picks("马上冻结", "freeze your account"), LIN).picks("不是", "For no")
    return caller.is_told("没有冻结", "Nothing was frozen")


def declines_a_dispute(caller: Caller) -> Caller:
    """No at the read-back, and nothing else instead."""
    at_the_yes(caller).picks("不是", "For no").is_told("没有提交", "Nothing was filed")
    return caller.picks("不提交了", "file nothing")


def declines_messages(caller: Caller) -> Caller:
    """No change of the messages about offers."""
    caller.calls().picks("优惠与奖励", "promotions").picks("消息开关", "messages").proves(LIN)
    return caller.picks("不是", "For no").is_told("优惠消息还是", "The messages stay")


def declines_a_case(caller: Caller) -> Caller:
    """A reward that is missing, and then no case for it."""
    caller.calls().picks("优惠与奖励", "promotions").picks("积分奖励", "my rewards").proves(LIN)
    while any(label in option.label for option in caller.options for label in ("继续", "To go on")):
        caller.picks("继续", "To go on")
    caller.picks("还有奖励没到账", "another reward is missing").picks("不是", "For no")
    return caller.is_told("没有建服务单", "No case was opened")


def declines_an_investigation(caller: Caller) -> Caller:
    """All transactions are their own, no case is wanted, and no advice."""
    answers(reviews(caller.calls()).proves(LIN), True, True, True).picks("不是", "For no")
    return caller.is_told("没有建服务单", "No case was opened").picks("暂时够了", "that is enough")


def declines_a_freeze_in_a_review(caller: Caller) -> Caller:
    """Somebody gives orders: the way out of it is a freeze, and then there is none."""
    caller.calls().picks("账户安全", "account security").picks("有陌生交易", "unfamiliar transactions")
    caller.picks("能登录", "can log in").picks("是的", "For yes").picks("不是", "For no")
    gives(caller.picks("马上冻结", "freeze your account"), LIN).picks("不是", "For no")
    return caller.is_told("没有冻结", "Nothing was frozen")


@requirement("R6")
@pytest.mark.parametrize(
    "declines",
    [
        declines_a_freeze,
        declines_a_freeze_under_orders,
        declines_a_dispute,
        declines_messages,
        declines_a_case,
        declines_an_investigation,
        declines_a_freeze_in_a_review,
    ],
)
def test_nobody_is_asked_whether_it_was_solved_when_nothing_was_done(caller, declines):
    """The caller said no: another question or the end, and no call is counted as resolved by it."""
    declines(caller).is_not_told("问题解决了吗", "solve your problem")
    caller.is_told("还有别的问题", "another question").is_told("结束通话", "end the call").picks(
        "结束通话", "end the call"
    )
    assert caller.over and caller.report()["outcome"] == "abandoned"
