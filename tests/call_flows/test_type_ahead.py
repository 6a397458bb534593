"""Type-ahead, where the platform passes several keys on in one request."""

from __future__ import annotations

import pytest

from tests.call_flows.line import DANA, LIN, Caller
from tests.call_flows.places import (
    NIGHT,
    WRONG_1,
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
    """Menus, an amount, its yes, a day and a time, up to the first personal question."""
    types_ahead(caller.calls(), "2151300#112015#")
    caller.is_told("请输入注册手机号", "Enter your registered mobile number")
    caller.presses("0#")
    entered = caller.report()["summary"]["entered"]
    assert (entered["top-up-amount"], entered["top-up-day"], entered["top-up-time"]) == (30000, "today", "20:15")


def test_an_entry_of_fixed_length_can_be_typed_ahead(caller):
    """Four digits of a date, then its yes, then a time: the pound at the end belongs to the time."""
    types_ahead(caller.calls(), "2151300#1311201" + "2015#")
    caller.is_told("请输入注册手机号", "Enter your registered mobile number")
    caller.presses("0#")
    entered = caller.report()["summary"]["entered"]
    assert entered["top-up-date"] == "2026-11-20"
    assert entered["top-up-time"] == "20:15"


def test_a_reference_can_be_typed_ahead_and_what_follows_waits_for_the_answer(caller):
    """Nine digits need no pound; the wallet is asked, and no key from before its answer ends the call."""
    types_ahead(caller.calls(), "342026110172").is_told("正在处理", "being handled")
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
    caller.is_told("请输入注册手机号", "Enter your registered mobile number")
    assert caller.report()["level"] == "L0"


def test_nothing_typed_ahead_confirms_an_act(caller):
    """A callback is promised only after its number was read back and the yes came on its own."""
    caller.line.put("clock", {"now": NIGHT})
    caller.calls().presses("0").picks("需要回电", "call back")
    types_ahead(caller, "13900000009#1").is_told("号码对吗", "Is the number right")
    assert caller.line.get("callbacks") == []
    caller.presses("1").is_told("已经登记", "It is noted")
    (callback,) = caller.line.get("callbacks")
    assert callback["number"] == "+8613900000009"


def test_nothing_typed_ahead_survives_a_look_outside(caller):
    """After verification the line waits for a key of its own time: early keys answer nothing."""
    at_the_number(caller).enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    types_ahead(caller, DANA.pin + "#1")
    caller.is_told("问题解决了吗", "solve your problem")
    assert caller.report()["outcome"] != "resolved"
