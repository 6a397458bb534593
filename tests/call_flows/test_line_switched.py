"""Operations switch the line: what callers hear, from the next turn on."""

from __future__ import annotations

import pytest

from ivr.operations.line_switch import switch
from ivr.storage.database import begin_write
from tests.call_flows.line import HAIYUN, LIN, LINFU, Caller

REASON = {"zh": "系统正在维护", "en": "we are doing maintenance"}
TALKING = ("正在为您转接人工", "connecting you to a person")
CALL_BACK = ("我们可以给您回电", "We can call you back")


def switched(caller: Caller, state: str, reason: dict[str, str] | None = None, wallet: str | None = None) -> Caller:
    """As `flask line` does it."""
    runtime = caller.line.app.extensions["line"]
    with begin_write(runtime.engine) as conn:
        switch(conn, state, wallet, reason, runtime.clock(conn))
    return caller


@pytest.mark.parametrize("reason", [REASON, None])
def test_everybody_to_a_person(caller, reason):
    """The reason is spoken, and somebody is rung without one more key."""
    switched(caller, "person", reason).calls()
    caller.is_told(*(reason.values() if reason else ("自助服务暂停", "Self service is paused")))
    caller.is_told(*TALKING)


@pytest.mark.parametrize("keys", [["0"], ["", "", ""], ["7", "7", "7"]])
def test_whoever_names_no_language_reaches_the_person_too(caller, keys):
    """Zero, silence or wrong keys at the first question end no call."""
    switched(caller, "person").dials(HAIYUN)
    for key in keys:
        caller.presses(key)
    assert caller.report()["turns"][-1]["wait"]["kind"] == "Dial"


@pytest.mark.parametrize("reason", [REASON, None])
def test_closed_says_why_and_offers_to_call_back(caller, reason):
    """Every caller is offered a callback."""
    switched(caller, "closed", reason).calls()
    caller.is_told(*(reason.values() if reason else ("热线暂停服务", "the line is closed for now")))
    caller.is_told(*CALL_BACK).wants_a_call_back("13700000000").picks("是的", "yes")
    assert [callback["call"] for callback in caller.line.get("callbacks")] == [caller.sid]


@pytest.mark.parametrize("state, words", [("person", TALKING), ("closed", CALL_BACK)])
def test_a_running_call_hears_of_it_at_its_next_key(caller, state, words):
    """In the middle of a task; the key that was pressed does nothing else."""
    caller.calls().picks("充值与支付问题", "top-up and payment")
    switched(caller, state, REASON)
    caller.presses("2").is_told(*REASON.values()).is_told(*words)


def test_a_caller_without_a_person_free_may_still_ask_for_a_callback(caller):
    """`person` with nobody on duty."""
    caller.line.put("agents", {"available": 0})
    switched(caller, "person").calls().is_told(*CALL_BACK)


def test_one_wallet_is_closed_and_the_other_is_not(caller):
    """Per wallet."""
    switched(caller, "closed", REASON, wallet="haiyun")
    caller.calls(HAIYUN).is_told(*REASON.values()).hangs_up()
    caller.calls(LINFU).is_not_told(*REASON.values()).is_told("账户安全", "account security")


def test_opened_again_it_is_as_before(caller):
    """From the next call on; and one that was led to a callback ends there."""
    switched(caller, "closed").calls().is_told(*CALL_BACK)
    switched(caller, "open")
    caller.picks("不用回电", "if not").hangs_up()
    caller.calls().is_told("账户安全", "account security")


def test_whoever_waits_for_a_person_is_left_there(caller):
    """The agent's leg is not cut by the switch."""
    caller.calls().presses("0").is_told(*TALKING)
    switched(caller, "closed", REASON)
    caller.hears("")
    assert caller.report()["turns"][-1]["wait"]["kind"] == "Dial"


@pytest.mark.parametrize("state", ["person", "closed"])
def test_a_verified_callers_words_reach_the_person(caller, state):
    """The summary keeps what was done before the switch."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "limits").proves(LIN)
    switched(caller, state).presses("1")
    assert caller.report()["level"] == "L2"
