"""Offers and rewards: nothing that is over, nothing of others, and a case for what is overdue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.call_flows.line import DANA, HAIYUN, LIN, LINFU, OMAR, SUN, Caller

requirement = pytest.mark.requirement
OFFERS = ("优惠与奖励", "promotions and rewards")
CURRENT, MINE = ("当前优惠", "all offers"), ("我的优惠", "my offers")
REWARDS = ("积分奖励", "my rewards")
ON, AGAIN, DETAILS = ("继续", "go on"), ("再听一遍", "hear it again"), ("听详情", "details")
FIVE_OFF = ("充值满一百减五元", "five yuan off a top-up of one hundred")
CASH_BACK = ("老用户月度返现", "monthly cash-back for existing users")
FIRST_ORDER = ("新用户首单立减", "first order discount for new users")
BACK = ("八元", "eight yuan")


def offer(name: str, **fields: Any) -> dict[str, Any]:
    """A promotion of Haiyun's that holds all November, for everybody."""
    title = {"zh": f"活动{name}", "en": f"the {name} offer"}
    condition = {"zh": "消费一次", "en": "spend once"}
    span = {"starts": "2026-11-01T00:00:00+08:00", "ends": "2026-11-30T23:59:59+08:00"}
    plain = {"id": name, "wallet": "haiyun", "title": title, "audience": "all", "condition": condition, "reward": None}
    return {**plain, **span, **fields}


def only(caller: Caller, *offers: dict[str, Any]) -> Caller:
    """These are all there are; ends at the main menu."""
    caller.line.change_world(lambda world: world.update(promotions=list(offers), rewards=[]))
    return caller.calls()


def progress(caller: Caller, **fields: Any) -> Caller:
    """What Lin has of the monthly cash-back; ends after verification at their rewards."""
    plain = {"customer": "K1", "promotion": "M2", "progress": 30000, "completed_at": "2026-11-10T12:00:00+08:00"}
    reward = {**plain, "credited_at": None, "credit_due": None, **fields}
    caller.line.change_world(lambda world: world.update(rewards=[reward]))
    return rewards(caller)


def rewards(caller: Caller) -> Caller:
    """Lin asks for points and rewards."""
    return caller.calls().picks(*OFFERS).picks(*REWARDS).proves(LIN)


@requirement("R77", "R78", "R79", "R80", "R81")
def test_current_offers_are_told_to_anybody_soonest_end_first(caller):
    """What, for whom, on which condition, until which day, one by one; nobody is verified."""
    caller.calls().picks(*OFFERS).picks(*CURRENT).is_told("三个活动", "three items").is_told(*FIVE_OFF)
    caller.is_told("所有用户都能参加", "all users").is_told("单笔充值满一百元", "one hundred yuan or more at once")
    caller.is_told("最后一天是十一月三十日", "last day is November thirtieth").is_not_told(*CASH_BACK)
    caller.picks(*ON).is_told(*CASH_BACK).is_told("只限老用户", "existing users only")
    caller.picks(*ON).is_told(*FIRST_ORDER).is_told("只限新用户", "new users only")
    caller.is_told("十二月十五日", "December fifteenth")
    caller.picks(*ON).is_told("活动都说完了", "the whole list").is_told("问题解决了吗", "solve your problem")
    assert caller.report()["level"] == "L0"


@requirement("R80")
@pytest.mark.parametrize(
    "now, zh, en",
    [
        ("2026-11-30T10:00", "最后一天是今天十一月三十日", "last day is today, November thirtieth"),
        ("2026-11-29T10:00", "最后一天是明天十一月三十日", "last day is tomorrow, November thirtieth"),
        ("2026-11-28T10:00", "最后一天是十一月三十日", "last day is November thirtieth"),
    ],
)
def test_the_last_day_is_named_as_today_or_tomorrow_when_it_is(caller, now, zh, en):
    """Whoever hears a date alone may think that there is time."""
    caller.line.put("clock", {"now": now + ":00+08:00"})
    caller.calls().picks(*OFFERS).picks(*CURRENT).is_told(*FIVE_OFF).is_told(zh, en)


@requirement("R80")
def test_an_offer_that_ends_in_the_middle_of_a_day_says_when(caller):
    """At six in the evening, and not on a whole last day."""
    caller.line.change_world(lambda world: world["promotions"][0].update(ends="2026-11-23T18:00:00+08:00"))
    caller.calls().picks(*OFFERS).picks(*CURRENT).is_told("最后一天是今天", "last day is today")
    caller.is_told("当天下午六点结束", "It ends at six P M")


@requirement("R78", "R80")
def test_an_offer_is_told_again_or_in_detail_by_key(caller):
    """Details are since when, what it gives, and where the full rules are; then the next one."""
    caller.calls().picks(*OFFERS).picks(*CURRENT).picks(*AGAIN).is_told(*FIVE_OFF).picks(*ON)
    caller.is_not_told(*BACK).picks(*DETAILS).is_told("十一月一日开始", "began on November first").is_told(*BACK)
    caller.is_told("完整规则", "full rules").picks(*ON).is_told(*FIRST_ORDER)


@requirement("R80")
@pytest.mark.parametrize(
    "now, holds",
    [
        ("2026-11-22T23:59:59+08:00", False),
        ("2026-11-23T00:00:00+08:00", True),
        ("2026-11-24T23:59:59+08:00", True),
        ("2026-11-25T00:00:00+08:00", False),
    ],
)
def test_an_offer_holds_from_its_first_to_the_end_of_its_last_day(caller, now, holds):
    """23:59 is the end of the whole day; nothing over or not begun is ever told."""
    span = {"starts": "2026-11-23T00:00:00+08:00", "ends": "2026-11-24T23:59:00+08:00"}
    only(caller, offer("one", **span))
    caller.line.put("clock", {"now": now})
    caller.picks(*OFFERS).picks(*CURRENT)
    if holds:
        caller.is_told("活动one", "the one offer").is_told("十一月二十四日", "November twenty-fourth")
    else:
        caller.is_told("没有优惠活动", "no offers right now").is_not_told("活动one", "the one offer")


@requirement("R80")
def test_days_are_the_wallets_and_an_end_at_midnight_is_the_day_before(caller):
    """Whatever offset the record has; at the turn of a year the year is told."""
    only(caller, offer("one", ends="2026-12-31T16:00:00+00:00"), offer("two", ends="2026-12-31T16:00:01+00:00"))
    caller.line.put("clock", {"now": "2026-12-31T23:30:00+08:00"})
    caller.picks(*OFFERS).picks(*CURRENT).is_told("十二月三十一日", "December thirty-first")
    caller.picks(*ON).is_told("二零二七年一月一日", "January first, twenty twenty-seven")


@requirement("R77", "R81")
def test_my_offers_are_those_for_everybody_and_for_users_like_me(caller):
    """Registered within thirty days is new; nothing is told before verification."""
    caller.calls().picks(*OFFERS).picks(*MINE).is_not_told(*FIVE_OFF).proves(OMAR)
    caller.is_told("新用户", "new user").is_told("两个活动", "two items").is_told(*FIVE_OFF)
    caller.picks(*ON).is_told(*FIRST_ORDER).is_not_told(*CASH_BACK)
    caller.calls().picks(*OFFERS).picks(*MINE).proves(LIN).is_told("老用户", "existing user")
    caller.picks(*ON).is_told(*CASH_BACK).picks(*ON).is_not_told(*FIRST_ORDER)


@requirement("R81")
@pytest.mark.parametrize("registered, new", [("2026-10-24", True), ("2026-10-23", False), (None, None)])
def test_the_thirtieth_day_is_the_last_of_a_new_user(caller, registered, new):
    """Without a day of registering only what is for everybody is told, and that it is so."""
    caller.line.change_world(lambda world: world["customers"][3].pop("registered_on"))
    if registered:
        caller.line.change_world(lambda world: world["customers"][3].update(registered_on=registered))
    caller.calls().picks(*OFFERS).picks(*MINE).proves(OMAR)
    if new is None:
        caller.is_told("查不到您的注册日期", "cannot see when you registered").is_told("一个活动", "one item")
    else:
        caller.is_told("新用户" if new else "老用户", "a new user" if new else "an existing user")


@requirement("R77")
@pytest.mark.parametrize("dialled, person", [(LINFU, SUN), (HAIYUN, LIN)], ids=["frozen", "active"])
def test_without_offers_that_is_said_plainly(caller, dialled, person):
    """To anybody and to a customer; another wallet's are not told."""
    only(caller, offer("over", ends="2026-11-22T23:59:59+08:00"), offer("later", starts="2026-11-24T00:00:00+08:00"))
    caller.calls(dialled).picks(*OFFERS).picks(*CURRENT).is_told("没有优惠活动", "no offers right now")
    caller.calls(dialled).picks(*OFFERS).picks(*MINE).proves(person).is_told("没有优惠活动", "no offers right now")


@requirement("R82")
def test_the_official_channels_are_told(caller):
    """Website, social media and app of this wallet."""
    caller.calls().picks(*OFFERS).picks("官方渠道", "channels")
    caller.is_told("海云钱包官方公众号", "the official Haiyun account").is_told("官方网站", "official Haiyun website")


@requirement("R84")
def test_progress_says_what_is_missing_to_the_target(caller):
    """Points first; then so far, missing, the last day, and what it gives."""
    rewards(caller).is_told("八百六十分", "eight hundred sixty points").is_told(*CASH_BACK)
    caller.is_told(
        "已经累计五十七元九角，还差两百四十二元一角",
        "fifty-seven point nine yuan, and two hundred forty-two point one yuan is missing",
    )
    caller.is_told("十一月三十日", "November thirtieth").is_told(*BACK)
    caller.picks(*AGAIN).is_told(*CASH_BACK).picks(*ON).is_told("都说完了", "That was everything")
    caller.picks("暂时够了", "that is enough").is_told("问题解决了吗", "solve your problem")
    assert caller.line.get("cases") == []


@requirement("R84")
@pytest.mark.parametrize(
    "fields, zh, en",
    [
        ({"credit_due": "2026-11-25"}, "奖励最晚十一月二十五日到账", "comes by November twenty-fifth"),
        ({"credit_due": "2026-11-23"}, "奖励最晚今天十一月二十三日到账", "comes by today, November twenty-third"),
        (
            {"credited_at": "2026-11-12T23:30:00+08:00", "credit_due": "2026-11-11"},
            "十一月十二日已经到账",
            "on November twelfth",
        ),
        ({"credit_due": None}, "查不到预计日期", "I see no date"),
        ({"completed_at": None}, "已经达到目标", "You reached the target"),
    ],
    ids=["due", "due today", "credited", "no date", "not marked as completed"],
)
def test_when_a_reward_comes_is_told_by_its_date(caller, fields, zh, en):
    """The promised day itself is still in time; nobody owes a case."""
    progress(caller, **fields).is_told(zh, en)
    assert caller.line.get("cases") == []


@requirement("R84")
def test_a_reward_that_came_is_not_told_as_one_still_to_be_had(caller):
    """What it gave; of any other, what it gives."""
    progress(caller, credited_at="2026-11-12T23:30:00+08:00").is_told("到账的是", "It gave you")
    caller.is_not_told("可以得到", "It gives")


@requirement("R84", "R85")
def test_a_day_that_is_promised_for_a_target_not_reached_is_no_debt(caller):
    """The record has a day already; what is missing is told, and no case is opened."""
    progress(caller, progress=5790, completed_at=None, credit_due="2026-11-20").is_told("还差", "is missing")
    assert caller.line.get("cases") == []


@requirement("R84")
def test_a_reward_that_was_missed_is_told_as_over(caller):
    """Nobody is urged to go on with what has ended."""
    caller.line.change_world(lambda world: world["promotions"][1].update(ends="2026-11-20T23:59:59+08:00"))
    rewards(caller).is_told("十一月二十日已经结束", "ended on November twentieth").is_not_told(
        "还差", "yuan is missing"
    )


@requirement("R84", "R85", "R51", "R52")
def test_an_overdue_reward_becomes_a_case_unasked(caller):
    """A reference and a date; calling again gives the same one, and does not tell it as new."""
    progress(caller, credit_due="2026-11-22")
    for about in (("为您建了服务单", "I opened a case"), ("已经有服务单", "There already is a case")):
        caller.is_told("还没有到", "has not come").is_told("由我们来处理", "for us to settle")
        caller.is_told(*about).is_told("单号是", "reference").is_told("十一月二十五日", "November twenty-fifth")
        rewards(caller)
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["customer"], case["due"]) == ("reward", "M2", "K1", "2026-11-25")


@requirement("R85", "R52")
def test_a_case_of_a_reward_that_is_late_itself_is_owned_up_to(caller):
    """The same case, and no new promise of the old day."""
    progress(caller, credit_due="2026-11-22").hangs_up()
    caller.line.put("clock", {"now": "2026-11-26T10:00:00+08:00"})
    caller.calls().presses("*")
    rewards(caller).is_told("十一月二十五日", "November twenty-fifth").is_told("现在晚了", "it is late")
    caller.is_not_told("我们会在", "We will settle it")


@requirement("R85")
def test_a_missing_reward_is_raised_after_a_read_back_and_a_yes(caller):
    """Nothing typed ahead answers it, a no opens nothing, a yes opens one case."""
    rewards(caller).picks("没到账", "this reward is missing").is_told(*CASH_BACK).is_told("建服务单吗", "open a case")
    caller.picks("不是", "no").is_told("没有建服务单", "No case was opened")
    assert caller.line.get("cases") == []
    rewards(caller).picks("没到账", "this reward is missing").picks("是的", "yes").is_told("单号是", "its reference")
    assert [(case["kind"], case["about"]) for case in caller.line.get("cases")] == [("reward", "M2")]


@requirement("R85")
def test_a_reward_that_the_wallet_does_not_know_of_can_be_raised(caller):
    """Dana has nothing that counts: told plainly, and a case all the same."""
    caller.calls().picks(*OFFERS).picks(*REWARDS).proves(DANA).is_told("没有正在累计", "No offer is counting")
    caller.picks("还有奖励没到账", "another reward is missing").picks("是的", "yes").is_told("单号是", "its reference")
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["customer"]) == ("reward", caller.sid, "K2")


@requirement("R85")
def test_who_hangs_up_before_the_yes_raised_nothing(caller):
    """A question is no answer."""
    rewards(caller).picks("没到账", "this reward is missing").hangs_up()
    assert caller.line.get("cases") == []


@requirement("R77", "R84")
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@pytest.mark.parametrize("topic", [CURRENT, MINE, REWARDS], ids=["current", "mine", "rewards"])
def test_a_wallet_that_does_not_answer_has_no_offers_and_a_person(caller, mode, topic):
    """Nothing is told as if it had answered; in particular not that there are none."""
    caller.calls().picks(*OFFERS)
    if topic == CURRENT:
        caller.line.put("wallet", {"mode": mode})
        caller.picks(*topic)
    else:
        caller.picks(*topic).enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
        caller.line.put("wallet", {"mode": mode})
        caller.enters(DANA.pin)
    caller.is_not_told("没有优惠活动", "no offers right now").is_told("查不到记录", "cannot see the records")
    assert caller.talking_to and caller.line.get("cases") == []
