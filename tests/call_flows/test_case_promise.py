"""A case: its reference, its promised date, and what a caller hears who calls about it again."""

from __future__ import annotations

import pytest

from ivr.cases.stages import set_stage
from ivr.storage.database import begin_write
from tests.call_flows.line import LIN
from tests.call_flows.test_top_up import add_top_up, reports

requirement = pytest.mark.requirement
WILL, LATE = ("我们会在", "We will settle it"), ("现在晚了", "it is late")


@requirement("R43", "R51", "R52", "R57")
def test_a_fault_of_ours_becomes_a_case_with_a_promise(caller):
    """A system fault is ours: reference, date, and how to ask about it; the reference can be keyed at once."""
    add_top_up(caller, amount=12300, status="failed", code="96")
    reports(caller.calls(), "123", "1122").proves(LIN)
    caller.is_told("我们系统的问题", "fault of our own system").is_told("十一月二十五日", "November twenty-fifth")
    caller.is_told("按单号查询进度", "key the reference")
    (case,) = caller.line.get("cases")
    caller.picks("不用补充", "skip it").picks("是的", "yes").picks("还有别的问题", "another question")
    caller.picks("充值与支付问题", "top-up and payment").picks("查服务单", "For cases")
    caller.enters(case["reference"]).is_told("已经受理", "was received")


@requirement("R52", "R57")
def test_calling_again_about_the_same_top_up_gives_the_same_case(caller):
    """One case a record, however often one calls."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    reports(caller.calls(), "800", "1121").proves(LIN)
    (case,) = caller.line.get("cases")
    assert len([text for text in caller.line.texts() if case["reference"] in text]) == 1


@requirement("R52")
@pytest.mark.parametrize("day, late", [("24", False), ("25", True)])
def test_a_promised_day_that_has_passed_is_owned_up_to(caller, day, late):
    """The next call about the same top-up admits it; the promised day itself is still in time."""
    reports(caller.calls(), "800", "1121").proves(LIN).is_told("十一月二十四日", "by November twenty-fourth").presses(
        "0"
    )
    caller.line.put("clock", {"now": f"2026-11-{day}T10:00:00+08:00"})
    reports(caller.calls(), "800", "1121").proves(LIN).is_told("十一月二十四日", "by November twenty-fourth")
    told, other = (LATE, WILL) if late else (WILL, LATE)
    caller.is_told(*told).is_not_told(*other)


@requirement("R52")
def test_of_a_case_that_is_settled_nothing_is_promised(caller):
    """The people who handle the case have marked it done."""
    reports(caller.calls(), "800", "1121").proves(LIN).presses("0")
    (case,) = caller.line.get("cases")
    with begin_write(caller.line.runtime.engine) as conn:
        set_stage(conn, case["reference"], "done")
    caller.line.put("clock", {"now": "2026-12-07T10:00:00+08:00"})
    reports(caller.calls(), "800", "1121").proves(LIN).is_told("处理完毕", "is settled")
    caller.is_not_told(*WILL).is_not_told(*LATE)


@pytest.mark.parametrize("now", ["2026-12-30T10:00:00+08:00"])
@requirement("R52")
def test_a_date_beyond_the_calendar_is_promised_provisionally(caller, now):
    """No official calendar of next year yet: the wording says so, and the case does too."""
    caller.line.change_world(lambda world: world["wallets"][0]["policy"]["unknown_confirmation"].update(days=10))
    caller.line.put("clock", {"now": now})
    reports(caller.calls(), "800", "1121").proves(LIN)
    caller.is_told("预计在", "We expect")
    (case,) = caller.line.get("cases")
    assert case["due_provisional"] is True
