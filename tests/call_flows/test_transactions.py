"""Looking transactions up: records one by one, a search, what was spent, the rules of each wallet."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ivr.wallet import records
from tests.call_flows.line import DANA, HAIYUN, LIN, LINFU, OMAR, SUN, Caller, Person
from tests.call_flows.transactions import BY_AMOUNT, BY_DAY, BY_PAYEE, LATEST, ZHOU, opens

requirement = pytest.mark.requirement
PRIYA = Person("12025550156", "770924", "905137")
NEWEST = ("十一月二十日，付给城市公交十二元", "November twentieth, a payment of twelve yuan to City Bus")
OLDER = ("十一月十九日，付给晨光书店四十五元九角", "to Morning Light Books")
NONE = ("没有找到这样的交易", "found no such transaction")
PERIODS = ("最近七天", "seven days"), ("这个月", "This month"), ("上个月", "Last month")


def looks(caller: Caller, person: Person, by: tuple[str, str], line: str = HAIYUN) -> Caller:
    """From the dial tone through verification to a way of looking."""
    return opens(caller, line).picks("交易记录", "records").proves(person).picks(*by)


def pays(caller: Caller, *at: str, fen: int = 7700) -> None:
    """More payments of Lin's."""
    one = {
        "customer": "K1",
        "amount": fen,
        "payee": {"zh": "晨光书店", "en": "Morning Light Books"},
        "status": "succeeded",
    }
    more = [{**one, "id": f"Z{place}", "at": f"{moment}:00+08:00"} for place, moment in enumerate(at)]
    caller.line.change_world(lambda world: world["payments"].extend(more))


@requirement("R59", "R67")
def test_the_newest_comes_first_and_keys_lead_on_and_back(caller):
    """Top-ups and payments together; at either end a word, and the same record again."""
    looks(caller, LIN, LATEST).is_told("充值八百元", "top-up of eight hundred yuan").is_told(
        "还在确认", "still being confirmed"
    )
    caller.picks("上一笔", "previous").is_told("最近的一笔", "latest one already")
    caller.picks("下一笔", "next one").is_told("充值三百元", "top-up of three hundred").is_told(
        "没有成功", "did not succeed"
    )
    caller.picks("下一笔", "next one").is_told(*NEWEST)
    caller.picks("下一笔", "next one").is_told(*OLDER)
    caller.picks("下一笔", "next one").is_told("后面没有了", "no more").is_told(*OLDER)
    caller.picks("上一笔", "previous").is_told(*NEWEST)


@requirement("R59")
def test_details_tell_the_very_moment_and_how_it_stands(caller):
    """Never the raw code."""
    looks(caller, LIN, LATEST).picks("下一笔", "next one").picks("详情", "details")
    caller.is_told("晚上八点十五分", "eight fifteen P M").is_told("不会向您收钱", "not charged").does_not_hear("54")


@requirement("R59")
@pytest.mark.parametrize("code", ["54", "SYSTEMERROR", None])
def test_what_the_bank_took_without_success_is_not_told_as_failed(caller, code):
    """Nobody knows yet, whatever the record calls it: in the list, in the details, and where it is to be disputed."""
    caller.line.change_world(lambda world: world["payments"][0].update(status="failed", code=code, bank_debited=True))
    looks(caller, LIN, BY_AMOUNT).enters("45*90#").presses("1").is_told("还在确认", "still being confirmed")
    caller.picks("详情", "details").is_told("不要重复付款", "do not pay again").is_not_told(
        "不会向您收钱", "not charged"
    )
    caller.picks("反映这笔", "report this one").is_told("还在确认", "still being confirmed").is_not_told(
        "没有成功", "did not succeed"
    )


@requirement("R59", "R6")
def test_who_has_heard_enough_is_asked_whether_it_helped(caller):
    """And a person is one key away."""
    looks(caller, LIN, LATEST).picks("不再听", "stop here").is_told("问题解决了吗", "solve your problem")


@requirement("R67", "R31", "R38")
@pytest.mark.parametrize("topic", [("交易记录", "records"), ("消费情况", "spending")])
def test_nothing_of_an_account_is_told_without_proof(caller, topic):
    """Verification comes before the first record and before the first figure."""
    opens(caller).picks(*topic).is_told("核实身份", "check who is calling")
    caller.enters("19911112222#").enters("123456").picks("电话服务密码", "phone PIN").enters("111111")
    caller.is_told("没有对上", "did not match").does_not_hear("付给", "a payment of", "最近七天", "seven days")
    assert caller.report()["level"] == "L0"


def test_without_transactions_it_is_told_and_another_way_is_open(caller):
    """An empty account is no fault."""
    looks(caller, OMAR, LATEST).is_told("没有交易", "no transactions").is_told("怎么查", "How do I look")
    caller.picks(*BY_PAYEE).is_told("没有付过款", "no payments").is_told("怎么查", "How do I look")
    assert not caller.talking_to


@requirement("R63", "R66")
def test_a_day_finds_the_payment_of_that_day(caller):
    """`#` leaves the time open."""
    looks(caller, LIN, BY_DAY).picks("其他日期", "another day").enters("1119").presses("1").enters("#")
    caller.is_told(*OLDER)


@requirement("R63", "R66")
def test_the_time_narrows_two_of_one_day(caller):
    """Within the hour two remain, and the one of the morning is left out."""
    pays(caller, "2026-11-22T09:00", "2026-11-22T18:00", "2026-11-22T18:01")
    looks(caller, LIN, BY_DAY).picks("昨天", "yesterday").enters("1810#")
    caller.is_told("几点的那笔", "what time").is_told("下午六点零一分", "six oh one P M").is_not_told(
        "上午九点", "nine A M"
    )


@requirement("R63")
def test_today_stays_the_day_that_was_meant_when_midnight_passes(caller):
    """Between the day and the time."""
    pays(caller, "2026-11-23T21:30")
    caller.line.put("clock", {"now": "2026-11-23T23:59:00+08:00"})
    looks(caller, LIN, BY_DAY).picks("今天", "today")
    caller.line.put("clock", {"now": "2026-11-24T00:00:00+08:00"})
    caller.enters("#").is_told("付给晨光书店七十七元", "a payment of seventy-seven yuan to Morning Light Books")


@requirement("R64", "R66")
def test_an_amount_finds_its_payment(caller):
    """To the fen."""
    looks(caller, LIN, BY_AMOUNT).enters("45*90#").presses("1").is_told(*OLDER)


@requirement("R65", "R66")
def test_a_payee_is_picked_from_those_who_were_paid(caller):
    """Names cannot be keyed: they are offered."""
    looks(caller, LIN, BY_PAYEE).is_told("城市公交", "City Bus").picks("晨光书店", "Morning Light").is_told(*OLDER)


@requirement("R66")
def test_of_several_the_caller_picks_one_by_key(caller):
    """Two coffees, a minute apart."""
    looks(caller, ZHOU, BY_PAYEE).picks("望山咖啡", "Hillview Coffee").is_told("几点的那笔", "what time")
    caller.picks("八点二十分", "eight twenty A M").picks("详情", "details").is_told("八点二十分", "eight twenty A M")


@requirement("R66")
def test_several_days_are_picked_by_day_and_then_by_time(caller):
    """Two of one day and one of another: no two keys have the same label."""
    pays(caller, "2026-11-21T09:00", "2026-11-22T10:00", "2026-11-22T18:00")
    looks(caller, LIN, BY_AMOUNT).enters("77#").presses("1").is_told("是哪一天", "which day")
    assert len({option.label for option in caller.options if option.key in "1234567"}) == 2
    caller.picks("二十二日", "twenty-second").is_told("几点的那笔", "what time")
    caller.picks("上午十点", "ten A M").picks("详情", "details").is_told("上午十点", "ten A M")


@requirement("R66")
def test_what_happened_in_one_minute_is_told_apart_by_payee_and_amount(caller):
    """And what cannot be told apart is read, the newest first."""
    world = {"customer": "K1", "status": "succeeded", "at": "2026-11-22T09:00:30+08:00"}
    bus = {"zh": "城市公交", "en": "City Bus"}

    def more(document):
        document["payments"] += [
            {**world, "id": "Q1", "amount": 7700, "payee": bus},
            {**world, "id": "Q2", "amount": 500, "payee": bus},
        ]
        document["payments"] += [
            {**world, "id": f"Q{place}", "amount": 7700, "payee": {"zh": "晨光书店", "en": "Morning Light Books"}}
            for place in (3, 4)
        ]

    caller.line.change_world(more)
    looks(caller, LIN, BY_DAY).picks("昨天", "yesterday").enters("#").is_told("付给谁", "Who was paid")
    caller.picks("城市公交", "City Bus").picks("五元", "five yuan").is_told(
        "付给城市公交五元", "a payment of five yuan to City Bus"
    )


@requirement("R65", "R66")
def test_a_fifth_payee_is_one_key_further(caller):
    """Four at a time; after the last ones come the first again."""
    names = [
        (f"商店{zh}", f"shop {en}")
        for zh, en in zip("甲乙丙丁戊", ("one", "two", "three", "four", "five"), strict=True)
    ]

    def many(document):
        for place, (zh, en) in enumerate(names):
            one = {"id": f"S{place}", "customer": "K1", "amount": 100 + place, "payee": {"zh": zh, "en": en}}
            document["payments"].append(one | {"at": f"2026-11-22T09:0{9 - place}:00+08:00", "status": "succeeded"})

    caller.line.change_world(many)
    others = ("其他收款方", "For others")
    looks(caller, LIN, BY_PAYEE).is_not_told(*names[4]).picks(*others).picks(*others).is_told(*names[0])
    caller.picks(*others).picks(*names[4]).is_told("一元零四分", "one point zero four yuan")


@requirement("R66")
def test_of_many_the_latest_four_are_offered(caller):
    """And it is said that there are more."""
    pays(caller, *(f"2026-11-22T09:0{minute}" for minute in range(6)))
    looks(caller, LIN, BY_AMOUNT).enters("77#").presses("1").is_told("不止四笔", "More than four")
    caller.is_told("九点零五分", "nine oh five").is_not_told("九点零一分", "nine oh one")


@pytest.fixture
def busy(caller):
    """Lin has paid for the bus six hundred times since the books."""
    world = {"customer": "K1", "status": "succeeded", "amount": 200, "payee": {"zh": "城市公交", "en": "City Bus"}}
    begins = datetime.fromisoformat("2026-11-20T08:00:00+08:00")

    def many(document):
        times = [(begins + timedelta(minutes=place)).isoformat() for place in range(600)]
        document["payments"] += [world | {"id": f"B{place}", "at": at} for place, at in enumerate(times)]

    caller.line.change_world(many)
    return caller


@requirement("R64", "R66")
def test_an_old_payment_is_found_behind_very_many_newer_ones(busy):
    """Page after page."""
    looks(busy, LIN, BY_AMOUNT).enters("45*90#").presses("1").is_told(*OLDER)


@requirement("R64", "R66")
def test_how_far_was_searched_is_told_when_there_was_no_time_for_all(busy, monkeypatch):
    """Of a slow wallet only the first page was seen; the day finds the others."""
    monkeypatch.setattr(records, "A_PAGE", 60.0)
    looks(busy, LIN, BY_AMOUNT).enters("45*90#").presses("1").is_told(*NONE)
    busy.is_told("只查到十一月二十日为止", "only got back to November twentieth")
    busy.picks("放宽范围", "more widely").is_told("只查到十一月二十日为止", "only got back to November twentieth")


@requirement("R66")
def test_nothing_found_is_told_and_a_wider_search_helps(caller):
    """Forty yuan was not it, but near."""
    looks(caller, LIN, BY_AMOUNT).enters("40#").presses("1").is_told(*NONE)
    caller.picks("放宽范围", "more widely").is_told(*OLDER)


@requirement("R66")
def test_a_wider_search_takes_the_days_around(caller):
    """The day before, at any hour."""
    looks(caller, LIN, BY_DAY).picks("其他日期", "another day").enters("1117").presses("1").enters("0300#")
    caller.is_told(*NONE).picks("放宽范围", "more widely").is_told("是哪一天", "On which day")


@requirement("R66", "R3")
def test_nothing_found_at_all_leads_to_another_way_or_a_person(caller):
    """Said plainly each time."""
    looks(caller, LIN, BY_AMOUNT).enters("9999#").presses("1").is_told(*NONE).picks("放宽范围", "more widely")
    caller.is_told("也没有找到", "nothing either").picks(*BY_AMOUNT).enters("9999#").presses("1")
    caller.picks("请人工", "help from a person")
    assert caller.talking_to


@requirement("R60")
def test_spending_is_told_for_three_periods(caller):
    """Succeeded payments only, by the wallet's calendar."""
    pays(caller, "2026-10-31T23:30", "2026-10-01T00:00", "2026-09-30T23:59")
    opens(caller).picks("消费情况", "spending").proves(LIN)
    caller.is_told("最近七天，付款两笔，一共五十七元九角", "seven days, two transactions, fifty-seven point nine yuan")
    caller.is_told("这个月，付款两笔", "This month, two transactions")
    caller.is_told("上个月，付款两笔，一共一百五十四元", "Last month, two transactions, one hundred fifty-four yuan")


@requirement("R60")
def test_no_spending_is_told_as_such(caller):
    """Dana's payments failed: they were there, and nothing was spent."""
    opens(caller).picks("消费情况", "spending").proves(DANA)
    caller.is_told("最近七天没有支出", "Nothing was spent in the last seven days").is_told(
        "上个月没有支出", "Nothing was spent last month"
    )


RULES = {
    HAIYUN: [
        ("一百二十天", "one hundred twenty days"), ("八个工作日", "eight business days"), ("三十分钟", "thirty minutes"),
        ("一到三个工作日", "one to three business days"), ("十五个工作日", "fifteen business days"),
    ],
    LINFU: [
        ("四十五天", "forty-five days"), ("二十个自然日", "twenty calendar days"), ("六十分钟", "sixty minutes"),
        ("三到五个工作日", "three to five business days"), ("三十个自然日", "thirty calendar days"),
    ],
}  # fmt: skip


@requirement("R75", "R76", "R71", "R73")
@pytest.mark.parametrize("number, other", [(HAIYUN, LINFU), (LINFU, HAIYUN)])
def test_the_same_keys_give_each_wallet_its_own_rules_without_proof(caller, number, other):
    """Window, decision, refund to the balance and to a card, and compensation apart from it."""
    opens(caller, number).picks("规则", "rules").is_told("赔偿和退款分开", "apart from a refund")
    for mine, theirs in zip(RULES[number], RULES[other], strict=True):
        caller.is_told(*mine).is_not_told(*theirs)
    assert caller.report()["level"] == "L0"


@requirement("R69", "R22", "R76")
def test_how_to_apply_oneself_is_told_to_anybody(caller):
    """Where, which fields, and that evidence is optional."""
    opens(caller).picks("规则", "rules").picks("自己申请", "apply yourself")
    caller.is_told("设置、帮助与客服", "Settings, then Help and support").is_told(
        "填写原因、金额和经过", "fill in the reason"
    )
    caller.is_told("没有也能提交", "without them")


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@requirement("R59")
def test_while_the_wallet_is_away_no_record_is_made_up(caller, mode):
    """Neither "no transactions" nor "not found": the truth, and a person."""
    opens(caller).picks("交易记录", "records").proves(PRIYA)
    caller.line.put("wallet", {"mode": mode})
    caller.picks(*LATEST).is_told("查不到记录", "cannot see the records").is_not_told("没有交易", "no transactions")
    assert caller.talking_to


@requirement("R59")
def test_a_frozen_customer_may_look(caller):
    """A freeze stops money, not the owner's eyes."""
    looks(caller, SUN, LATEST, LINFU).is_told("没有交易", "no transactions")
