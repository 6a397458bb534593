"""Filing a dispute: what is read back, the one yes, the reference, and what is there when it is looked for again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.cases.tables import disputes
from ivr.storage.database import begin_write
from ivr.wallet.references import is_valid
from tests.call_flows.disputing import FILED, NOT_RECEIVED, SURE, at_the_yes, filed, reports
from tests.call_flows.line import LIN
from tests.call_flows.test_failed_payment import add_payment
from tests.call_flows.transactions import BY_AMOUNT, opens

requirement = pytest.mark.requirement
THERE = ("已经有纠纷申请", "a dispute of this one already")
UNKNOWN = ("不能确定申请有没有提交成功", "cannot tell whether the dispute was filed")


@requirement("R61", "R68", "R70", "R71", "R72", "R73", "R22")
def test_a_dispute_is_read_back_filed_once_and_then_promised(caller):
    """Payee, amount, reason, one yes, one reference and its date; steps, evidence, refund and compensation on
    request.
    """
    reports(caller, NOT_RECEIVED).presses("1").presses("1").is_told("晨光书店", "Morning Light Books")
    caller.is_told("四十五元九角", "forty-five point nine yuan").is_told("没收到", "nothing arrived").is_told(*SURE)
    assert filed(caller) == []
    caller.presses("1").is_told(*FILED).is_told("十二月三日之前", "by December third")
    caller.is_told("先把钱垫付", "money in advance").picks("步骤和退款时间", "steps and refund times")
    caller.is_told("步骤是先受理", "We receive it, ask the seller").is_told(
        "决定退款的，原路退回", "A refund goes back the way"
    )
    caller.is_told("上传截图", "screenshots").is_told("没有也不影响", "They are optional")
    caller.is_told("三十分钟", "thirty minutes").is_told("一到三个工作日", "one to three business days")
    caller.is_told("最晚是十二月八日", "by December eighth")
    caller.is_told("赔偿和退款分开", "Compensation is apart").is_told("最晚是十二月十四日", "by December fourteenth")
    (one,) = filed(caller)
    assert (one["customer"], one["kind"], one["about"]) == ("K1", "not-received", "Y1")
    assert (one["due"], one["due_provisional"], one["call"]) == ("2026-12-03", False, caller.sid)
    assert is_valid(str(one["reference"])) and str(one["reference"]) in caller.line.texts()[-1]
    caller.hangs_up()
    report = caller.report()
    assert report["outcome"] == "case"
    assert {"what": "dispute", "reference": one["reference"], "due": "2026-12-03"} in report["summary"]["promises"]


@requirement("R74", "R57")
def test_the_reference_tells_the_stage_in_another_call(caller):
    """Without verification, the stage and the date."""
    at_the_yes(caller).presses("1").is_told(*FILED).hangs_up()
    (one,) = filed(caller)
    caller.calls(from_="+8613900000002").picks("交易与争议", "disputes").picks("服务单进度", "case status")
    caller.enters(one["reference"]).is_told("已经受理", "was received").is_told("十二月三日", "December third")


@requirement("R70")
def test_a_second_dispute_of_a_payment_is_not_filed(caller):
    """The world came with one of the bus fare; its stage is told."""
    reports(caller, NOT_RECEIVED, fen="12").is_told(*THERE).is_told("正在处理", "being handled")
    caller.is_told("十二月二日", "December second").is_told("问题解决了吗", "solve your problem")
    assert filed(caller) == []


@requirement("R70", "R74")
def test_of_a_dispute_that_is_late_no_answer_is_promised(caller):
    """Its day has passed."""
    caller.line.put("clock", {"now": "2026-12-03T10:00:00+08:00"})
    reports(caller, NOT_RECEIVED, fen="12").is_told(*THERE).is_told("十二月二日", "December second")
    caller.is_told("现在晚了", "it is late").is_not_told("预计", "Expect an answer")


@requirement("R70")
def test_what_was_filed_in_one_call_is_there_in_the_next(caller):
    """One row, one text."""
    at_the_yes(caller).presses("1").picks("暂时不用了", "all for now").presses("1").picks("结束通话", "end the call")
    sent = len([text for text in caller.line.texts() if "上传" in text or "补充截图" in text or "screenshots" in text])
    reports(caller, NOT_RECEIVED).is_told(*THERE).is_told("已经受理", "was received")
    assert (len(filed(caller)), sent) == (1, 1)


@requirement("R70", "R75")
def test_a_payment_of_another_bank_with_the_same_id_is_another_one(caller):
    """Its dispute has a reference of its own, a text, and nobody hears the other's."""
    other = {
        "customer": "linfu:77",
        "wallet": "linfu",
        "kind": "duplicate",
        "call": "CA1",
        "at": "2026-11-20T10:00:00+08:00",
    }
    promised = {"due": "2026-12-10", "due_provisional": False, "status": "received"}
    with begin_write(caller.line.runtime.engine) as conn:
        conn.execute(sa.delete(disputes))
        rows = [{"id": f"d{about}", "reference": f"33333333{about[1]}", "about": about} for about in ("Y1", "Y2")]
        conn.execute(sa.insert(disputes), [other | promised | row for row in rows])
    at_the_yes(caller).presses("1").is_told(*FILED).is_not_told("三三三三", "three three three three")
    mine = next(one for one in filed(caller) if one["customer"] == "K1")
    assert mine["about"] == "Y1" and str(mine["reference"]) in caller.line.texts()[-1]
    caller.picks("暂时不用了", "all for now").presses("1").picks("结束通话", "end the call")
    reports(caller, NOT_RECEIVED, fen="12").is_told(*THERE).is_not_told("三三三三", "three three three three")


@requirement("R70")
def test_who_was_cut_off_after_the_yes_is_told_what_was_filed(caller):
    """With its reference, and is not led to file it again."""
    at_the_yes(caller).presses("1").hangs_up()
    caller.calls().picks("接着办理", "to continue").proves(LIN).is_told("上次已经为您提交", "was filed last time")
    assert len(filed(caller)) == 1


@requirement("R68")
def test_who_hangs_up_or_says_no_has_filed_nothing(caller):
    """And nothing typed ahead is a yes."""
    at_the_yes(caller).presses("2").is_told("没有提交", "Nothing was filed").picks(
        "不提交了", "file nothing"
    ).hangs_up()
    at_the_yes(caller).hangs_up()
    assert filed(caller) == []


@requirement("R69", "R22")
def test_who_would_rather_apply_alone_is_told_how(caller):
    """Where, which fields, which evidence; nothing is filed."""
    reports(caller, NOT_RECEIVED).presses("2").presses("2").is_told("也联系商家", "ask the seller too")
    caller.is_told("可能还会收到", "may still come").picks("不是", "no")
    caller.picks("自己提交", "file it yourself").is_told("设置、帮助与客服", "Settings, then Help and support")
    caller.is_told("填写原因", "fill in the reason").is_told("没有也能提交", "without them")
    caller.is_told("订单号", "order number")
    assert filed(caller) == []


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@requirement("R70")
def test_an_unknown_outcome_is_asked_about_once_more_and_never_told_as_success(caller, mode):
    """Nothing is kept, no text goes out, a person knows."""
    at_the_yes(caller)
    caller.line.put("wallet", {"mode": mode})
    caller.presses("1").is_told(*UNKNOWN).is_not_told(*FILED)
    assert caller.talking_to and filed(caller) == []


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@requirement("R61")
def test_while_the_wallet_is_away_before_the_yes_a_person_is_found(caller, mode):
    """At the look whether there is a dispute already."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*NOT_RECEIVED).proves(LIN).means_another()
    caller.picks(*BY_AMOUNT).enters("45*90#").presses("1")
    caller.line.put("wallet", {"mode": mode})
    caller.picks("反映这笔", "report this one").is_told("查不到记录", "cannot see the records")
    assert caller.talking_to and filed(caller) == []


@pytest.mark.parametrize("mode", ["reject", "unreachable"])
def test_a_text_that_does_not_go_out_takes_nothing_back(caller, mode):
    """The reference was spoken twice."""
    at_the_yes(caller)
    caller.line.put("sms", {"mode": mode})
    caller.presses("1").is_told(*FILED)
    assert len(filed(caller)) == 1


@requirement("R68")
def test_a_no_at_the_read_back_leads_to_another_reason(caller):
    """Its own questions, the read-back again, and then it is filed as it is now."""
    at_the_yes(caller).presses("2").is_told("没有提交", "Nothing was filed").is_told(
        "哪里需要改", "should be different"
    )
    caller.picks("换一个原因", "another reason").picks("多扣了钱", "were overcharged").picks(
        "金额不对", "amount is wrong"
    )
    caller.enters("40#").presses("1").is_told("原因是金额不对", "The reason is the amount").is_told(*SURE)
    caller.presses("1").is_told(*FILED)
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("Y1", "wrong-amount")]


@requirement("R68")
def test_a_no_at_the_read_back_leads_to_another_payment(caller):
    """Which is checked as the first one was."""
    add_payment(caller, {"status": "succeeded", "amount": 7700}, {"status": "succeeded", "amount": 5500})
    at_the_yes(caller).presses("2").picks("换一笔交易", "another payment").picks(*BY_AMOUNT).enters("77#").presses("1")
    caller.picks("反映这笔", "report this one").presses("1").presses("1").is_told("七十七元", "seventy-seven yuan")
    caller.is_told(*SURE).presses("1").is_told(*FILED)
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("N0", "not-received")]


@requirement("R68", "R70")
def test_another_payment_that_has_its_dispute_is_not_filed_again(caller):
    """Changed at the read-back to the bus fare."""
    at_the_yes(caller).presses("2").picks("换一笔交易", "another payment").picks(*BY_AMOUNT).enters("12#").presses("1")
    caller.picks("反映这笔", "report this one").is_told(*THERE)
    assert filed(caller) == []


@requirement("R68")
def test_whoever_leaves_it_at_the_read_back_is_not_asked_whether_that_solved_it(caller):
    """Nothing was filed, and another question may be asked."""
    at_the_yes(caller).presses("2").picks("不提交了", "file nothing").is_not_told("解决了吗", "solve your problem")
    caller.picks("还有别的问题", "another question").is_told("账户安全", "account security")
    assert filed(caller) == []


@requirement("R57", "R74")
def test_how_to_add_to_a_dispute_that_is_there_is_told(caller):
    """By its reference."""
    reports(caller, NOT_RECEIVED, fen="12").is_told(*THERE).is_told("想补充说明", "To add to it")


@requirement("R61", "R68")
def test_the_likeliest_payment_is_offered_first_and_taken_by_a_yes(caller):
    """The newest that succeeded, after the proof; the read-back names it again."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*NOT_RECEIVED)
    caller.is_not_told("城市公交", "City Bus").proves(LIN).is_told("付给城市公交十二元", "twelve yuan to City Bus")
    caller.picks("不是", "no").is_told("晨光书店", "Morning Light Books").picks("是的", "yes")
    caller.presses("1").presses("1").is_told(*SURE).presses("1").is_told(*FILED)
    assert [one["about"] for one in filed(caller)] == ["Y1"]


@requirement("R61")
def test_at_most_three_payments_that_succeeded_are_offered_before_the_search(caller):
    """Newest first; what failed, and a top-up, is none of them."""
    more = [{"status": status, "amount": fen} for status, fen in (("succeeded", 7700), ("failed", 5500))]
    add_payment(caller, *more, {"status": "succeeded", "amount": 6600})
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*NOT_RECEIVED).proves(LIN)
    for zh, en in (("六十六元", "sixty-six yuan"), ("七十七元", "seventy-seven yuan"), ("十二元", "twelve yuan")):
        caller.is_told(zh, en).picks("不是", "no")
    caller.is_told("想怎么查", "How would you like to search").is_not_told("晨光书店", "Morning Light Books")


@requirement("R71", "R22")
def test_the_terms_are_told_on_request_and_once(caller):
    """Neither before the yes nor with the reference; then what is left to choose is a note, or enough."""
    steps = ("步骤是先受理", "We receive it")
    at_the_yes(caller).is_not_told(*steps).presses("1").is_told(*FILED).is_not_told(*steps)
    caller.picks("步骤和退款时间", "steps and refund times").is_told(*steps)
    assert {option.key for option in caller.options} == {"1", "2", "0", "#"}
    caller.picks("暂时不用了", "all for now").is_told("问题解决了吗", "solve your problem").is_not_told(*steps)
    assert len(filed(caller)) == 1


@requirement("R69")
def test_who_files_it_alone_after_a_no_may_still_say_that_it_helped(caller):
    """How to apply, and nothing is filed, read back or asked about again."""
    at_the_yes(caller).presses("2").is_told("没有提交", "Nothing was filed").picks("自己提交", "file it yourself")
    caller.is_told("设置、帮助与客服", "Settings, then Help and support").is_not_told(*SURE)
    caller.is_told("问题解决了吗", "solve your problem").picks("是的", "yes").picks("结束通话", "end the call")
    assert caller.over and filed(caller) == [] and caller.line.get("cases") == []
