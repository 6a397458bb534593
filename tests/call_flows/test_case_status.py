"""What became of a case: reference in, stage out, and nothing else."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from ivr.cases.new_references import new_reference
from ivr.cases.stages import MISSES_A_CALL, MISSES_A_CALLER, MISSES_A_WALLET, MISSES_OF_HIDDEN, set_stage
from ivr.cases.tables import cases, disputes
from ivr.engine.secrets import Sealer
from ivr.identity.guessing import utc
from ivr.identity.tables import attempts
from ivr.storage.database import begin_write
from ivr.wallet.references import is_valid, with_check_digit
from tests.call_flows.line import BORROWED, DANA, HAIYUN, LIN, LINFU, NOON, Caller
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


@requirement("R57", "R74")
@pytest.mark.parametrize("day, late", [("02", False), ("03", True)])
def test_a_day_that_has_passed_is_not_promised_again(caller, day, late):
    """In the words of a promise that was not kept; the day itself is still in time."""
    caller.line.put("clock", {"now": f"2026-12-{day}T23:59:00+08:00"})
    keys(caller, DISPUTE).is_told("十二月二日之前有结果", "by December second")
    told, other = [("现在晚了", "it is late"), ("预计", "Expect an answer")][:: 1 if late else -1]
    caller.is_told(*told).is_not_told(*other)


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


OUTCOMES = [
    ("decided-refund", "同意退款，钱原路退回", "money goes back the way"),
    ("decided-rejected", "不退款", "no money goes back"),
    ("refunded", "钱已经退回", "money was sent back"),
]


@requirement("R74", "R31", "R71")
@pytest.mark.parametrize("status, zh, en", OUTCOMES)
def test_how_a_dispute_was_decided_is_told_to_its_verified_owner(caller, status, zh, en):
    """Asked for, then proved; a refund on its way with its days, a settled one without."""
    keys(with_status(caller, status), DISPUTE).is_not_told(zh, en).picks("听处理结果", "hear the outcome").proves(LIN)
    caller.is_told(zh, en).is_told("还有别的问题", "another question")
    days = ("一到三个工作日", "one to three business days")
    caller.is_told(*days) if status == "decided-refund" else caller.is_not_told(*days)


@requirement("R74", "R31")
def test_the_outcome_is_told_to_nobody_else(caller):
    """Another customer who knows the reference, and whoever proves nothing."""
    keys(with_status(caller, "refunded"), DISPUTE).picks("听处理结果", "hear the outcome").proves(DANA)
    caller.is_told("只告诉申请人本人", "to the one who filed it only").is_not_told("退回", "sent back")


@requirement("R74")
def test_a_stage_is_the_wallets_and_ours_while_it_does_not_answer(caller):
    """The world's dispute was decided at the bank; with the bank away the last that we knew is told."""
    runtime = caller.line.app.extensions["line"]
    with begin_write(runtime.engine) as conn:
        conn.execute(sa.update(disputes).where(disputes.c.reference == DISPUTE).values(status="received"))
    keys(caller, DISPUTE).is_told("正在处理", "is being handled").hangs_up()
    caller.line.put("wallet", {"mode": "down"})
    keys(caller, DISPUTE).is_told("已经受理", "was received")


@requirement("R57", "R74")
def test_a_day_that_the_wallet_has_moved_is_told_as_the_wallet_has_it(caller):
    """As it is to whoever asks about the payment; ours is told while the wallet does not answer."""
    runtime = caller.line.app.extensions["line"]
    with begin_write(runtime.engine) as conn:
        conn.execute(sa.update(disputes).where(disputes.c.reference == DISPUTE).values(due="2026-11-20"))
    keys(caller, DISPUTE).is_told("十二月二日", "December second").is_not_told("现在晚了", "it is late").hangs_up()
    caller.line.put("wallet", {"mode": "down"})
    keys(caller, DISPUTE).is_told("十一月二十日", "November twentieth").is_told("现在晚了", "it is late")


@requirement("R57")
@pytest.mark.parametrize(
    "stage, zh, en", [("in-review", "正在处理", "is being handled"), ("done", "已经处理完毕", "is settled")]
)
def test_a_case_stands_as_whoever_works_on_it_says(caller, stage, zh, en):
    """`flask cases stage`; of a case there is no outcome to be heard, for a person calls."""
    reports(caller.calls(), "800", "1121").proves(LIN).hangs_up()
    (case,) = caller.line.get("cases")
    with begin_write(caller.line.app.extensions["line"].engine) as conn:
        set_stage(conn, case["reference"], stage)
    caller.calls(from_="+8613900000002").picks("充值与支付问题", "top-up and payment").picks("服务单", "case")
    caller.enters(case["reference"]).is_told(zh, en).is_not_told("听处理结果", "hear the outcome")


@requirement("R57")
def test_a_reference_is_found_as_the_world_has_it(caller):
    """Also one whose check digit is another one than ours would be."""
    caller.line.change_world(lambda world: world["disputes"][0].update(reference="123456789"))
    keys(caller, "123456789").is_told("正在处理", "is being handled")


def guessed(caller: Caller, tries: int, caller_mark: str | None = "a stranger", call: str = "CAearlier") -> None:
    """So many references that there are not, keyed a moment ago."""
    at = utc(datetime.fromisoformat(NOON))
    row = {"wallet": "haiyun", "caller": caller_mark, "call": call, "factor": "reference", "at": at, "ok": False}
    with begin_write(caller.line.runtime.engine) as conn:
        conn.execute(sa.insert(attempts), [row | {"id": f"{caller_mark}-{place}"} for place in range(tries)])


PROOF_FIRST = ("先核对是不是您本人的", "check that this one is yours")


@requirement("R57", "R31")
def test_whoever_guesses_references_hears_no_stage_of_anybodys_case(caller):
    """After ten in a day right and wrong sound alike: first the proof. Another telephone hears the stage as ever."""
    guessed(caller, MISSES_A_CALLER, caller.line.runtime.sealer.fingerprint(BORROWED))
    heard = []
    for reference in (DISPUTE, with_check_digit("20261199")):
        keys(caller, reference).is_told(*PROOF_FIRST).is_not_told(*UNKNOWN).is_not_told("正在处理", "being handled")
        heard.append(caller.heard)
        caller.hangs_up()
    assert len(set(heard)) == 1
    caller.calls(from_="+8613900000002").picks("交易与争议", "disputes").picks("服务单", "case")
    caller.enters(DISPUTE).is_told("正在处理", "is being handled")


@requirement("R57", "R31")
def test_after_many_guesses_the_owner_hears_the_stage_once_verified_and_nobody_else_does(caller):
    """The product's promise is kept for whom it was made."""
    guessed(caller, MISSES_A_CALLER, caller.line.runtime.sealer.fingerprint(BORROWED))
    keys(caller, DISPUTE).is_told(*PROOF_FIRST).proves(LIN).is_told("正在处理", "is being handled")
    caller.picks("结束通话", "end the call")
    keys(caller, DISPUTE).is_told(*PROOF_FIRST).proves(DANA).is_told("您名下没有单号", "You have no case")


@requirement("R57", "R31")
def test_guesses_are_counted_of_hidden_numbers_and_of_a_wallet_together(caller):
    """Sixty and three hundred an hour."""
    for count, mark, from_ in ((MISSES_OF_HIDDEN, None, "anonymous"), (MISSES_A_WALLET, "many", "+8613900000003")):
        guessed(caller, count, mark)
        caller.calls(from_=from_).picks("交易与争议", "disputes").picks("服务单", "case")
        caller.enters(DISPUTE).is_told(*PROOF_FIRST).hangs_up()


@requirement("R57", "R31")
def test_a_call_hears_of_four_references_that_there_are_not(caller):
    """However it wanders through the menus; a slip of a digit is not one of them."""
    caller.calls()
    for place in range(MISSES_A_CALL):
        caller.picks("交易与争议", "disputes").picks("服务单", "case")
        caller.enters(with_check_digit(f"2026119{place}")).is_told(*UNKNOWN).presses("**#")
    caller.picks("交易与争议", "disputes").picks("服务单", "case").enters(DISPUTE).is_told(*PROOF_FIRST)


@requirement("R57")
def test_a_slip_of_a_digit_is_no_guess(caller):
    """Its check digit does not fit, and ours all do."""
    caller.calls()
    for _ in range(MISSES_A_CALL):
        caller.picks("交易与争议", "disputes").picks("服务单", "case")
        caller.enters("202611018").is_told(*UNKNOWN).presses("**#")
    caller.picks("交易与争议", "disputes").picks("服务单", "case").enters(DISPUTE).is_told(
        "正在处理", "is being handled"
    )


@requirement("R52", "R57")
def test_a_new_reference_does_not_follow_from_those_before_it(caller):
    """Another key, another number; two that follow each other are not a step apart; each fits its check digit."""
    world = SimpleNamespace(runtime=caller.line.runtime)
    with begin_write(caller.line.runtime.engine) as conn:
        world.conn = conn
        first, second, third = (new_reference(world, cases, number) for number in (1, 2, 3))
        other = SimpleNamespace(conn=conn, runtime=SimpleNamespace(sealer=Sealer(b"another key" * 3)))
        assert new_reference(other, cases, 1) != first
        assert new_reference(world, disputes, 1) != first
    assert all(is_valid(one) for one in (first, second, third))
    assert (int(second[:8]) - int(first[:8])) % 10**8 != (int(third[:8]) - int(second[:8])) % 10**8


@requirement("R52", "R57")
def test_a_new_reference_is_one_that_no_case_and_no_dispute_has(caller):
    """Whatever rule made those that are there."""
    runtime = caller.line.runtime
    with begin_write(runtime.engine) as conn:
        world = SimpleNamespace(conn=conn, runtime=runtime)
        first = new_reference(world, cases, 7)
        conn.execute(sa.update(disputes).where(disputes.c.reference == DISPUTE).values(reference=first))
        assert new_reference(world, cases, 7) != first


@requirement("R57", "R21")
def test_the_owner_may_add_to_a_case_that_is_open(caller):
    """After verification, in their own words; the note belongs to that case."""
    keys(caller, DISPUTE).picks("补充说明", "add to this case").is_told("核实身份", "check who you are").proves(LIN)
    caller.is_told("开始录音", "you are recorded").speaks(12).presses("#").picks("保留", "keep it")
    assert [(note["reference"], note["customer"]) for note in caller.line.get("voice-notes")] == [(DISPUTE, "K1")]
    caller.is_told("还有别的问题", "another question")


@requirement("R57", "R31")
def test_nobody_else_may_add_to_it(caller):
    """Verified, and not the owner."""
    keys(caller, DISPUTE).picks("补充说明", "add to this case").proves(DANA).is_told(
        "您名下没有单号", "You have no case"
    )
    assert caller.line.get("voice-notes") == []


@requirement("R57")
def test_nothing_is_added_to_what_is_settled(caller):
    """There is an outcome instead."""
    keys(with_status(caller, "refunded"), DISPUTE).is_not_told("补充说明", "add to this case")
