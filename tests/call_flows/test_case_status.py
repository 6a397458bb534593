"""What became of a case: reference in, stage out, and nothing else."""

from __future__ import annotations

import pytest

from ivr.wallet.references import with_check_digit
from tests.call_flows.line import HAIYUN, LIN, LINFU, Caller
from tests.call_flows.test_top_up import reports

requirement = pytest.mark.requirement

DISPUTE = "202611017"
"""Lin's dispute of the demo world, at the first wallet, in review."""
UNKNOWN = ("没有查到单号", "There is no case")


def keys(
    caller: Caller, reference: str, line: str = HAIYUN, under: tuple[str, str] = ("交易与争议", "disputes")
) -> Caller:
    """Call, and key a reference."""
    caller.calls(line).picks(*under).picks("服务单", "case")
    return caller.is_told("九位服务单号", "nine digits of the reference").enters(reference)


def with_status(caller: Caller, status: str) -> Caller:
    """The world's dispute at another stage."""
    caller.line.change_world(lambda world: world["disputes"][0].update(status=status))
    return caller


@requirement("R57", "R74")
@pytest.mark.parametrize("under", [("交易与争议", "disputes"), ("充值与支付问题", "top-up and payment")])
def test_a_reference_tells_the_stage_and_the_promised_date(caller, under):
    """Both menus lead there; the reference is read back in groups."""
    keys(caller, DISPUTE, under=under)
    caller.is_told("二零二六，幺幺零幺，七正在处理", "two zero two six, one one zero one, seven is being handled")
    caller.is_told("十二月二日", "December second")


@requirement("R57", "R31", "R38")
def test_without_verification_only_the_stage_is_told(caller):
    """No amount, no payee, no name, no reason; and the caller stays unknown."""
    keys(caller, DISPUTE)
    for word in ("城市公交", "City Bus", "十二元", "twelve yuan", "林", "Lin,", "重复", "duplicate"):
        caller.does_not_hear(word)
    assert caller.report()["level"] == "L0"


@requirement("R57", "R74")
@pytest.mark.parametrize(
    "status, zh, en",
    [
        ("received", "已经受理", "was received"),
        ("in-review", "正在处理", "is being handled"),
        ("decided-refund", "已经处理完毕", "is settled"),
        ("decided-rejected", "已经处理完毕", "is settled"),
        ("refunded", "已经处理完毕", "is settled"),
    ],
)
def test_every_stage_has_words_and_a_verdict_is_not_told_to_strangers(caller, status, zh, en):
    """Received, in review, or settled; how it was settled is for the verified."""
    keys(with_status(caller, status), DISPUTE).is_told(zh, en)
    caller.is_not_told("退款", "refund").is_not_told("拒绝", "reject")


@requirement("R57")
def test_a_settled_case_promises_no_date(caller):
    """The date of an answer is told only while there is none."""
    keys(with_status(caller, "refunded"), DISPUTE).is_not_told("十二月二日", "December second")


@requirement("R57")
def test_a_reference_that_nobody_has_is_told_to_be_unknown(caller):
    """Well-formed, but no case: said plainly, with the digits that were understood."""
    reference = with_check_digit("20261199")
    keys(caller, reference).is_told(*UNKNOWN).is_told("请核对", "check the digits")
    assert not caller.over


@requirement("R57")
def test_a_mistyped_reference_is_told_to_be_unknown(caller):
    """A wrong check digit is no case, and no error of ours."""
    keys(caller, "202611018").is_told(*UNKNOWN).is_not_told("正在处理", "being handled")


@requirement("R57", "R75")
def test_a_reference_of_another_wallet_is_unknown_here(caller):
    """One wallet's line says nothing about another wallet's cases."""
    keys(caller, DISPUTE, LINFU).is_told(*UNKNOWN).is_not_told("正在处理", "being handled")


@requirement("R57", "R2")
def test_asking_makes_no_record(caller):
    """A look at the stage opens nothing and sends nothing."""
    before = {kind: caller.line.get(kind) for kind in ("cases", "disputes", "callbacks", "sms")}
    keys(caller, DISPUTE)
    assert {kind: caller.line.get(kind) for kind in before} == before


@requirement("R57", "R23")
def test_too_few_digits_are_asked_again_without_blame(caller):
    """Then the right ones count."""
    keys(caller, "2026#").is_told("请再试一次", "Please try again")
    caller.is_told("九位服务单号", "nine digits of the reference").enters(DISPUTE).is_told("正在处理", "being handled")


@requirement("R57")
def test_a_pound_after_the_ninth_digit_is_no_mistake(caller):
    """Out of habit: it neither fails nor answers the next question."""
    keys(caller, DISPUTE + "#").is_not_told("没有对应的选项", "not one of the options")
    caller.is_told("还有别的问题", "another question")


@requirement("R52", "R57")
def test_the_reference_that_was_given_in_one_call_tells_the_stage_in_the_next(caller):
    """A case that the line opened by itself can be followed by anybody who has its reference."""
    reports(caller.calls(), "800", "1121").proves(LIN).hangs_up()
    (case,) = caller.line.get("cases")
    caller.calls(from_="+8613900000002").picks("充值与支付问题", "top-up and payment").picks("服务单", "case")
    caller.enters(case["reference"]).is_told("已经受理", "was received")
    caller.is_told("十一月二十四日", "November twenty-fourth")


@requirement("R86")
def test_the_answer_ends_with_the_privacy_reminder_and_two_ways_on(caller):
    """Another question or goodbye."""
    keys(caller, DISPUTE).is_told("保护好个人信息", "personal information safe")
    caller.picks("结束通话", "end the call").is_told("再见", "Goodbye")
    assert caller.over
