"""Searching a transaction: by day, amount or payee; none, one, several, very many."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from ivr.speech.catalogue import words
from ivr.wallet import transactions
from tests.call_flows.line import LIN
from tests.call_flows.transactions import BY_AMOUNT, BY_DAY, BY_PAYEE, OLDER, ZHOU, looks, pays

requirement = pytest.mark.requirement
NONE = ("没有找到这样的交易", "found no such transaction")


@requirement("R63", "R66")
def test_a_day_finds_the_payment_of_that_day(caller):
    """`#` leaves the time open."""
    looks(caller, LIN, BY_DAY).picks("其他日期", "another day").enters("1119").presses("1").enters("1#")
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
    caller.enters("1#").is_told("付给晨光书店七十七元", "a payment of seventy-seven yuan to Morning Light Books")


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
    looks(caller, LIN, BY_DAY).picks("昨天", "yesterday").enters("1#").is_told("付给谁", "Who was paid")
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
    monkeypatch.setattr(transactions, "A_PAGE", 60.0)
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


@requirement("R63")
@pytest.mark.parametrize("keyed", ["54*90", "4*59", "459", "45"])
def test_a_wider_search_finds_amounts_that_callers_confuse(caller, keyed):
    """Digits that changed places, the point, the fen left out: the books of 45.90."""
    looks(caller, LIN, BY_AMOUNT).enters(keyed + "#").presses("1").is_told(*NONE)
    caller.picks("放宽范围", "more widely").is_told("晨光书店", "Morning Light Books")


@requirement("R63")
def test_what_is_not_found_is_not_denied(caller):
    """The bank may show a debit: not again, and a person."""
    looks(caller, LIN, BY_AMOUNT).enters("5678#").presses("1").picks("放宽范围", "more widely")
    caller.is_told("如果银行显示扣了款", "If your bank shows a debit").is_told("怎么查", "How would you like to search")


@requirement("R61")
def test_a_record_that_was_found_is_reported_with_the_first_key(caller):
    """The next one comes after it."""
    looks(caller, LIN, BY_AMOUNT).enters("45*90#").presses("1")
    labels = [option.label for option in caller.options[:2]]
    assert labels == (
        ["反映这笔有问题", "下一笔"] if caller.lang == "zh" else ["To report this one", "For the next one"]
    )


def test_a_top_up_among_payees_is_called_a_top_up():
    """It has no payee; the caller picks it by what it is."""
    labels = [words().render(lang, "pick-payee.choice", {"payee": "top-up"}, today=date.min) for lang in ("zh", "en")]
    assert labels == ["充值", "For a top-up"]
