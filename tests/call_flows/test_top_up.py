"""Top-up problems, from the first key to the case."""

from __future__ import annotations

import json

import pytest

from tests.call_flows.line import DANA, LIN, LINFU, OMAR, Caller, Described, Person, demo_world

requirement = pytest.mark.requirement
UNKNOWN = ("银行还没有确认", "hasn't confirmed this yet")
WILL, LATE = ("我们会在", "We will settle it"), ("现在晚了", "it is late")


def reports(
    caller: Caller, amount: str, date: str = "", *, channel: tuple[str, str] = ("银行卡", "bank card")
) -> Described:
    """From the main menu to the proof; after it the caller describes the top-up."""

    def describe(caller: Caller) -> Caller:
        caller.picks("不清楚", "unsure").picks(*channel).enters(amount + "#").presses("1")
        if date:
            return caller.picks("其他日期", "another day").enters(date).presses("1")
        return caller.picks("今天", "today")

    caller.picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    return Described(caller, describe)


def add_top_up(caller: Caller, **fields: object) -> None:
    """One more top-up of Lin's in the world."""
    record = {
        "id": "T1",
        "customer": "K1",
        "amount": 12300,
        "channel": "card",
        "at": "2026-11-22T09:00:00+08:00",
        "status": "failed",
        "code": "51",
    }
    caller.line.change_world(lambda world: world["top_ups"].append({**record, **fields}))


@requirement("R40", "R42", "R44", "R45", "R46", "R47", "R48", "R49", "R50", "R19", "R31", "R32")
def test_an_expired_card_is_named_and_a_way_on_is_given(caller):
    """Step, channel, amount and day lead to the record; the cause is told in plain words."""
    reports(caller.calls(), "300", "1120").proves(LIN)
    caller.is_told("充值三百元", "top-up of three hundred yuan")
    caller.is_told("十一月二十日晚上八点十五分", "November twentieth at eight fifteen P M")
    caller.is_told("银行卡已经过期", "card has expired")
    caller.is_told("检查银行账户", "check your bank account")
    caller.is_told("银行转账充值", "by bank transfer")
    caller.does_not_hear("54").is_told("问题解决了吗", "solve your problem")


@requirement("R56", "R51", "R52")
def test_money_that_left_the_bank_is_neither_success_nor_failure(caller):
    """Unknown is told honestly: do not pay again, a case, a reference twice, and a date."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    caller.is_told(*UNKNOWN).is_told("先不要再充", "don't top up again").is_told("原路退回", "will be returned")
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["customer"]) == ("unknown", "U2", "K1")
    assert case["due"] == "2026-11-24"
    caller.is_told("十一月二十四日", "November twenty-fourth")
    assert caller.report()["outcome"] == "case"


@requirement("R54", "R53")
def test_a_broken_limit_is_told_with_its_figure(caller):
    """Over the single limit: the figure, and what to do."""
    reports(caller.calls(), "2500", "1121").proves(DANA)
    caller.is_told("超过了钱包的充值限额", "over the top-up limit").is_told("单笔最多两千元", "up to two thousand yuan")


USED = [
    (
        "daily",
        "2026-11-22T08:00:00+08:00",
        400000,
        "当天限额五千元。当时已用四千元，还剩一千元",
        "five thousand yuan. Used by then four thousand yuan, and one thousand yuan was left",
    ),
    (
        "monthly",
        "2026-11-02T08:00:00+08:00",
        1900000,
        "当月限额两万元。当时已用一万九千元，还剩一千元",
        "twenty thousand yuan. Used by then nineteen thousand yuan, and one thousand yuan was left",
    ),
    (
        "annual",
        "2026-01-01T00:00:00+08:00",
        9900000,
        "当年限额十万元。当时已用九万九千元，还剩一千元",
        "one hundred thousand yuan. Used by then ninety-nine thousand yuan, and one thousand yuan was left",
    ),
]


@requirement("R54", "R53")
@pytest.mark.parametrize("period, at, used, zh, en", USED, ids=[one[0] for one in USED])
def test_a_limit_of_a_period_is_told_with_what_was_used_and_left_then(caller, period, at, used, zh, en):
    """As it stood when the top-up was tried, and what came later does not count."""
    one = {"customer": "K1", "channel": "card"}
    done = {**one, "status": "succeeded", "code": None}

    def change(world):
        world["top_ups"] += [{**done, "id": "T1", "amount": used, "at": at}]
        world["top_ups"] += [{**done, "id": "T2", "amount": 5000, "at": "2026-11-22T20:00:00+08:00"}]
        refused = {"id": "T3", "amount": 150000, "at": "2026-11-22T12:00:00+08:00", "status": "failed"}
        world["top_ups"] += [{**one, **refused, "code": "TOTAL_FEE_EXCEED"}]

    caller.line.change_world(change)
    reports(caller.calls(), "1500", "1122").proves(LIN).is_told(zh, en)


STEPS = [
    ("页面打不开", "nothing opened"),
    ("验证没通过", "verification failed"),
    ("银行拒绝", "If declined"),
    ("扣款没到账", "charged anyway"),
    ("不清楚", "unsure"),
]


@requirement("R44", "R48", "R56")
@pytest.mark.parametrize("step", STEPS, ids=[one[1] for one in STEPS])
def test_every_step_ends_in_the_look_up_and_the_record_wins(caller, step):
    """Whatever the caller thinks: the bank has the money, so nobody knows yet."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(LIN)
    caller.means_another().picks(*step).picks("其他渠道", "another channel").enters("800#").presses("1")
    caller.picks("其他日期", "another day").enters("1121").presses("1").is_told(*UNKNOWN)
    assert caller.report()["summary"]["entered"]["top-up-step"] in ("page", "rejected", "declined", "debited", "unsure")


@requirement("R47", "R48")
@pytest.mark.parametrize("day, at", [(("今天", "today"), "2026-11-23"), (("昨天", "yesterday"), "2026-11-22")])
def test_today_and_yesterday_are_those_of_the_wallet(caller, day, at):
    """Two minutes before midnight at home."""
    add_top_up(caller, at=f"{at}T21:30:00+08:00", status="pending", code="SYSTEMERROR", bank_debited=True)
    caller.line.put("clock", {"now": "2026-11-23T23:58:00+08:00"})
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(LIN)
    caller.means_another().picks("不清楚", "unsure").picks("银行卡", "bank card").enters("123#").presses("1")
    caller.picks(*day).is_told("充值一百二十三元", "A top-up of one hundred").is_told(*UNKNOWN)


@requirement("R41", "R48")
def test_a_top_up_that_never_arrived_is_told_as_such(caller):
    """No record: nothing was received, nothing charged as far as we see, and a better signal helps."""
    reports(caller.calls(), "77").proves(LIN)
    caller.is_told("没有收到这笔充值", "did not receive this top-up").is_told("信号好", "signal is good")
    assert caller.line.get("cases") == []


@requirement("R48")
def test_of_several_matches_the_caller_picks_one(caller):
    """Two of the same amount on one day: both are offered with their times, and the chosen one is explained."""
    add_top_up(caller, id="T1", at="2026-11-22T09:00:00+08:00", code="51")
    both = {"id": "T2", "at": "2026-11-22T18:30:00+08:00", "code": "91"}
    world = json.loads(demo_world())
    first = {"customer": "K1", "amount": 12300, "channel": "card", "status": "failed"}
    world["top_ups"] += [{**first, "id": "T1", "at": "2026-11-22T09:00:00+08:00", "code": "51"}, {**first, **both}]
    caller.line.put("world", world)
    reports(caller.calls(), "123", "1122").proves(LIN)
    caller.is_told("上午九点", "nine A M").is_told("下午六点三十分", "six thirty P M")
    caller.picks("下午六点", "thirty").is_told("发卡银行的系统", "system of your bank")


@requirement("R48")
def test_two_top_ups_of_one_minute_are_counted(caller):
    """No label twice: the earliest is the first."""
    world = json.loads(demo_world())
    one = {"customer": "K1", "amount": 12300, "channel": "card", "status": "failed", "code": "51"}
    later = {"id": "T2", "at": "2026-11-22T09:00:30+08:00", "code": "91"}
    world["top_ups"] += [{**one, "id": "T1", "at": "2026-11-22T09:00:00+08:00"}, {**one, **later}]
    caller.line.put("world", world)
    reports(caller.calls(), "123", "1122").proves(LIN)
    caller.is_told("第一笔，请按一", "For the first, press 1").picks("第二笔", "the second")
    caller.is_told("发卡银行的系统", "system of your bank").presses("0")
    assert ("银行系统" if caller.lang == "zh" else "bank system down") in caller.whispers[0]


FAILURES = [
    ("51", "余额不够", "balance is not enough"),
    ("61", "银行自己的限额", "limit of your bank"),
    ("14", "信息对不上", "details do not match"),
    ("54", "已经过期", "has expired"),
    ("55", "银行的验证没有通过", "verification of your bank did not pass"),
    ("57", "没有开通这种支付", "not enabled this kind of payment"),
    ("05", "没有说明原因", "gave no reason"),
    ("91", "系统当时不可用", "was not available"),
    ("94", "之前已经成功", "had already succeeded"),
    ("68", *UNKNOWN),
    ("ORDER_IS_CLOSED", "已经关闭", "was closed"),
    ("NEVER_HEARD_OF", "没有说明原因", "gave no reason"),
]


@requirement("R42", "R43", "R49", "R50", "R56")
@pytest.mark.parametrize("code, zh, en", FAILURES)
def test_every_failure_class_has_its_own_advice_and_no_code_is_spoken(caller, code, zh, en):
    """The raw code is for the agent's eyes."""
    add_top_up(caller, code=code)
    reports(caller.calls(), "123", "1122").proves(LIN)
    caller.is_told(zh, en).does_not_hear(code)


@pytest.mark.parametrize("code", ["43", "USER_KYC_NOT_QUALIFIED"])
@requirement("R5", "R24", "R38")
def test_what_needs_a_person_goes_to_one_in_neutral_words(caller, code):
    """Neither "stolen" nor "fraud" is said aloud; the agent knows the reason."""
    add_top_up(caller, code=code)
    reports(caller.calls(), "123", "1122").proves(LIN)
    assert caller.talking_to
    caller.does_not_hear("盗", "stolen", "fraud", code)
    caller.waits()
    assert caller.report()["outcome"] == "transferred"


@requirement("R53")
def test_limits_are_told_with_used_remaining_and_reset(caller):
    """Single, daily, monthly, annual; what counts is what succeeded."""
    add_top_up(caller, amount=100000, at="2026-11-23T08:00:00+08:00", status="succeeded", code=None)
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits").proves(LIN)
    caller.is_told("单笔最多两千元", "up to two thousand yuan")
    caller.is_told("今天已用一千元，还剩四千元", "Used today one thousand yuan, and four thousand yuan is left")
    caller.is_told("每月限额两万元", "monthly limit is twenty thousand yuan")
    caller.is_told("每年限额十万元", "annual limit is one hundred thousand yuan")
    caller.is_told("零点更新", "begins anew at midnight")


@requirement("R55")
def test_ways_to_top_up_are_told_to_anybody(caller):
    """Fee, arrival and limit of each, without verification."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值方式", "methods")
    caller.is_told("不收手续费", "without a fee").is_told("五万元", "fifty thousand yuan")
    assert caller.report()["level"] == "L0"


@requirement("R18", "R23")
def test_the_task_says_what_it_needs_and_gives_time_to_find_it(caller):
    """What to have ready is said first; whoever has to look is given thirty seconds, and then the question again."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(OMAR)
    caller.is_told("渠道、金额和日期", "channel, amount and day")
    caller.picks("不清楚", "unsure").picks("银行卡", "bank card")
    caller.is_told("充值金额", "amount in yuan").waits().is_told("请慢慢来", "Take your time")
    assert 'timeout="30"' in caller.documents[-1]
    caller.waits().is_told("充值金额", "amount in yuan")
    caller.enters("300#").is_told("三百元", "three hundred yuan")


@requirement("R46")
def test_an_amount_has_a_decimal_point_and_is_read_back(caller):
    """`68*50` is sixty-eight yuan and a half; no is asked again, nonsense is not taken."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(OMAR)
    caller.picks("不清楚", "unsure").picks("银行卡", "bank card")
    caller.enters("68*50#").is_told("六十八元五角", "sixty-eight point five yuan").picks("不是", "no")
    caller.enters("0*00#").is_told("再试一次", "try again")
    caller.enters("12*345#").is_told("逐位", "one by one")
    caller.enters("20#").is_told("二十元", "twenty yuan")


@requirement("R21", "R24", "R25")
def test_all_that_was_entered_reaches_the_agent(caller):
    """Step, channel, amount and day are in the summary; nobody asks twice."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    caller.picks("不用补充", "skip it").picks("不是", "no").picks("请人工帮忙", "help from a person")
    entered = caller.report()["summary"]["entered"]
    assert entered["top-up-step"] == "unsure" and entered["top-up-channel"] == "card"
    assert entered["top-up-amount"] == 80000 and entered["top-up-date"] == "2026-11-21"
    assert "八百元" in caller.whispers[0] or "eight hundred yuan" in caller.whispers[0]


@requirement("R40")
def test_the_same_keys_on_another_wallet_give_its_own_figures(caller):
    """The line dialled chooses the wallet; its customers are its own."""
    caller.calls(LINFU).picks("充值与支付问题", "top-up and payment").picks("充值方式", "methods")
    caller.is_told("单笔最多五百元", "up to five hundred yuan")
    caller.calls(LINFU).picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    caller.enters(LIN.number + "#").enters(LIN.tail).picks("短信验证码", "code by text")
    caller.enters("123456").is_told("信息没有对上", "did not match")


@requirement("R48")
def test_of_many_equal_top_ups_the_one_that_failed_is_offered(caller):
    """Four that succeeded later do not hide it."""
    failed = {"id": "T0", "customer": "K1", "amount": 12300, "channel": "card", "status": "failed", "code": "51"}
    tried = [failed | {"at": "2026-11-22T07:00:00+08:00"}]
    for hour in ("09", "11", "13", "15"):
        tried.append(
            failed | {"id": f"T{hour}", "status": "succeeded", "code": None, "at": f"2026-11-22T{hour}:00:00+08:00"}
        )
    caller.line.change_world(lambda world: world["top_ups"].extend(tried))
    reports(caller.calls(), "123", "1122").proves(LIN)
    caller.picks("早上七点", "seven A M").is_told("余额不够", "balance is not enough")


LEFT_NOW = [
    (0, "今天已用零元，还剩五千元", "Used today zero yuan, and five thousand yuan is left", True),
    (400000, "今天已用四千元，还剩一千元", "Used today four thousand yuan, and one thousand yuan is left", True),
    (500000, "今天已用五千元，还剩零元", "Used today five thousand yuan, and zero yuan is left", False),
]


@requirement("R54", "R53")
@pytest.mark.parametrize("used, zh, en, split", LEFT_NOW, ids=["nothing used", "some used", "all used"])
def test_over_the_limit_for_one_top_up_what_is_left_and_when_it_begins_anew_is_told(caller, used, zh, en, split):
    """Of the limit that leaves the least; to split it is advised while something is left."""
    one = {"customer": "K2", "channel": "card", "code": None, "status": "succeeded", "at": "2026-11-23T08:00:00+08:00"}
    caller.line.change_world(lambda world: world["top_ups"].append({**one, "id": "T1", "amount": used}))
    reports(caller.calls(), "2500", "1121").proves(DANA).is_told("单笔最多两千元", "up to two thousand yuan")
    caller.is_told(zh, en).is_told("零点更新", "begins anew at midnight")
    if split:
        caller.is_told("分几次充", "split it")
    else:
        caller.is_not_told("分几次充", "split it")


@requirement("R54", "R53")
def test_a_monthly_limit_that_was_broken_is_told_as_it_stands_now(caller):
    """Refused on the twelfth; more was used since; and it begins anew on the first."""
    one = {"customer": "K1", "channel": "card", "code": None, "status": "succeeded"}
    more = [
        {**one, "id": "T1", "amount": 1900000, "at": "2026-11-02T08:00:00+08:00"},
        {
            **one,
            "id": "T2",
            "amount": 150000,
            "at": "2026-11-12T12:00:00+08:00",
            "status": "failed",
            "code": "MONEY_LIMIT",
        },
        {**one, "id": "T3", "amount": 60000, "at": "2026-11-14T08:00:00+08:00"},
    ]
    caller.line.change_world(lambda world: world["top_ups"].extend(more))
    reports(caller.calls(), "1500", "1112").proves(LIN).is_told("当时已用一万九千元", "Used by then nineteen thousand")
    caller.is_told("本月已用一万九千六百元，还剩四百元", "and four hundred yuan is left")
    caller.is_told("十二月一日更新", "begins anew on December first")


@requirement("R50", "R42")
@pytest.mark.parametrize("code", ["51", "61", "14", "54", "57", "05"])
def test_after_a_declined_card_the_other_one_is_named(caller, code):
    """By bank and tail; a card that was not declined is not, nor one of which nobody knows."""
    add_top_up(caller, code=code, card_tail="2215", bank_debited=False)
    reports(caller.calls(), "123", "1122").proves(LIN).is_told("招商银行尾号八八零六", "ending in eight eight zero six")
    caller.is_not_told("二二幺五", "two two one five")
    add_top_up(caller, code=code, card_tail="8806", bank_debited=False)
    reports(caller.calls(), "123", "1122").proves(LIN).is_told("建设银行尾号", "your card of China Construction Bank")
    add_top_up(caller, code=code, card_tail=None)
    reports(caller.calls(), "123", "1122").proves(LIN).is_not_told("您也可以用招商", "your card of")


@requirement("R50")
@pytest.mark.parametrize("code", ["91", "55", "ORDER_IS_CLOSED"])
def test_another_card_is_not_named_where_the_card_was_not_the_cause(caller, code):
    """The bank's system, a step, or the time."""
    add_top_up(caller, code=code, card_tail="2215")
    reports(caller.calls(), "123", "1122").proves(LIN).is_not_told("您也可以用", "your card of")


def asks_why(caller: Caller, person: Person) -> Caller:
    """From the main menu to what the line says after verification."""
    caller.picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    return caller.is_not_told("元", "yuan").proves(person)


ABOUT_THIS = ("您要问的是这一笔吗", "Is this about that one")


@requirement("R48", "R56", "R31")
def test_a_pending_top_up_is_told_before_anything_is_keyed(caller):
    """Eight inputs from the greeting to the answer: language, two menus, number, tail, factor, proof, and a yes."""
    only = {"id": "T1", "customer": "K1", "amount": 80000, "channel": "card", "status": "pending", "code": "68"}
    caller.line.change_world(lambda world: world.update(top_ups=[only | {"at": "2026-11-21T09:40:00+08:00"}]))
    asks_why(caller.calls(), LIN).is_told("充值八百元，银行还没有确认", "eight hundred yuan")
    caller.is_told("十一月二十一日", "November twenty-first").is_told(*ABOUT_THIS)
    assert caller.line.get("cases") == []
    caller.picks("是的", "yes").is_told(*UNKNOWN)
    assert [case["about"] for case in caller.line.get("cases")] == ["T1"]


@requirement("R48", "R49")
@pytest.mark.parametrize("shows", [True, False], ids=["debited", "not debited"])
def test_of_a_failed_one_the_reason_comes_first_and_then_whether_the_bank_shows_a_debit(caller, shows):
    """A debit becomes a case with a date; without one the way on is told."""
    failed = {"id": "T1", "customer": "K1", "amount": 30000, "channel": "card", "status": "failed", "code": "51"}
    caller.line.change_world(lambda world: world.update(top_ups=[failed | {"at": "2026-11-21T09:40:00+08:00"}]))
    asks_why(caller.calls(), LIN).is_told("没有成功", "didn't go through").picks("是的", "yes")
    caller.is_told("余额不够", "balance is not enough").is_told("银行那边显示扣款", "your bank show a charge")
    caller.picks(*(("是的", "yes") if shows else ("不是", "no")))
    if shows:
        caller.is_told("由我们来查", "we will look into it").is_told("十一月二十四日", "November twenty-fourth")
        (case,) = caller.line.get("cases")
        assert (case["kind"], case["about"], case["due"]) == ("charged", "T1", "2026-11-24")
    else:
        caller.is_told("换一张卡", "another card").is_told("问题解决了吗", "solve your problem")
        assert caller.line.get("cases") == []


@requirement("R48")
def test_the_last_three_that_did_not_succeed_are_offered_newest_first(caller):
    """None that is older than two weeks, none that succeeded; after three noes the questions come."""
    one = {"customer": "K1", "channel": "card", "status": "failed", "code": "51"}
    days = ("08", "18", "19", "20", "21")
    tried = [{**one, "id": f"T{day}", "amount": int(day) * 100, "at": f"2026-11-{day}T09:00:00+08:00"} for day in days]
    tried.append({**one, "id": "T22", "amount": 2200, "at": "2026-11-22T09:00:00+08:00", "status": "succeeded"})
    caller.line.change_world(lambda world: world.update(top_ups=tried))
    asks_why(caller.calls(), LIN)
    for zh, en in (("二十一元", "twenty-one yuan"), ("二十元", "twenty yuan"), ("十九元", "nineteen yuan")):
        caller.is_told(zh, en).is_told(*ABOUT_THIS).picks("不是", "no")
    caller.is_not_told(*ABOUT_THIS).is_told("渠道、金额和日期", "channel, amount and day")


@requirement("R48")
def test_what_is_older_than_two_weeks_is_asked_for(caller):
    """It is found by its amount and day as before."""
    failed = {"id": "T1", "customer": "K1", "amount": 30000, "channel": "card", "status": "failed", "code": "54"}
    caller.line.change_world(lambda world: world.update(top_ups=[failed | {"at": "2026-11-08T09:40:00+08:00"}]))
    asks_why(caller.calls(), LIN).is_not_told(*ABOUT_THIS)
    again = Caller(caller.line, caller.lang).calls(from_="+8613900000002")
    reports(again, "300", "1108").proves(LIN).is_told("已经过期", "has expired")


@requirement("R56")
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_a_wallet_that_does_not_answer_is_neither_success_nor_failure(caller, mode):
    """After the proof: do not pay again yet, and a person."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    caller.enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    caller.line.put("wallet", {"mode": mode})
    caller.enters(DANA.pin).is_told("不代表失败", "neither success nor failure")
    assert caller.talking_to and caller.line.get("cases") == []


@requirement("R48")
def test_without_a_record_the_questions_come_at_once(caller):
    """Nothing is offered, and nothing is said of records."""
    asks_why(caller.calls(), OMAR).is_not_told(*ABOUT_THIS).is_not_told("没有收到", "did not receive")
    caller.is_told("渠道、金额和日期", "channel, amount and day").is_told("停在哪一步", "Which step failed")


@requirement("R31", "R48")
def test_no_record_is_named_while_the_proof_is_open(caller):
    """At none of its steps, nor after a PIN that was wrong."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    for keyed in (DANA.number + "#", DANA.tail, "2", "000000"):
        caller.enters(keyed).does_not_hear("元", "yuan", *ABOUT_THIS)
    caller.is_told("没有对上", "did not match")


@requirement("R48")
@pytest.mark.parametrize("at, is_offered", [("09T00:00:00", True), ("08T23:59:59", False)])
def test_two_weeks_begin_at_midnight_of_the_wallets_day(caller, at, is_offered):
    """The fourteenth day before today is offered whole."""
    failed = {"id": "T1", "customer": "K1", "amount": 30000, "channel": "card", "status": "failed", "code": "54"}
    caller.line.change_world(lambda world: world.update(top_ups=[failed | {"at": f"2026-11-{at}+08:00"}]))
    asks_why(caller.calls(), LIN)
    caller.is_told(*ABOUT_THIS) if is_offered else caller.is_not_told(*ABOUT_THIS)


SETTLED = [
    ({"code": "51", "bank_debited": False}, "余额不够", "balance is not enough"),
    ({"code": "96", "bank_debited": False}, "我们系统的问题", "fault of our own system"),
    ({"status": "pending", "code": "68"}, *UNKNOWN),
    ({"code": "51", "bank_debited": True}, *UNKNOWN),
    ({"code": "RISK_REJECT"}, "需要人工核实", "needs a person to check"),
]


@requirement("R49", "R56", "R5")
@pytest.mark.parametrize("record, zh, en", SETTLED, ids=["no debit", "ours", "pending", "debited", "for a person"])
def test_a_debit_is_not_asked_about_where_the_answer_decides_nothing(caller, record, zh, en):
    """The record settles it, a case is owed anyway, or a person takes over."""
    one = {"id": "T1", "customer": "K1", "amount": 30000, "channel": "card", "status": "failed"}
    caller.line.change_world(lambda world: world.update(top_ups=[one | {"at": "2026-11-21T09:40:00+08:00"} | record]))
    asks_why(caller.calls(), LIN).picks("是的", "yes").is_told(zh, en)
    caller.is_not_told("显示扣款了吗", "your bank show a charge")
