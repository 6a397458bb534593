"""When nobody is at work: what `0` does is said before it is pressed, and whoever wanted a person leaves a callback."""

from __future__ import annotations

import pytest

from tests.call_flows.disputing import NOT_RECEIVED, reports
from tests.call_flows.line import BORROWED, HAIYUN, LIN, OMAR, Caller
from tests.call_flows.places import NIGHT, at_the_amount
from tests.call_flows.test_agent import wants_callback
from tests.call_flows.test_charged import top_up_failed
from tests.call_flows.transactions import BY_AMOUNT, LATEST, looks, pays

requirement = pytest.mark.requirement

MORNING = "2026-11-24T09:00:00+08:00"
A_PERSON, A_CALLBACK = ("人工服务", "For a person"), ("需要回电", "For a call back")
THIS_NUMBER = ("会回拨您的来电号码", "we will call the number you called from")
NOT_NOTED = ("没有登记", "nothing is noted")
SECURITY_HERE = ("账户安全现在有人工", "Security agents are here now")


@pytest.fixture
def at_night(caller: Caller) -> Caller:
    """Half past eleven in the evening; nobody is there for security either."""
    caller.line.change_world(lambda world: [one.pop("security_hours") for one in world["wallets"]])
    caller.line.put("clock", {"now": NIGHT})
    return caller


@pytest.fixture
def with_security(caller: Caller) -> Caller:
    """The same, but security has people at any hour, as in the demo world."""
    caller.line.put("clock", {"now": NIGHT})
    return caller


def says_nothing(caller: Caller, turns: int) -> Caller:
    """So many silences."""
    for _ in range(turns):
        caller.waits()
    return caller


@requirement("R4", "R87")
def test_zero_before_a_language_is_chosen_offers_the_callback_in_both(at_night):
    """The answer says the language as well, and the callback is kept."""
    at_night.dials(HAIYUN, BORROWED).presses("0").hears("需要回电，请按一", "For a call back, press 2")
    at_night.hears("现在不是人工服务时间", "Our agents are not at work right now")
    at_night.presses("1" if at_night.lang == "zh" else "2").picks("不是", "For no")
    at_night.is_told("请输入回电号码", "Enter the number to call back")
    assert at_night.language == at_night.lang
    at_night.enters("13700000000#").picks("是的", "yes").is_told("明天上午九点", "tomorrow at nine A M")
    assert [one["number"] for one in at_night.line.get("callbacks")] == ["+8613700000000"]


def test_whoever_leaves_the_offer_before_a_language_is_chosen_goes_on_in_the_line_s_own(at_night):
    """Two stars are the main menu, and from there on nothing is said in both languages any more."""
    at_night.dials(HAIYUN, BORROWED).presses("0").hears("需要回电，请按一", "For a call back, press 2")
    at_night.presses("*").presses("*").hears("账户安全")
    at_night.presses("5").presses("4")
    assert at_night.language == "zh"
    assert not any("a" <= letter <= "z" for letter in at_night.heard.lower())


@requirement("R4")
def test_a_caller_who_is_silent_at_night_leaves_a_callback_for_the_number_that_rang(at_night):
    """From the first prompt on without a key: told so, in both languages, once, and for when."""
    says_nothing(at_night.dials(HAIYUN, BORROWED), 3).hears("需要回电，请按一", "For a call back, press 2")
    says_nothing(at_night, 2).hears(THIS_NUMBER[0], THIS_NUMBER[1])
    at_night.hears("明天上午九点", "tomorrow at nine A M", "再见", "Goodbye")
    assert at_night.over and at_night.report()["outcome"] == "callback"
    (callback,) = at_night.line.get("callbacks")
    assert callback["number"] == BORROWED and callback["slot"] == MORNING


@requirement("R4")
def test_a_caller_who_chose_a_language_and_is_silent_then_leaves_one_as_well(at_night):
    """At the main menu and at the offer."""
    says_nothing(at_night.calls(), 3).is_told(*A_CALLBACK)
    says_nothing(at_night, 2).is_told(*THIS_NUMBER).is_told("再见", "Goodbye")
    assert [one["number"] for one in at_night.line.get("callbacks")] == [BORROWED]


@requirement("R4")
@pytest.mark.parametrize("number", ["anonymous", "+442071838750"])
def test_a_silent_caller_who_may_not_be_called_back_is_told_that_nothing_is_noted(at_night, number):
    """A withheld number, and one of a country that is not called."""
    says_nothing(at_night.dials(HAIYUN, number), 5).hears(NOT_NOTED[0], NOT_NOTED[1], "Goodbye")
    assert at_night.over and at_night.line.get("callbacks") == []


@requirement("R4")
def test_who_does_not_say_whether_the_number_is_right_is_called_back_where_they_are(at_night):
    """They said yes to a callback: three silences at the number that rang do not lose it."""
    says_nothing(at_night.calls().presses("0").picks("需要回电", "call back"), 3)
    at_night.is_told(*THIS_NUMBER)
    assert [one["number"] for one in at_night.line.get("callbacks")] == [BORROWED]


@requirement("R3", "R7")
def test_menus_say_what_zero_does_when_nobody_is_at_work(at_night):
    """A callback, not a person; in the main menu, further in, after a silence and after a wrong key."""
    at_night.calls().is_told(*A_CALLBACK).is_not_told(*A_PERSON)
    at_night.picks("信息咨询", "information").is_told(*A_CALLBACK).is_not_told(*A_PERSON)
    at_night.waits().is_told("需要回电请按零", "For a call back, press zero")
    at_night.presses("7").presses("7").is_told("需要回电，随时可以按零", "For a call back, press zero at any time")


@requirement("R6", "R7")
def test_who_was_not_helped_is_offered_a_callback_and_no_person_when_none_is_there(at_night):
    """The way on is what there is."""
    at_night.calls().picks("信息咨询", "information").picks("官方渠道", "channels").picks("不是", "For no")
    at_night.is_not_told("请人工帮忙", "help from a person").picks("请客服回电", "called back")
    at_night.is_told("不是人工服务时间", "not at work").is_told("需要回电，请按一", "call back, press 1")


def searches_in_vain(caller: Caller) -> Caller:
    """No such amount."""
    return looks(caller, LIN, BY_AMOUNT).enters("9999#").presses("1").is_told("没有找到", "found no such")


def was_charged_without_a_record(caller: Caller) -> Caller:
    """The case is open; a person may be wanted all the same."""
    return (
        top_up_failed(caller, "123*45", "1105", who=OMAR)
        .picks("刚才输入得对", "it was right")
        .picks("不用补充", "skip it")
    )


def paid_too_long_ago(caller: Caller) -> Caller:
    """A complaint, or a person."""
    pays(caller, "2026-07-25T09:00")
    return reports(caller, NOT_RECEIVED, fen="77").is_told("超过了", "is older than")


@requirement("R3", "R7")
@pytest.mark.parametrize("comes", [searches_in_vain, was_charged_without_a_record, paid_too_long_ago])
def test_no_menu_offers_a_person_when_none_is_there(at_night, comes):
    """Its option is the callback, as its `0` is."""
    comes(at_night).is_not_told("请人工帮忙", "a person, press").picks("请客服回电", "called back")
    at_night.is_told("不是人工服务时间", "not at work").is_told("需要回电，请按一", "call back, press 1")


@requirement("R3", "R7")
def test_of_a_debit_that_is_not_known_a_callback_is_offered(at_night):
    """In the list of records, where `0` is named in the middle of the words."""
    looks(at_night, LIN, LATEST).picks("下一笔", "next one").picks("详情", "details")
    at_night.is_told("请先不要重复付款，需要回电请按零", "do not pay again. For a call back, press zero")
    at_night.does_not_hear("人工服务请按零", "For a person, press zero")


@requirement("R3", "R7")
def test_an_entry_says_it_too(at_night):
    """After a silence, and after two entries that cannot be."""
    at_the_amount(at_night).waits().is_told("需要回电请按零", "For a call back, press zero")
    at_night.enters("0*0#").enters("0*0#").is_told(
        "需要回电，请按零再按井号键", "For a call back, press zero, then pound"
    )


@requirement("R3", "R7")
def test_a_call_that_outlasts_the_hours_says_what_zero_does_by_then(at_night):
    """A person before nine in the evening, a callback after it; in the morning the other way round."""
    at_night.line.put("clock", {"now": "2026-11-23T20:59:00+08:00"})
    at_night.calls().is_told(*A_PERSON)
    at_night.line.put("clock", {"now": "2026-11-23T21:01:00+08:00"})
    at_night.picks("信息咨询", "information").is_told(*A_CALLBACK).is_not_told(*A_PERSON).hangs_up()
    at_night.line.put("clock", {"now": "2026-11-24T08:59:00+08:00"})
    at_night.calls().is_told(*A_CALLBACK)
    at_night.line.put("clock", {"now": "2026-11-24T09:01:00+08:00"})
    at_night.picks("信息咨询", "information").is_told(*A_PERSON).presses("0")
    assert at_night.talking_to


@requirement("R5", "R7")
def test_security_has_people_when_the_wallet_says_so(with_security):
    """At night a person is offered there, and rung; outside of it a callback is offered."""
    with_security.calls().is_told(*SECURITY_HERE).is_told(*A_CALLBACK)
    with_security.picks("账户安全", "account security").is_told(*A_PERSON).is_not_told(*A_CALLBACK).presses("0")
    assert with_security.talking_to


@requirement("R5", "R7")
def test_who_asks_for_a_person_at_night_is_led_to_the_people_of_security(with_security):
    """Zero at the main menu: whoever has lost a phone need not wait for the morning."""
    with_security.calls().presses("0").is_told("账户安全有人工", "Security is staffed now").picks(
        "账户被盗或手机丢失", "stolen account or lost phone"
    )
    assert with_security.talking_to
    assert with_security.report()["summary"]["priority"] == "high"


@requirement("R5", "R7")
def test_who_chose_no_language_yet_is_led_to_them_too(with_security):
    """The language first, then which of the two."""
    with_security.dials(HAIYUN, BORROWED).presses("0").presses("1" if with_security.lang == "zh" else "2")
    with_security.picks("账户被盗或手机丢失", "stolen account or lost phone")
    assert with_security.talking_to


@requirement("R4", "R5")
def test_a_callback_about_security_comes_when_its_people_are_there(with_security):
    """Nobody is free just now: soon, and not in the morning."""
    with_security.line.put("agents", {"available": 0})
    with_security.calls().picks("账户安全", "account security").presses("0")
    wants_callback(with_security).picks("是的", "yes")
    assert [one["slot"] for one in with_security.line.get("callbacks")] == ["2026-11-23T23:45:00+08:00"]


WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"), "closed")


@pytest.mark.parametrize(
    "hours, now, there",
    [
        ("22:00-24:00", "23:30", True),
        ("22:00-24:00", "12:00", False),
        (WEEK | {"mon": "23:00-02:00"}, "23:30", True),
        ("closed", "12:00", False),
        (None, "12:00", True),
        (None, "23:30", False),
    ],
)
@requirement("R5", "R7")
def test_the_hours_of_security_are_any_span_or_a_week_of_them(caller, hours, now, there):
    """Where a wallet says nothing of them, they are those of all others."""
    caller.line.change_world(lambda world: world["wallets"][0].update(security_hours=hours))
    caller.line.put("clock", {"now": f"2026-11-23T{now}:00+08:00"})
    caller.calls().picks("账户安全", "account security").presses("0")
    assert bool(caller.talking_to) is there


@requirement("R7")
def test_an_opening_that_nobody_has_announced_is_told_as_expected(at_night):
    """In the greeting, to whoever calls again, when a person is wanted, and of the callback."""
    at_night.line.put("clock", {"now": "2027-02-05T22:00:00+08:00"})
    at_night.calls().is_told("人工客服预计", "Agents should be back").presses("0")
    at_night.is_told("预计明天上午十点恢复", "They should be back tomorrow at ten A M")
    wants_callback(at_night).picks("是的", "yes").is_told("我们预计在", "We expect to call you back").hangs_up()
    at_night.dials(HAIYUN, BORROWED).is_told("人工预计", "agents expected")
