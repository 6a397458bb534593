"""Codes by text: for how long, how many, what the text says, and what helps when none comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.identity.codes import CODE_VALID
from tests.call_flows.line import DANA, LIN, LINFU, SUN, Caller, Line, Person
from tests.call_flows.places import gather
from tests.call_flows.test_identify import STRANGER, asks_for_code, asks_for_limits, passed

requirement = pytest.mark.requirement
LINS = "+8619900000051"
NOT_THERE = ("短信可能要等一分钟", "It can take a minute")


def codes_to(line: Line, number: str) -> list[str]:
    return [text["body"] for text in line.get("sms") if text["to"] == number]


@requirement("R31", "R32")
def test_the_text_of_a_code_names_wallet_purpose_and_how_long_it_holds(caller):
    """One constant says and decides; and that it is told to nobody."""
    asks_for_code(asks_for_limits(caller), LIN)
    (text,) = codes_to(caller.line, LINS)
    minutes = CODE_VALID.total_seconds() / 60
    for words in (
        ("【海云钱包】", "Haiyun Wallet: "),
        ("核实身份", "verify yourself"),
        ("不要告诉任何人", "Don't share it"),
        (f"{minutes:.0f}分钟", f"{minutes:.0f} minutes"),
    ):
        assert words[caller.lang == "en"] in text
    caller.line.put("clock", {"now": "2026-11-23T10:05:00+08:00"})
    caller.enters(caller.code())
    assert passed(caller)


def test_a_text_of_another_wallet_has_its_name(line):
    """Of the wallet that was dialled."""
    caller = Caller(line, "zh").calls(LINFU).picks("充值与支付问题", "").picks("充值限额", "")
    asks_for_code(caller, SUN)
    assert line.texts()[0].startswith("【邻付") and "海云" not in line.texts()[0]


@requirement("R32")
def test_a_code_that_came_late_holds_as_long_as_its_text_says(caller):
    """The worker was away for four minutes; five more are there, and no sixth."""
    asks_for_code(asks_for_limits(caller), LIN)
    caller.line.put("clock", {"now": "2026-11-23T10:04:00+08:00"})
    code = caller.code()
    caller.line.put("clock", {"now": "2026-11-23T10:08:30+08:00"})
    caller.enters(code)
    assert passed(caller)


@requirement("R31")
def test_a_code_is_not_good_before_it_was_sent(caller):
    """A clock that was put back."""
    asks_for_code(asks_for_limits(caller), LIN)
    code = caller.code()
    caller.line.put("clock", {"now": "2026-11-23T09:59:00+08:00"})
    caller.enters(code).is_told("信息没有对上", "did not match")


@requirement("R32")
def test_after_a_clock_was_put_back_another_code_is_texted_and_good(caller):
    """The last one is not good until its time has come again: nobody has to wait for that."""
    asks_for_code(asks_for_limits(caller), LIN)
    caller.line.put("clock", {"now": "2026-11-23T09:00:00+08:00"})
    caller.presses("*#").picks("再发一条", "another text")
    assert len(codes_to(caller.line, LINS)) == 2
    caller.enters(caller.code())
    assert passed(caller)


def test_twelve_callers_at_once_have_three_texts_sent_to_one_customer(line):
    """All of them hear the same; the customer's own telephone is not concerned."""
    heard = set()
    for number in range(12):
        caller = Caller(line, "en", repeat=False)
        heard.add(asks_for_code(asks_for_limits(caller, f"+86139000001{number:02d}"), LIN).heard)
        caller.hangs_up()
    assert (len(heard), len(codes_to(line, LINS))) == (1, 3)
    owner = asks_for_limits(Caller(line, "en"), LINS).proves(LIN)
    assert passed(owner) and len(codes_to(line, LINS)) == 4


def test_calls_that_come_one_after_the_other_have_six_texts_a_day_sent(line):
    """A minute apart, an hour apart: what counts is the customer, not the call."""
    for hour in range(10, 22):
        for minute in ("00", "01"):
            line.put("clock", {"now": f"2026-11-23T{hour}:{minute}:30+08:00"})
            caller = Caller(line, "en", repeat=False)
            asks_for_code(asks_for_limits(caller, f"+8613900{hour}{minute}99"), LIN).hangs_up()
            line.deliver_texts()
    assert len(codes_to(line, LINS)) == 6


@requirement("R31")
@pytest.mark.parametrize("person", [STRANGER, LIN])
def test_whoever_has_had_enough_texts_sent_hears_the_same_as_before(caller, person):
    """Whether or not a code goes out; and no six digits are right then."""
    heard = []
    for number in range(5):
        asks_for_code(asks_for_limits(caller, f"+861390000020{number}"), person)
        heard.append(caller.heard)
        caller.hangs_up()
    assert len(set(heard)) == 1 and len(caller.line.texts()) == (3 if person is LIN else 0)


def test_a_caller_has_fifteen_texts_an_hour_sent_to_whomever(line):
    """Accounts do not help: the sixteenth text is not sent."""
    for place in range(16):
        person = Person(f"137000001{place:02d}", "111111") if place < 15 else LIN
        caller = Caller(line, "en", repeat=False)
        asks_for_code(asks_for_limits(caller), person).hangs_up()
    assert codes_to(line, LINS) == []
    asks_for_code(asks_for_limits(Caller(line, "en"), "+8613900000002"), LIN)
    assert len(codes_to(line, LINS)) == 1


def test_a_wallet_has_a_cap_of_texts_an_hour_and_reaching_it_is_an_alarm(line, capfd):
    """CODES_PER_HOUR; the other wallet of the line goes on."""
    line.settings = replace(line.settings, codes_per_hour=1)
    line.restart()
    asks_for_code(asks_for_limits(Caller(line, "en", repeat=False)), STRANGER).hangs_up()
    asks_for_code(asks_for_limits(Caller(line, "en", repeat=False)), LIN).hangs_up()
    assert line.texts() == []
    assert [row for row in capfd.readouterr().err.splitlines() if "no more codes" in row and '"haiyun"' in row]
    other = Caller(line, "en", repeat=False).calls(LINFU).picks("", "top-up and payment").picks("", "my limits")
    asks_for_code(other, SUN)
    assert len(line.texts()) == 1


@requirement("R32")
def test_there_are_thirty_seconds_to_type_a_code(caller):
    """The telephone has to be taken from the ear, and the text to be found."""
    asks_for_code(asks_for_limits(caller), LIN)
    assert gather(caller).get("timeout") == "30"


@requirement("R32")
@pytest.mark.parametrize("mode", ["ok", "reject", "unreachable"])
def test_nobody_is_told_that_a_text_was_sent_and_everybody_hears_what_helps_when_none_comes(caller, mode):
    """It may have been refused, or the number may be a landline: the words are the same, and true."""
    caller.line.put("sms", {"mode": mode})
    asks_for_code(asks_for_limits(caller), LIN).is_not_told("已经发", "was sent").is_told("星号键", "press star")
    caller.presses("*#").is_told(*NOT_THERE).is_told("再发一条", "another text")
    caller.is_told("电话服务密码", "phone PIN").is_told("人工服务", "a person")


@requirement("R32")
def test_a_code_that_has_not_come_is_sent_again_a_minute_later(caller):
    """Not sooner; then the newest one holds."""
    asks_for_code(asks_for_limits(caller), LIN)
    caller.presses("*#").picks("再发一条", "another text")
    assert len(codes_to(caller.line, LINS)) == 1
    caller.line.put("clock", {"now": "2026-11-23T10:01:01+08:00"})
    caller.presses("*#").picks("再发一条", "another text").is_told("最新的短信验证码", "newest code")
    first, second = codes_to(caller.line, LINS)
    assert first != second
    caller.enters(caller.code())
    assert passed(caller)


@requirement("R32")
def test_whoever_gets_no_text_may_use_the_phone_pin_in_the_same_round(caller):
    """Number and document are not keyed again."""
    asks_for_code(asks_for_limits(caller), DANA)
    caller.presses("*#").picks("用电话服务密码", "your phone PIN").enters(DANA.pin)
    assert passed(caller) and caller.report()["summary"]["verified_by"] == "pin"


@requirement("R32")
def test_a_code_that_came_after_all_is_entered(caller):
    """Star was pressed too soon, or to clear."""
    asks_for_code(asks_for_limits(caller), LIN)
    caller.presses("*#").picks("输入验证码", "enter the code").is_told(
        "请输入最新的短信验证码", "Enter the newest code"
    )
    caller.enters(caller.code())
    assert passed(caller)


@requirement("R32", "R3")
def test_whoever_asks_for_texts_again_and_again_gets_three_a_call_and_may_ask_for_a_person(caller):
    """However long it is between two of them."""
    asks_for_code(asks_for_limits(caller), LIN)
    for minute in range(2, 12, 2):
        caller.line.put("clock", {"now": f"2026-11-23T10:{minute:02d}:00+08:00"})
        caller.presses("*#").picks("再发一条", "another text")
    assert len(codes_to(caller.line, LINS)) == 3
    caller.presses("*#").presses("0")
    assert caller.talking_to
