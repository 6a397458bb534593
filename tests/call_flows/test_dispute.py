"""Reporting a transaction, from the reason to the reference."""

from __future__ import annotations

import pytest

from ivr.wallet.references import is_valid
from tests.call_flows.line import HAIYUN, LIN, LINFU, SUN, Caller, Person
from tests.call_flows.test_transactions import BY_AMOUNT, LATEST, ZHOU, opens

requirement = pytest.mark.requirement
NOT_ME, CHARGE = ("不是我付的", "If not yours"), ("多扣了钱", "If overcharged")
NOT_RECEIVED, REFUND = ("没收到货", "nothing arrived"), ("退款没到账", "refunds")
FILED = ("申请已经提交", "It is filed")
SURE = ("现在提交这个申请吗", "Shall I file this dispute now")
THERE = ("已经有纠纷申请", "a dispute of this one already")
UNKNOWN = ("不能确定申请有没有提交成功", "cannot tell whether the dispute was filed")


def reports(
    caller: Caller, *why: tuple[str, str], person: Person = LIN, fen: str = "45*90", number: str = HAIYUN
) -> Caller:
    """Reason, verification, the payment by its amount, and "this one"."""
    opens(caller, number).picks("反映交易", "report one")
    for one in why:
        caller.picks(*one)
    caller.proves(person).picks(*BY_AMOUNT).enters(fen + "#").presses("1")
    return caller.picks("反映这笔", "report this one")


def at_the_yes(caller: Caller, person: Person = LIN) -> Caller:
    """The books never came; the seller was asked; everything is read back."""
    reports(caller, NOT_RECEIVED, person=person).is_told("联系过商家", "asked the seller").presses("1")
    caller.is_told("日子已经过了吗", "Has the day passed").presses("1")
    return caller.picks("现在替我提交", "file it now").is_told(*SURE)


def filed(caller: Caller) -> list[dict[str, object]]:
    """The disputes that were filed in calls."""
    return [one for one in caller.line.get("disputes") if one["call"]]


@requirement("R61", "R68", "R70", "R71", "R72", "R73", "R22")
def test_a_dispute_is_read_back_promised_and_filed_once(caller):
    """Decision, advance, refund with its date, compensation apart; then payee, amount, reason, one yes, one reference."""
    reports(caller, NOT_RECEIVED).presses("1").presses("1").is_told("步骤是先受理", "We receive it, ask the seller")
    caller.is_told("八个工作日", "eight business days").is_told("最晚是十二月三日", "by December third")
    caller.is_told("先把钱垫付", "money in advance").is_told("三十分钟", "thirty minutes")
    caller.is_told("一到三个工作日", "one to three business days").is_told("最晚是十二月八日", "by December eighth")
    caller.is_told("赔偿和退款分开", "Compensation is apart").is_told("最晚是十二月十四日", "by December fourteenth")
    assert filed(caller) == []
    caller.picks("现在替我提交", "file it now").is_told("晨光书店四十五元九角", "Morning Light Books")
    caller.is_told("没收到", "nothing arrived").is_told(*SURE)
    caller.presses("1").is_told(*FILED).is_told("十二月三日之前", "by December third")
    caller.is_told("上传截图", "screenshots").is_told("没有也不影响", "They are optional")
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


@requirement("R70")
def test_what_was_filed_in_one_call_is_there_in_the_next(caller):
    """One row, one text."""
    at_the_yes(caller).presses("1").picks("不用补充", "go on without").presses("1").picks("结束通话", "end the call")
    sent = len([text for text in caller.line.texts() if "上传" in text or "补充截图" in text or "screenshots" in text])
    reports(caller, NOT_RECEIVED).is_told(*THERE).is_told("已经受理", "was received")
    assert (len(filed(caller)), sent) == (1, 1)


@requirement("R70")
def test_who_was_cut_off_after_the_yes_is_told_what_was_filed(caller):
    """With its reference, and is not led to file it again."""
    at_the_yes(caller).presses("1").hangs_up()
    caller.calls().picks("接着办理", "to continue").proves(LIN).is_told("上次已经为您提交", "was filed last time")
    assert len(filed(caller)) == 1


@requirement("R68")
def test_who_hangs_up_or_says_no_has_filed_nothing(caller):
    """And nothing typed ahead is a yes."""
    at_the_yes(caller).presses("2").is_told("没有提交", "Nothing was filed").hangs_up()
    at_the_yes(caller).hangs_up()
    assert filed(caller) == []


@requirement("R62", "R27")
def test_what_the_caller_did_not_pay_comes_with_a_freeze(caller):
    """The phone is asked about; the freeze has its own yes; then the dispute has its own."""
    reports(caller, NOT_ME).is_told("手机还在身边", "have your phone").presses("1")
    caller.is_told("现在冻结这个账户吗", "Shall I freeze this account now").presses("1")
    caller.is_told("银行卡还在身边", "have your bank card").presses("2").is_told(
        "认识这个收款方", "know who was paid"
    ).presses("2")
    caller.is_told("密码也请尽快", "change your password")
    caller.picks("现在替我提交", "file it now").is_told(*SURE).presses("1").is_told(*FILED).is_told(
        "报警", "police report"
    )
    assert len(caller.line.get("freezes")) == 1 and filed(caller)[0]["kind"] == "not-me"
    summary = caller.report()["summary"]
    assert summary["priority"] == "high"
    assert summary["told"] == {"has_phone": True, "has_card": False, "knows_payee": False}


@requirement("R62")
def test_without_the_freeze_it_is_filed_all_the_same(caller):
    """The caller decides."""
    reports(caller, NOT_ME).presses("1").presses("2").is_told("没有冻结", "Nothing was frozen").presses("1").presses(
        "1"
    )
    caller.picks("现在替我提交", "file it now").presses("1").is_told(*FILED)
    assert caller.line.get("freezes") == []


@requirement("R61")
def test_of_a_double_charge_both_are_chosen_and_the_later_one_is_disputed(caller):
    """Two coffees within a minute."""
    opens(caller).picks("反映交易", "report one").picks(*CHARGE).picks("扣了两次", "charged twice").proves(ZHOU)
    caller.picks(*BY_AMOUNT).enters("36#").presses("1").picks("八点二十分", "eight twenty A M")
    caller.picks("反映这笔", "report this one").picks("八点二十一分", "eight twenty-one")
    caller.picks("现在替我提交", "file it now").is_told("扣了两次", "double charge").presses("1").is_told(*FILED)
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("Y5", "duplicate")]


@requirement("R61")
def test_without_a_second_charge_a_person_looks(caller):
    """Said plainly."""
    reports(caller, CHARGE, ("扣了两次", "charged twice")).is_told("没有金额和收款方都相同", "no other payment")
    assert caller.talking_to


@requirement("R61", "R24")
def test_of_a_wrong_amount_the_right_one_is_asked(caller):
    """Read back, and on the agent's screen."""
    reports(caller, CHARGE, ("金额不对", "amount is wrong")).enters("40#").is_told("四十元", "forty yuan").presses("1")
    caller.picks("现在替我提交", "file it now").presses("1").is_told(*FILED)
    assert "40.00" in " ".join(caller.report()["summary"]["written"]["en"])


@requirement("R61")
def test_a_cancelled_subscription_is_asked_for_its_day(caller):
    """And how to stop the next charge is told."""
    reports(caller, CHARGE, ("取消订阅", "cancelled subscription")).enters("1118").presses("1")
    caller.is_told("关闭自动扣款", "automatic payment off").picks("现在替我提交", "file it now").presses("1")
    assert filed(caller)[0]["kind"] == "cancelled-subscription"


@requirement("R61", "R71")
def test_a_refund_that_is_not_due_yet_is_told_with_its_date(caller):
    """Promised on Friday: three business days have not passed on Monday."""
    reports(caller, REFUND).enters("1120").presses("1").is_told("还没有到期", "not due yet")
    caller.is_told("十一月二十五日", "November twenty-fifth").is_told("问题解决了吗", "solve your problem")
    assert filed(caller) == []


@requirement("R61")
def test_a_refund_that_is_overdue_can_be_disputed(caller):
    """Promised two weeks ago."""
    reports(caller, REFUND).enters("1109").presses("1").picks("现在替我提交", "file it now").presses("1")
    caller.is_told(*FILED)
    assert filed(caller)[0]["kind"] == "refund-missing"


@requirement("R61", "R5")
def test_money_to_the_wrong_person_is_for_a_person_at_once(caller):
    """Before any proof, and before others."""
    opens(caller).picks("反映交易", "report one").picks("付错了人", "wrong payees")
    assert caller.talking_to
    assert caller.report()["summary"]["priority"] == "high"


@requirement("R61")
@pytest.mark.parametrize(
    "steps, zh, en",
    [(0, "充值的问题", "For a top-up"), (1, "充值的问题", "For a top-up")],
)
def test_a_top_up_is_explained_and_not_disputed(caller, steps, zh, en):
    """It has a branch of its own."""
    opens(caller).picks("交易记录", "records").proves(LIN).picks(*LATEST)
    for _ in range(steps):
        caller.picks("下一笔", "next one")
    caller.picks("反映这笔", "report this one").is_told(zh, en).is_told("问题解决了吗", "solve your problem")


@requirement("R61")
@pytest.mark.parametrize(
    "status, zh, en", [("failed", "没有成功", "did not succeed"), ("pending", "还在确认", "still being")]
)
def test_what_did_not_go_through_is_not_disputed(caller, status, zh, en):
    """Failed or unknown: said, no more."""
    caller.line.change_world(lambda world: world["payments"][0].update(status=status))
    reports(caller, NOT_RECEIVED).is_told(zh, en).is_told("问题解决了吗", "solve your problem")
    assert filed(caller) == []


@requirement("R75", "R71")
@pytest.mark.parametrize("number, person, days", [(HAIYUN, LIN, 120), (LINFU, SUN, 45)])
def test_each_wallet_has_its_own_window(caller, number, person, days):
    """On its last day a payment can be disputed, a day later a person takes it."""
    ages = {
        days: "2026-07-26" if days == 120 else "2026-10-09",
        days + 1: "2026-07-25" if days == 120 else "2026-10-08",
    }
    for age, day in ages.items():
        one = {"id": "Z1", "customer": "K1" if days == 120 else "K3", "amount": 7700, "status": "succeeded"}
        one |= {"payee": {"zh": "晨光书店", "en": "Morning Light Books"}, "at": f"{day}T09:00:00+08:00"}
        caller.line.change_world(lambda world, one=one: world["payments"].append(one))
        reports(caller, NOT_RECEIVED, person=person, fen="77", number=number)
        if age == days:
            caller.presses("1").presses("1").is_told("怎么提交", "How do you want to apply").hangs_up()
        else:
            caller.is_told("申请期限", "is older than")
            assert caller.talking_to


@requirement("R75", "R71", "R73")
def test_the_same_keys_give_the_figures_of_the_other_wallet(caller):
    """Linfu counts calendar days and pays nothing in advance; a frozen customer may dispute all the same."""
    one = {"id": "Z1", "customer": "K3", "amount": 4590, "payee": {"zh": "晨光书店", "en": "Morning Light Books"}}
    one |= {"at": "2026-11-19T18:02:00+08:00", "status": "succeeded"}
    caller.line.change_world(lambda world: world["payments"].append(one))
    reports(caller, NOT_RECEIVED, person=SUN, number=LINFU).presses("1").presses("1")
    caller.is_told("二十个自然日", "twenty calendar days").is_told("最晚是十二月十三日", "by December thirteenth")
    caller.is_not_told("垫付", "in advance").is_told("六十分钟", "sixty minutes").is_told(
        "三到五个工作日", "three to five"
    )
    caller.picks("现在替我提交", "file it now").presses("1").is_told(*FILED)
    assert filed(caller)[0]["due"] == "2026-12-13"


@requirement("R71", "R75")
def test_calendar_days_are_counted_and_told_as_such(caller):
    """A refund in calendar days after a decision in calendar days, over a weekend; one that is promised is due as late."""

    def change(world):
        policy = world["wallets"][0]["policy"]
        policy["refund"] = {"balance_minutes": 5, "card_days": [2, 4], "unit": "calendar"}
        policy["dispute_decision"] = {"days": 1, "unit": "calendar"}

    caller.line.change_world(change)
    reports(caller, NOT_RECEIVED).presses("1").presses("1").is_told("一个自然日", "one calendar day").is_told(
        "两到四个自然日", "two to four calendar days"
    )
    caller.is_told("最晚是十一月二十四日", "by November twenty-fourth").is_told(
        "最晚是十一月二十八日", "by November twenty-eighth"
    )
    reports(caller, REFUND).enters("1120").presses("1").is_told("四个自然日", "four calendar days")
    caller.is_told("十一月二十四日", "November twenty-fourth")


@requirement("R69", "R22")
def test_who_would_rather_apply_alone_is_told_how(caller):
    """Where, which fields, which evidence; nothing is filed."""
    reports(caller, NOT_RECEIVED).presses("2").presses("2").is_told("也联系商家", "ask the seller too")
    caller.is_told("可能还会收到", "may still come")
    caller.picks("怎么自己申请", "apply yourself").is_told("设置、帮助与客服", "Settings, then Help and support")
    caller.is_told("填写原因", "fill in the reason").is_told("没有也能提交", "without them")
    caller.is_told("订单号", "order number")
    assert filed(caller) == []


@requirement("R71")
def test_beyond_the_known_calendar_the_date_is_an_estimate(caller):
    """At the year's end next year's holidays are not published yet."""
    caller.line.put("clock", {"now": "2026-12-25T10:00:00+08:00"})
    at_the_yes(caller).presses("1").is_told("大约", "around")
    assert filed(caller)[0]["due_provisional"] is True


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
    opens(caller).picks("反映交易", "report one").picks(*NOT_RECEIVED).proves(LIN).picks(*BY_AMOUNT)
    caller.enters("45*90#").presses("1")
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
