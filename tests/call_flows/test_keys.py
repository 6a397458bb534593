"""The keys that mean the same everywhere, and what silence and wrong keys lead to."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ivr.checks import seconds
from tests.call_flows.line import BORROWED, DANA, HAIYUN, LIN, Caller

requirement = pytest.mark.requirement

NIGHT = "2026-11-23T23:30:00+08:00"
TAKE_YOUR_TIME = ("不着急，请慢慢来", "Take your time")
STILL_SILENT = ("还没有听到您的按键", "I did not hear a key yet")
WRONG_1, WRONG_2 = ("没有对应的选项", "not one of the options"), ("请听完后，按一个数字键", "press one number key")
UNUSABLE_1, UNUSABLE_2 = ("没有听清这次输入", "could not use that entry"), ("逐位按数字", "Press the digits one by one")
GAVE_UP = ("换人工来帮您", "A person can help")
MAIN_MENU = ("账户安全，请按一", "account security, press 1")
AMOUNT = ("请输入充值金额", "Enter the amount in yuan")
REFERENCE = ("九位服务单号", "nine digits of the reference")


def gather_of(document: str) -> ET.Element:
    """What a document waits for."""
    found = ET.fromstring(document.encode()).find("Gather")
    assert found is not None, document
    return found


def gather(caller: Caller) -> ET.Element:
    """What the line is waiting for now."""
    return gather_of(caller.documents[-1])


def types_ahead(caller: Caller, keys: str) -> Caller:
    """All keys arrive in one request; then the telephone hears the reply that is stored for that turn."""
    action = str(gather(caller).get("action"))
    caller.courier.deliver(action, caller.call.leg.standard | {"Digits": keys})
    caller.presses("#")
    return caller


def at_the_topics(caller: Caller) -> Caller:
    """In the menu of information."""
    return caller.calls().picks("信息咨询", "information")


def at_the_channel(caller: Caller) -> Caller:
    """In a failed top-up, one question before the amount."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    return caller.picks("不清楚", "unsure")


def at_the_amount(caller: Caller) -> Caller:
    """At an entry that ends with pound."""
    return at_the_channel(caller).picks("银行卡", "bank card").is_told(*AMOUNT)


def at_the_reference(caller: Caller) -> Caller:
    """At an entry of a fixed length."""
    return caller.calls().picks("交易与争议", "disputes").picks("服务单进度", "case status").is_told(*REFERENCE)


def at_the_number(caller: Caller) -> Caller:
    """At a personal entry."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    return caller.is_told("请输入注册手机号", "Enter your registered mobile number")


def at_an_answer(caller: Caller) -> Caller:
    """At yes or no."""
    return at_the_topics(caller).picks("官方渠道", "official channels")


MENUS = {"main": Caller.calls, "topics": at_the_topics, "channel": at_the_channel, "yes or no": at_an_answer}
ENTRIES = {"amount": at_the_amount, "reference": at_the_reference, "number": at_the_number}


@pytest.fixture(params=MENUS)
def at_menu(request, caller):
    """A caller at each kind of menu."""
    return MENUS[request.param](caller)


@pytest.fixture(params=ENTRIES)
def at_entry(request, caller):
    """A caller at each kind of entry."""
    return ENTRIES[request.param](caller)


# A person


@requirement("R3")
def test_zero_reaches_a_person_from_every_menu(at_menu):
    """One key, whatever is being asked."""
    at_menu.presses("0")
    assert at_menu.talking_to


@requirement("R3")
def test_zero_and_pound_reach_a_person_from_every_entry(at_entry):
    """A zero alone could be the first digit, so pound ends it."""
    at_entry.presses("0#")
    assert at_entry.talking_to


# Back, clear and the main menu


@requirement("R25")
def test_star_goes_back_one_level(caller):
    """From an answer to its menu, from there to the main menu."""
    at_an_answer(caller).presses("*").is_told("限额与规则，请按", "limits and rules, press")
    caller.presses("*").is_told(*MAIN_MENU)


@requirement("R25")
def test_star_twice_goes_to_the_main_menu_from_anywhere(caller):
    """Back, and back again with nothing between, is the main menu."""
    at_the_channel(caller).presses("*").presses("*").is_told(*MAIN_MENU)
    caller.presses("*").is_told(*MAIN_MENU)
    assert not caller.over


def test_star_clears_an_entry(caller):
    """What was half keyed is forgotten, and asked again without a word of blame."""
    at_the_amount(caller).enters("*#").is_told("已清除", "Cleared").is_told(*AMOUNT)
    caller.enters("68#").is_told("六十八元", "sixty-eight yuan")


def test_star_at_the_read_back_asks_the_entry_again(caller):
    """Only the amount is asked again, not the whole task."""
    at_the_amount(caller).enters("68#").presses("*").is_told(*AMOUNT)
    caller.enters("86#").is_told("八十六元", "eighty-six yuan")


def test_two_at_the_read_back_asks_the_entry_again(caller):
    """No means: let me key it once more."""
    at_the_amount(caller).enters("68#").presses("2").is_told(*AMOUNT)


@requirement("R25")
def test_two_stars_and_pound_lead_from_every_entry_to_the_main_menu(at_entry):
    """An entry is no trap."""
    at_entry.enters("**#").is_told(*MAIN_MENU)


def test_a_star_is_the_decimal_point_of_an_amount(caller):
    """68*50 is sixty-eight fifty."""
    at_the_amount(caller).enters("68*50#").is_told("六十八元五角", "sixty-eight point five yuan")


# Repeat and more time


@requirement("R13", "R23")
def test_pound_repeats_a_menu_as_often_as_one_likes(at_menu):
    """The same words each time, and never an error."""
    first = at_menu.heard
    for _again in range(5):
        at_menu.presses("#")
        assert at_menu.heard == first
    assert not at_menu.rung


@requirement("R13", "R23")
@pytest.mark.parametrize("failed", ["waits", "presses"])
def test_pound_after_a_failure_says_all_that_was_said(at_menu, failed):
    """The answer before the question too: after a silence or a wrong key it is said on request, not unasked."""
    first = at_menu.heard
    at_menu.waits() if failed == "waits" else at_menu.presses("7")
    assert at_menu.heard != first
    at_menu.presses("#")
    assert at_menu.heard == first


@requirement("R18", "R23")
@pytest.mark.parametrize("bare_hash", ["empty", "absent", "hash", "finished-on-key"])
def test_pound_alone_in_an_entry_gives_more_time(caller, bare_hash):
    """Said again, half a minute to look, however the platform reports a bare pound, and never an error."""
    other = Caller(caller.line, caller.lang, bare_hash=bare_hash)
    at_the_amount(other)
    for _again in range(5):
        other.presses("#").is_told("请慢慢来", "take your time").is_told(*AMOUNT)
        assert float(str(gather(other).get("timeout"))) >= 30
    other.enters("68#").is_told("六十八元", "sixty-eight yuan")


@requirement("R18")
def test_more_time_is_given_at_every_entry(at_entry):
    """Fixed length or not, personal or not."""
    at_entry.presses("#").is_told("请慢慢来", "take your time")
    assert float(str(gather(at_entry).get("timeout"))) >= 30
    assert not at_entry.rung


def test_a_pound_after_a_fixed_length_is_nothing(caller):
    """Out of habit after four digits: the date is read back, and no error is heard."""
    at_the_amount(caller).enters("68#").presses("1").picks("其他日期", "another day").enters("1120#")
    caller.is_not_told(*WRONG_1).is_told("十一月二十日", "November twentieth")


# Slower


@requirement("R13", "R23")
def test_eight_speaks_slower_and_eight_again_as_before(at_menu):
    """Said, done, kept for what follows, and undone; the question stays the same."""
    asked = at_menu.options
    at_menu.presses("8").is_told("我说慢一些", "more slowly")
    assert at_menu.options == asked
    assert "prosody" in at_menu.documents[-1]
    at_menu.presses("#")
    assert "prosody" in at_menu.documents[-1]
    at_menu.presses("8").is_told("恢复平常语速", "back to the usual speed")
    assert "prosody" not in at_menu.documents[-1]


@requirement("R13", "R23")
def test_star_eight_speaks_slower_in_an_entry(at_entry):
    """Nothing is lost by it: the entry goes on."""
    at_entry.enters("*8#").is_told("我说慢一些", "more slowly")
    assert "prosody" in at_entry.documents[-1]
    assert not at_entry.rung


@requirement("R23")
def test_who_wants_it_slower_also_gets_longer_to_answer(caller):
    """Slow speech and a short wait would not go together."""
    before = float(str(gather(caller.calls()).get("timeout")))
    caller.presses("8")
    assert float(str(gather(caller).get("timeout"))) > before


# The other language


@requirement("R87")
def test_nine_switches_the_language_of_every_menu_and_back(at_menu):
    """The same question in the other language; twice is where one was."""
    first, keys = at_menu.heard, [option.key for option in at_menu.options]
    at_menu.presses("9")
    assert at_menu.heard != first
    assert at_menu.language != at_menu.lang
    assert [option.key for option in at_menu.options] == keys
    at_menu.presses("9")
    assert at_menu.heard == first


@requirement("R87")
def test_star_nine_switches_the_language_of_every_entry(at_entry):
    """In an entry 9 is a digit, so star comes first."""
    first = at_entry.heard
    at_entry.enters("*9#")
    assert at_entry.language != at_entry.lang
    at_entry.enters("*9#")
    assert set(at_entry.heard.split("\n")) <= set(first.split("\n"))


@requirement("R87", "R24")
def test_a_language_switched_in_mid_question_loses_nothing(caller):
    """The amount that was keyed is read back in the other language, and reaches the agent."""
    zh, en = "六十八元五角", "sixty-eight point five yuan"
    at_the_amount(caller).enters("68*50#").is_told(zh, en)
    caller.presses("9").is_told(en, zh).presses("1")
    assert caller.language != caller.lang
    caller.is_told("On which day", "哪一天").presses("9").is_told("哪一天", "On which day")
    caller.presses("0")
    entered = caller.report()["summary"]["entered"]
    assert (entered["top-up-amount"], entered["top-up-channel"]) == (6850, "card")


@requirement("R87")
def test_an_answer_switched_in_mid_question_is_said_again_in_the_other_language(caller):
    """Whoever did not understand the answer hears the answer, not only the question after it."""
    at_an_answer(caller).is_told("私信或者评论", "by message or comment")
    caller.presses("9").is_told("by message or comment", "私信或者评论")


# Silence


@requirement("R23")
def test_three_silences_are_met_with_patience_then_a_question_then_a_person(at_menu):
    """Three different wordings; the first is no reproach, and the last is no hang-up."""
    at_menu.waits().is_told(*TAKE_YOUR_TIME).is_not_told(*STILL_SILENT)
    assert [option.key for option in at_menu.options] == ["0"]
    at_menu.waits().is_told(*STILL_SILENT).is_not_told(*TAKE_YOUR_TIME)
    keys = [option.key for option in at_menu.options]
    assert keys == ["#"] or "1" in keys, "a short menu is read again, a long one on request"
    at_menu.waits().is_told(*GAVE_UP).is_not_told(*STILL_SILENT)
    assert at_menu.talking_to


@requirement("R23")
def test_three_silences_in_an_entry_lead_to_a_person_as_well(at_entry):
    """Nobody is left alone with an entry."""
    at_entry.waits().is_told(*TAKE_YOUR_TIME)
    at_entry.waits().is_told(*STILL_SILENT)
    at_entry.waits().is_told(*GAVE_UP)
    assert at_entry.talking_to


@requirement("R3", "R23")
def test_whoever_never_presses_a_key_reaches_a_person(caller):
    """From the greeting on, with patience in both languages."""
    caller.dials(HAIYUN, BORROWED).waits().hears("请慢慢来", "Take your time")
    caller.waits().hears("普通话，请按一", "For English, press 2").waits()
    assert caller.talking_to


def test_a_silent_caller_reaches_a_person_within_sixty_seconds(caller):
    """What is said and what is waited for until then, by the model of speech."""
    caller.dials(HAIYUN, BORROWED).waits().waits()
    told = dict.fromkeys(caller.documents)
    assert sum(seconds.length(one) + float(str(gather_of(one).get("timeout"))) for one in told) <= 60


@requirement("R4")
def test_three_silences_at_night_lead_to_a_callback(caller):
    """With nobody there, giving up still is no dead end."""
    caller.line.put("clock", {"now": NIGHT})
    caller.calls().waits().waits().waits().is_told("我们可以给您回电", "We can call you back")
    assert not caller.over


# Wrong keys


@requirement("R23")
def test_three_wrong_keys_are_met_with_help_and_then_a_person(at_menu):
    """Three different wordings, none of them a reproach."""
    at_menu.presses("7").is_told(*WRONG_1).is_not_told(*WRONG_2)
    assert at_menu.options
    at_menu.presses("7").is_told(*WRONG_2).is_not_told(*WRONG_1)
    assert at_menu.options
    at_menu.presses("7").is_told(*GAVE_UP).is_not_told(*WRONG_2)
    assert at_menu.talking_to


@requirement("R23")
def test_three_unusable_entries_are_met_with_help_and_then_a_person(at_entry):
    """The help says how to key, the last word is a person."""
    at_entry.enters("1**1#").is_told(*UNUSABLE_1)
    at_entry.enters("2**2#").is_told(*UNUSABLE_2)
    at_entry.enters("3**3#").is_told(*GAVE_UP)
    assert at_entry.talking_to


@requirement("R23")
def test_silence_and_wrong_keys_are_counted_apart(caller):
    """Two of each are not three of one kind."""
    caller.calls().presses("7").waits().presses("7").waits()
    caller.is_told(*STILL_SILENT)
    assert not caller.rung
    caller.presses("5").is_told("限额与规则", "limits and rules")


@requirement("R23")
def test_a_right_key_forgives_what_went_before(caller):
    """After a success each count begins anew, also on return to the same menu."""
    caller.calls().presses("7").presses("7").waits().waits().presses("5")
    caller.presses("7").is_told(*WRONG_1).presses("7").waits().waits().presses("*")
    caller.is_told(*MAIN_MENU).presses("7").is_told(*WRONG_1).waits().is_told(*TAKE_YOUR_TIME)
    assert not caller.rung


@requirement("R23")
def test_repeating_slower_speech_and_the_other_language_are_no_failures(caller):
    """They neither count nor wipe the count."""
    caller.calls().presses("7").presses("7")
    for key in "##8899":
        caller.presses(key)
    assert not caller.rung
    caller.presses("7").is_told(*GAVE_UP)


# Type-ahead, where the platform passes several keys on in one request


@requirement("R2")
def test_a_whole_task_can_be_typed_ahead(caller):
    """Information, limits, solved, end: one request, and the outcome of the slow way."""
    types_ahead(caller.calls(), "5412").is_told("再见", "Goodbye")
    assert caller.over
    assert caller.report()["outcome"] == "resolved"


def test_typing_ahead_leads_where_the_slow_way_leads(caller):
    """The words at the end of the keys are the same as after one key at a time."""
    caller.calls().presses("5").presses("4").presses("1")
    slow = caller.heard
    other = Caller(caller.line, caller.lang)
    types_ahead(other.calls(from_="+8613900000003"), "541")
    assert other.heard == slow


def test_entries_can_be_typed_ahead_with_their_pound(caller):
    """Menus, an amount, its yes, a day and a time, up to the first personal question."""
    types_ahead(caller.calls(), "2151300#112015#")
    caller.is_told("请输入注册手机号", "Enter your registered mobile number")
    caller.presses("0#")
    entered = caller.report()["summary"]["entered"]
    assert (entered["top-up-amount"], entered["top-up-day"], entered["top-up-time"]) == (30000, "today", "20:15")


def test_an_entry_of_fixed_length_can_be_typed_ahead(caller):
    """Four digits of a date, then its yes, then a time: the pound at the end belongs to the time."""
    types_ahead(caller.calls(), "2151300#1311201" + "2015#")
    caller.is_told("请输入注册手机号", "Enter your registered mobile number")
    caller.presses("0#")
    entered = caller.report()["summary"]["entered"]
    assert entered["top-up-date"] == "2026-11-20"
    assert entered["top-up-time"] == "20:15"


def test_a_reference_can_be_typed_ahead_and_what_follows_waits_for_the_answer(caller):
    """Nine digits need no pound; the wallet is asked, and no key from before its answer ends the call."""
    types_ahead(caller.calls(), "342026110172").is_told("正在处理", "being handled")
    assert not caller.over
    caller.presses("2").is_told("再见", "Goodbye")


def test_a_wrong_key_ends_the_type_ahead(caller):
    """What was meant for later menus must not answer the menu that is asked again."""
    types_ahead(caller.calls(), "571").is_told(*WRONG_1).is_told("限额与规则", "limits and rules")
    assert not caller.over


@requirement("R31")
def test_nothing_typed_ahead_reaches_a_personal_entry(caller):
    """The number is asked for, whatever was keyed before it was."""
    types_ahead(caller.calls(), f"22{LIN.number}#{LIN.tail}")
    caller.is_told("请输入注册手机号", "Enter your registered mobile number")
    assert caller.report()["level"] == "L0"


def test_nothing_typed_ahead_confirms_an_act(caller):
    """A callback is promised only after its number was read back and the yes came on its own."""
    caller.line.put("clock", {"now": NIGHT})
    caller.calls().presses("0").picks("需要回电", "call back")
    types_ahead(caller, "13900000009#1").is_told("号码对吗", "Is the number right")
    assert caller.line.get("callbacks") == []
    caller.presses("1").is_told("已经登记", "It is noted")
    (callback,) = caller.line.get("callbacks")
    assert callback["number"] == "+8613900000009"


def test_nothing_typed_ahead_survives_a_look_outside(caller):
    """After verification the line waits for a key of its own time: early keys answer nothing."""
    at_the_number(caller).enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    types_ahead(caller, DANA.pin + "#1")
    caller.is_told("问题解决了吗", "solve your problem")
    assert caller.report()["outcome"] != "resolved"
