"""Which number is called back: the one that rings, or one that is keyed as people key it, with its country."""

from __future__ import annotations

import pytest

from tests.call_flows.line import BORROWED, HAIYUN, Caller

requirement = pytest.mark.requirement
US, CANADA, LONDON, WITHHELD = "+14155550199", "+16045550199", "+442071838750", "anonymous"
OWN = ("就回拨这个号码", "call that number back")
NOT_THERE = ("不能回电", "cannot call that number")
TWO_COUNTRIES = ("两个国家都有", "exists in two countries")


def offered(caller: Caller, from_: str = BORROWED) -> Caller:
    """A caller who wants a call back when nobody is there."""
    caller.line.put("agents", {"available": 0})
    return caller.calls(from_=from_).presses("0")


def numbers(caller: Caller) -> list[str]:
    """Whom we promised to call."""
    return [one["number"] for one in caller.line.get("callbacks")]


@requirement("R4")
def test_the_number_that_rings_is_offered_first_and_one_key_takes_it(caller):
    """By its ending only: who stands beside hears no more."""
    offered(caller).picks("需要回电", "call back").is_told("零零零幺", "zero zero zero one").is_told(*OWN)
    assert caller.line.get("callbacks") == []
    caller.picks("是的", "yes").is_told("已经登记", "It is noted")
    assert numbers(caller) == [BORROWED]


def test_who_wants_another_number_is_not_asked_for_the_one_that_rings_again(caller):
    """Also when the number that was keyed was wrong at first."""
    offered(caller).wants_a_call_back("13700000001").picks("不是", "no")
    caller.picks("需要回电", "call back").is_not_told(*OWN).is_told("请输入回电号码", "Enter the number to call back")
    caller.enters("13700000002#").picks("是的", "yes")
    assert numbers(caller) == ["+8613700000002"]


@pytest.mark.parametrize("from_", [WITHHELD, LONDON, "+12645550100", "+864000000101", "sip:lin@example.com"])
def test_a_number_that_is_withheld_or_not_called_back_is_not_offered(caller, from_):
    """The caller keys one."""
    offered(caller, from_).picks("需要回电", "call back").is_not_told(*OWN)
    caller.enters("13700000000#").picks("是的", "yes")
    assert numbers(caller) == ["+8613700000000"]


@requirement("R4")
@pytest.mark.parametrize(
    "keyed, from_",
    [("14155550132", BORROWED), ("0014155550132", BORROWED), ("14155550132", WITHHELD), ("4155550132", US)],
)
def test_an_american_number_is_stored_as_american_and_its_country_is_said(caller, keyed, from_):
    """Not as a stranger's with +86 in front."""
    offered(caller, from_).wants_a_call_back(keyed).is_told("美国", "United States")
    caller.is_told("四幺五，五五五，零幺三二", "four one five, five five five, zero one three two")
    caller.picks("是的", "yes")
    assert numbers(caller) == ["+14155550132"]


def test_a_number_of_the_wallets_country_is_read_back_without_it(caller):
    """As everybody there knows it."""
    offered(caller).wants_a_call_back("13700000000").is_not_told("中国", "China")


@pytest.mark.parametrize(
    "from_, number", [(BORROWED, "+8613055550123"), (US, "+13055550123"), (CANADA, "+13055550123")]
)
def test_of_two_readings_the_callers_own_country_is_taken(caller, from_, number):
    """Eleven digits that are a mobile in China and a telephone in Miami."""
    offered(caller, from_).wants_a_call_back("13055550123").is_not_told(*TWO_COUNTRIES).picks("是的", "yes")
    assert numbers(caller) == [number]


@pytest.mark.parametrize(
    "choice, number", [(("是中国", "one in China"), "+8613055550123"), (("是美国", "United States"), "+13055550123")]
)
@pytest.mark.parametrize("from_", [WITHHELD, LONDON])
def test_where_only_the_caller_knows_which_country_is_meant_it_is_asked(caller, from_, choice, number):
    """And said again before the yes."""
    offered(caller, from_).wants_a_call_back("13055550123").is_told(*TWO_COUNTRIES)
    assert caller.line.get("callbacks") == []
    caller.picks(*choice).is_told("号码对吗", "number right")
    caller.is_told("中国" if "+86" in number else "美国", "China" if "+86" in number else "United States")
    caller.picks("是的", "yes")
    assert numbers(caller) == [number]


@pytest.mark.parametrize(
    "does", [lambda caller: caller.presses("5"), lambda caller: caller.waits()], ids=["keys", "silence"]
)
@pytest.mark.parametrize("from_", [WITHHELD, LONDON])
def test_silence_and_wrong_keys_at_the_country_promise_nothing(caller, from_, does):
    """Never a number that nobody chose."""
    offered(caller, from_).wants_a_call_back("13055550123")
    for _ in range(3):
        does(caller)
    caller.is_told("没有登记", "nothing is noted")
    assert caller.over and caller.line.get("callbacks") == []


def test_who_declined_the_number_that_rings_is_not_called_there_after_silence(caller):
    """The other number was read back, and nobody said that it is right."""
    offered(caller).wants_a_call_back("13700000000")
    for _ in range(3):
        caller.waits()
    caller.is_told("没有登记", "nothing is noted").is_not_told("来电号码", "calling from")
    assert caller.over and caller.line.get("callbacks") == []


def test_silence_at_the_number_that_rings_leaves_a_callback_for_it(caller):
    """It was offered, not declined; the caller is told."""
    offered(caller).picks("需要回电", "call back").is_told(*OWN)
    for _ in range(3):
        caller.waits()
    caller.is_told("回拨您的来电号码", "number you called from").is_told("已经登记", "It is noted")
    assert numbers(caller) == [BORROWED]


@requirement("R4")
@pytest.mark.parametrize(
    "keyed, zh, en",
    [
        ("1370000000", "十位数字", "ten digits"),
        ("137000000000", "十二位数字", "twelve digits"),
        ("123456", "六位数字", "six digits"),
        ("4420718387500", "十三位数字", "thirteen digits"),
    ],
)
def test_a_number_of_wrong_length_is_told_as_such(caller, keyed, zh, en):
    """How many digits came, and how a number is keyed; then another try."""
    offered(caller).wants_a_call_back(keyed).is_told(zh, en).is_told("先按零零", "start with zero zero")
    caller.is_not_told(*NOT_THERE).wants_a_call_back("13700000000").picks("是的", "yes")
    assert numbers(caller) == ["+8613700000000"]


@pytest.mark.parametrize(
    "keyed",
    [
        "12644761234",
        "12423271234",
        "0012644761234",
        "0017872345678",
        "0019765550132",
        "0019005550123",
        "0018005550123",
        "8616812345",
        "86168123456",
        "4000000101",
        "00881612345678",
        "442071838750",
    ],
)
def test_a_dear_number_an_island_or_a_satellite_is_not_called_back(caller, keyed):
    """Whatever `+86,+1` begins."""
    offered(caller).wants_a_call_back(keyed).is_told(*NOT_THERE)
    assert caller.line.get("callbacks") == []


def test_a_number_is_of_the_wallets_country_whatever_line_it_has(caller):
    """A mainland wallet behind an American number reads eleven digits as a mainland mobile."""
    caller.line.change_world(lambda world: world["wallets"][0].update(line="+12025550100"))
    caller.line.put("agents", {"available": 0})
    caller.calls("+12025550100", WITHHELD).presses("0").wants_a_call_back("13700000000").picks("是的", "yes")
    assert numbers(caller) == ["+8613700000000"] and HAIYUN not in str(caller.documents[-1])
