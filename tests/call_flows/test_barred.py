"""Blocked callers and those who call too often hear why, and can still freeze an account, whatever else holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ivr.identity import barred
from ivr.operations.line_switch import switch
from ivr.storage.database import begin_write
from tests.call_flows.line import BORROWED, LIN, NOON

NOW = datetime.fromisoformat(NOON)


@pytest.fixture
def blocked(caller):
    """The caller's number, for a day from now."""
    runtime = caller.line.runtime
    with begin_write(runtime.engine) as conn:
        mark = runtime.sealer.fingerprint(BORROWED)
        barred.block(conn, mark, BORROWED, "haiyun", "threatens agents", NOW, NOW + timedelta(days=1))
    return caller.calls()


def freezes(caller):
    """From the question to the end of the call."""
    caller.picks("账户被盗", "freeze a stolen account")
    caller.presses(f"{LIN.number}#").presses(LIN.tail)
    return caller.picks("是的", "For yes")


def test_a_blocked_caller_hears_so_and_can_freeze_an_account(blocked):
    """By keypad, with the same proof as everybody; then the call ends."""
    blocked.is_told("暂时不能使用本热线", "cannot use our line for now")
    freezes(blocked)
    assert blocked.line.get("freezes") and blocked.over


def test_a_blocked_caller_gets_no_agent_by_a_key(blocked):
    """0 asks again; the other key and silence end the call."""
    blocked.presses("0").is_told("暂时不能使用本热线", "cannot use our line for now")
    blocked.picks("结束通话", "end the call")
    assert blocked.over and "threatens" not in blocked.everything_heard


def test_a_block_ends_by_itself_and_holds_for_its_wallet(blocked):
    """After its time the caller is answered as before."""
    blocked.line.put("clock", {"now": (NOW + timedelta(days=1)).isoformat()})
    blocked.hangs_up()
    blocked.calls().is_not_told("暂时不能使用本热线", "cannot use our line for now")


def test_a_line_that_is_closed_still_lets_a_blocked_caller_freeze(caller, blocked):
    """The switch does not take the emergency away."""
    with begin_write(caller.line.runtime.engine) as conn:
        switch(conn, "closed", None, None, NOW)
    freezes(blocked)
    assert blocked.line.get("freezes")


def test_too_many_calls_of_a_number_in_an_hour_may_only_freeze(caller):
    """CALLS_AN_HOUR; an hour later the number is answered again, and other numbers are not concerned."""
    caller.line.settings = replace(caller.line.settings, calls_an_hour=2)
    caller.line.restart()
    for _ in range(2):
        caller.calls().is_not_told("来电太多", "called too often")
        caller.hangs_up()
    caller.calls().is_told("来电太多", "called too often")
    freezes(caller)
    assert caller.line.get("freezes")
    caller.calls(from_="+12025550177").is_not_told("来电太多", "called too often")
    caller.hangs_up()
    caller.line.put("clock", {"now": (NOW + timedelta(hours=1)).isoformat()})
    caller.calls().is_not_told("来电太多", "called too often")
