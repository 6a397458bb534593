"""The keys that mean the same everywhere: a person, back, repeat, slower, the other language."""

from __future__ import annotations

import pytest

from ivr.simulator.twiml.gather import BARE_HASH
from tests.call_flows.line import DANA, OMAR, Caller
from tests.call_flows.places import (
    AMOUNT,
    MAIN_MENU,
    REFERENCE,
    WRONG_1,
    at_an_answer,
    at_the_amount,
    at_the_channel,
    at_the_number,
    at_the_reference,
    gather,
)
from tests.call_flows.transactions import BY_DAY, looks

requirement = pytest.mark.requirement


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
@pytest.mark.parametrize("bare_hash", BARE_HASH[1:])
def test_pound_alone_in_an_entry_gives_more_time(caller, bare_hash):
    """Where the platform tells of it: said again, half a minute to look, in whatever form it tells, and never an
    error.
    """
    other = Caller(caller.line, caller.lang, bare_hash=bare_hash)
    at_the_amount(other)
    for _again in range(5):
        other.presses("#").is_told("请慢慢来", "take your time").is_told(*AMOUNT)
        assert float(str(gather(other).get("timeout"))) >= 30
    other.enters("68#").is_told("六十八元", "sixty-eight yuan")


@requirement("R18")
def test_more_time_is_given_at_every_entry(at_entry):
    """Fixed length or not, personal or not; to Twilio's documentation a pound alone is silence, and it is met like
    that.
    """
    at_entry.presses("#").is_told("请慢慢来", "take your time")
    assert float(str(gather(at_entry).get("timeout"))) >= 30
    assert not at_entry.rung


@requirement("R18")
def test_after_a_first_silence_there_is_half_a_minute_to_look(at_entry):
    """The card lies in another room; nobody has to know a key for that."""
    at_entry.waits().is_told("请慢慢来", "Take your time")
    assert float(str(gather(at_entry).get("timeout"))) >= 30


NONE = ("没有找到这样的交易", "found no such transaction")
UNKNOWN = {"its own keys": ["1#"], "silence": ["", ""], "pound, and pound": ["#", "#"]}


@requirement("R47")
@pytest.mark.parametrize("bare_hash", BARE_HASH)
@pytest.mark.parametrize("keys", UNKNOWN.values(), ids=list(UNKNOWN))
def test_a_time_that_is_not_known_can_be_left_out(caller, keys, bare_hash):
    """By the keys that are named, by keeping silent, and by a pound alone, whether Twilio tells of it or not."""
    other = Caller(caller.line, caller.lang, bare_hash=bare_hash, repeat=False)
    looks(other, OMAR, BY_DAY).picks("今天", "today")
    other.is_told("不记得就按一，再按井号", "If you do not know, press one, then pound")
    for key in keys:
        if at_the_time(other):
            other.presses(key) if key else other.waits()
    other.is_told(*NONE).presses("0")
    assert other.report()["summary"]["entered"]["search-time"] == ""
    assert other.talking_to


def at_the_time(caller: Caller) -> bool:
    return not any(words in caller.heard for words in NONE)


def test_a_pound_after_a_fixed_length_is_nothing(caller):
    """Out of habit after four digits: the date is read back, and no error is heard."""
    at_the_amount(caller).enters("68#").presses("1").picks("其他日期", "another day").enters("1120#")
    caller.is_not_told(*WRONG_1).is_told("十一月二十日", "November twentieth")


@pytest.mark.parametrize("bare_hash", BARE_HASH)
def test_a_pound_after_a_wrong_code_does_not_cut_off_that_it_was_wrong(caller, bare_hash):
    """The code is complete with its sixth digit; the pound after it falls into the words of the next question."""
    other = Caller(caller.line, caller.lang, bare_hash=bare_hash)
    at_the_number(other).enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    other.enters("000000#").is_told("信息没有对上", "did not match")
    other.is_told("请输入注册手机号", "Enter your registered number")


@pytest.mark.parametrize("bare_hash", BARE_HASH)
def test_a_pound_after_a_wrong_reference_does_not_cut_off_that_it_was_wrong(caller, bare_hash):
    """As after a code: nine digits need no pound."""
    other = Caller(caller.line, caller.lang, bare_hash=bare_hash)
    at_the_reference(other).enters("123456789#").is_told("没有查到", "no case").is_told(*REFERENCE)


@pytest.mark.parametrize("bare_hash", BARE_HASH)
def test_a_pound_after_the_key_of_a_menu_is_nothing(caller, bare_hash):
    """Before a menu and before an entry: the next question is heard whole, and a time is not left out by it."""
    other = Caller(caller.line, caller.lang, bare_hash=bare_hash)
    other.calls().presses("2#").is_told("充值失败", "failed top-ups").presses("1#")
    other.is_told("请输入注册手机号", "Enter your registered number").proves(OMAR).presses("5#").presses("1#")
    other.is_told(*AMOUNT).enters("68#").presses("1#").is_told("哪一天", "which day")
    looks(other, OMAR, BY_DAY).presses("1#").is_told("二十四小时制", "twenty-four hours")
    assert not other.rung


def test_pounds_alone_never_lead_to_a_person_where_the_time_tells_them_from_silence(caller):
    """A silence takes its time-out; what comes sooner is a pound, documented or not: more time, and never a failure."""
    at_the_amount(caller)
    for _again in range(5):
        caller.presses("#").is_told("请慢慢来", "take your time").is_told(*AMOUNT)
    caller.enters("68#").is_told("六十八元", "sixty-eight yuan")


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
