"""Type-ahead, where the platform passes several keys on in one request."""

from __future__ import annotations

import pytest

from ivr.simulator.twiml import speech
from tests.call_flows.line import DANA, LIN, Caller
from tests.call_flows.places import (
    AMOUNT,
    NIGHT,
    WRONG_1,
    at_the_amount,
    at_the_channel,
    at_the_number,
    types_ahead,
)

requirement = pytest.mark.requirement


@requirement("R2")
def test_a_whole_task_can_be_typed_ahead(caller):
    """Information, limits, solved, end: one request, and the outcome of the slow way."""
    types_ahead(caller.calls(), "5412").is_told("再见", "Goodbye")
    assert caller.over
    assert caller.report()["outcome"] == "resolved"


def test_typing_ahead_leads_where_the_slow_way_leads(caller):
    """The words at the end of the keys are the same as after one key at a time."""
    caller.calls().presses("5").presses("4").presses("1")
    slow = caller.heard
    other = Caller(caller.line, caller.lang)
    types_ahead(other.calls(from_="+8613900000003"), "541")
    assert other.heard == slow


def test_entries_can_be_typed_ahead_with_their_pound(caller):
    """Menus and an amount, up to its read-back."""
    types_ahead(at_the_channel(caller), "1300#12").is_told("三百元，对吗", "three hundred yuan. Is that right")
    types_ahead(caller.presses("1"), "2").is_told("没有收到", "did not receive")
    entered = caller.report()["summary"]["entered"]
    assert (entered["top-up-amount"], entered["top-up-day"]) == (30000, "yesterday")


def test_an_entry_of_fixed_length_can_be_typed_ahead(caller):
    """A menu, then four digits of a date: what comes after them waits until the date was read back."""
    types_ahead(at_the_channel(caller), "1300#")
    types_ahead(caller.presses("1"), "311201").is_told("十一月二十日，对吗", "November twentieth. Is that right")
    caller.presses("1").is_told("没有收到", "did not receive")
    assert caller.report()["summary"]["entered"]["top-up-date"] == "2026-11-20"


def test_a_reference_can_be_typed_ahead_and_what_follows_waits_for_the_answer(caller):
    """Nine digits need no pound; the wallet is asked, and no key from before its answer ends the call."""
    types_ahead(caller.calls(), "332026110172").is_told("正在处理", "being handled")
    assert not caller.over
    caller.presses("2").is_told("再见", "Goodbye")


def test_a_wrong_key_ends_the_type_ahead(caller):
    """What was meant for later menus must not answer the menu that is asked again."""
    types_ahead(caller.calls(), "571").is_told(*WRONG_1).is_told("限额与规则", "limits and rules")
    assert not caller.over


@requirement("R31")
def test_nothing_typed_ahead_reaches_a_personal_entry(caller):
    """The number is asked for, whatever was keyed before it was."""
    types_ahead(caller.calls(), f"22{LIN.number}#{LIN.tail}")
    caller.is_told("请输入注册手机号", "Enter your registered number")
    assert caller.report()["level"] == "L0"


def test_nothing_typed_ahead_confirms_an_act(caller):
    """A callback is promised only after its number was read back and the yes came on its own."""
    caller.line.put("clock", {"now": NIGHT})
    types_ahead(caller.calls().presses("0"), "11").is_told("就回拨这个号码", "call that number back")
    assert caller.line.get("callbacks") == []
    types_ahead(caller.picks("不是", "no"), "13900000009#1").is_told("号码对吗", "Is the number right")
    assert caller.line.get("callbacks") == []
    caller.presses("1").is_told("已经登记", "It is noted")
    (callback,) = caller.line.get("callbacks")
    assert callback["number"] == "+8613900000009"


KEYS = {"kept": True, "lost": False}


def caller_whose_keys_are(kept: bool, caller: Caller) -> Caller:
    """Keys from before a question are its first ones, or nobody's: which of the two real lines do is not known."""
    return Caller(caller.line, caller.lang, keeps_keys=kept)


def asks_for_a_callback(caller: Caller) -> Caller:
    """At night, to another number than the one that rang; it is to be keyed now."""
    return caller.calls().presses("0").picks("需要回电", "call back").picks("不是", "no")


@pytest.mark.parametrize("kept", KEYS.values(), ids=list(KEYS))
def test_a_key_from_before_the_question_promises_no_callback_to_the_number_that_rang(caller, kept):
    """Twice 1 at the offer: whoever rang has not heard yet that it is that number which is called back."""
    caller.line.put("clock", {"now": NIGHT})
    other = caller_whose_keys_are(kept, caller).calls().presses("0").presses("11")
    other.is_told("就回拨这个号码", "call that number back")
    assert other.line.get("callbacks") == []


@pytest.mark.parametrize("kept", KEYS.values(), ids=list(KEYS))
def test_a_key_from_before_the_question_promises_no_callback(caller, kept):
    """Number, pound and 1 in one go: the number is read back all the same, and a 1 of its own time says yes."""
    caller.line.put("clock", {"now": NIGHT})
    other = asks_for_a_callback(caller_whose_keys_are(kept, caller))
    other.enters("13900000009#1").is_told("号码对吗", "Is the number right")
    assert other.line.get("callbacks") == []
    other.presses("1").is_told("已经登记", "It is noted")
    assert [one["number"] for one in other.line.get("callbacks")] == ["+8613900000009"]


@pytest.mark.parametrize("kept", KEYS.values(), ids=list(KEYS))
def test_a_key_from_before_the_question_freezes_nothing(caller, kept):
    """The tail and a 1 in one go: what a freeze means is told first."""
    other = caller_whose_keys_are(kept, caller).calls().picks("账户安全", "account security")
    other.picks("马上冻结", "freeze a stolen account")
    other.enters(LIN.number + "#").enters(LIN.tail + "11").is_told("现在冻结这个账户吗", "freeze this account now")
    assert other.line.get("freezes") == []
    other.presses("1").is_told("已经冻结", "is frozen")
    assert len(other.line.get("freezes")) == 1


@pytest.mark.parametrize("kept", KEYS.values(), ids=list(KEYS))
def test_a_key_from_before_a_read_back_takes_no_amount(caller, kept):
    """Eight thousand for eight hundred, and a 1 after it: the amount is heard before it counts."""
    other = at_the_amount(caller_whose_keys_are(kept, caller)).enters("8000#1")
    other.is_told("八千元，对吗", "eight thousand yuan. Is that right").presses("2").is_told(*AMOUNT)


@requirement("R31")
@pytest.mark.parametrize("kept", KEYS.values(), ids=list(KEYS))
def test_keys_from_before_a_proof_are_no_proof(caller, kept):
    """The number and six more digits in one go: they count neither for nor against the caller."""
    other = at_the_number(caller_whose_keys_are(kept, caller)).enters(DANA.number + "#" + "111111")
    other.is_told("证件号码的最后六位", "last six characters of your ID")
    other.enters(DANA.tail).picks("电话服务密码", "phone PIN").enters(DANA.pin)
    assert other.report()["level"] == "L2"


def test_whoever_knows_the_line_need_not_hear_it_to_the_end(caller):
    """A key in the middle of an acting question is its answer: the guard is for keys from before it."""
    caller.line.put("clock", {"now": NIGHT})
    asks_for_a_callback(caller).enters("13900000009#")
    leg = caller.call.leg
    leg.clock -= speech.seconds("号码对吗？是，请按一。不是，请按二", True)  # before the last words were said
    caller.presses("1").is_told("已经登记", "It is noted")


def test_two_keys_from_before_the_question_promise_no_callback_either(caller):
    """The second one comes as soon as the question was asked again, which is as little heard."""
    caller.line.put("clock", {"now": NIGHT})
    asks_for_a_callback(caller).enters("13900000009#11")
    caller.is_told("号码对吗", "Is the number right")
    assert caller.line.get("callbacks") == []


def test_nothing_typed_ahead_survives_a_look_outside(caller):
    """After verification the line waits for a key of its own time: early keys answer nothing."""
    at_the_number(caller).enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    types_ahead(caller, DANA.pin + "#1")
    caller.is_told("问题解决了吗", "solve your problem")
    assert caller.report()["outcome"] != "resolved"
