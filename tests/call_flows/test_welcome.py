"""The line is answered: brand, language, hours and the main menu."""

from __future__ import annotations

import pytest

from ivr.checks import speech_timeline
from tests.call_flows.line import BORROWED, HAIYUN, LINFU, Caller

requirement = pytest.mark.requirement

MAIN_MENU = {
    "zh": ["账户安全", "充值与支付问题", "交易与争议", "优惠与奖励", "信息咨询", "人工服务"],
    "en": [
        "account security",
        "top-up and payment",
        "transactions and disputes",
        "promotions and rewards",
        "information",
        "a person",
    ],
}
WITHHELD = ["+266696687", "+8656696", "+86282452253", "anonymous", ""]
"""What arrives as From when the caller hides the number; two of them look Chinese."""

CLOSED = ("恢复", "Agents are back")


def at(caller: Caller, now: str) -> Caller:
    """The same caller at another business time."""
    caller.line.put("clock", {"now": now})
    return caller


@requirement("R1", "R87")
def test_the_line_names_the_wallet_and_says_in_both_languages_that_it_is_official(caller):
    """Whoever calls for the first time hears brand and "official" before choosing a language."""
    caller.dials(HAIYUN, BORROWED)
    caller.hears("海云钱包官方客服热线", "Haiyun Wallet official support line")
    caller.hears("普通话，请按一", "For English, press 2")


@requirement("R1")
def test_a_new_caller_can_act_within_eight_seconds(caller):
    """The first key of the greeting is named by the eighth second."""
    caller.dials(HAIYUN, BORROWED)
    assert speech_timeline.option_times(caller.documents[-1])[0] <= 8


@requirement("R1")
def test_a_returning_caller_can_act_within_eight_seconds(caller):
    """Without the language question, too, the first key is named by the eighth second."""
    caller.calls().hangs_up()
    caller.dials(HAIYUN, BORROWED)
    assert speech_timeline.option_times(caller.documents[-1])[0] <= 8


@requirement("R1", "R5", "R26", "R40")
def test_the_main_menu_offers_its_subjects_in_order_and_then_a_person(caller):
    """Security comes first; keys ascend from 1, a person is 0, the other language 9."""
    caller.calls()
    assert [option.key for option in caller.options] == ["1", "2", "3", "4", "5", "0", "9"]
    for option, label in zip(caller.options[:6], MAIN_MENU[caller.lang], strict=True):
        assert label in option.label
    caller.is_told("For English, press 9", "普通话，请按九")


def test_the_main_menu_takes_at_most_twenty_two_seconds(caller):
    """All options with their keys fit into twenty-two seconds."""
    caller.calls()
    assert speech_timeline.length(caller.documents[-1]) <= 22


@requirement("R87")
def test_after_the_choice_everything_is_in_that_language(caller):
    """The menus that follow speak the chosen language only, but for the offer of the other one."""
    caller.calls()
    assert caller.language == caller.lang
    caller.picks("信息咨询", "information")
    assert {"cmn-CN": "zh", "en-US": "en"}[caller.speeches[0].language] == caller.lang
    assert len({speech.language for speech in caller.speeches}) == 1
    assert caller.report()["language"] == caller.lang


@pytest.mark.parametrize("choice", range(5))
@requirement("R26", "R40", "R2")
def test_every_subject_of_the_main_menu_opens_under_its_own_name(caller, choice):
    """The first words after a choice say where one is."""
    label = MAIN_MENU[caller.lang][choice]
    caller.calls().chooses(label).hears(label)
    assert not caller.over
    assert caller.options


@requirement("R87")
def test_a_number_that_chose_before_is_not_asked_for_its_language_again(caller):
    """The second call begins with brand and main menu in the remembered language."""
    caller.calls().hangs_up()
    caller.dials(HAIYUN, BORROWED)
    caller.is_told("海云钱包官方客服热线", "Haiyun Wallet official support line")
    caller.is_told("账户安全，请按一", "account security, press 1")
    assert caller.language == caller.lang


def test_another_number_is_asked(caller):
    """A remembered language belongs to one number."""
    caller.calls().hangs_up()
    caller.dials(HAIYUN, "+8613900000002").hears("For English, press 2")


@pytest.mark.parametrize("hidden", WITHHELD)
def test_a_withheld_number_is_never_remembered(caller, hidden):
    """Callers who hide their number share nothing, least of all a language."""
    caller.calls(from_=hidden).hangs_up()
    caller.dials(HAIYUN, hidden).hears("普通话，请按一", "For English, press 2")


@requirement("R75", "R87")
def test_a_line_with_one_language_speaks_it_and_offers_no_other(caller):
    """No question, no key 9, whatever the number chose on another line; nine says the same again, in an entry too."""
    caller.calls(LINFU).hangs_up()
    caller.line.change_world(lambda world: world["wallets"][0].update(languages=["en"]))
    caller.dials(HAIYUN, BORROWED).hears("Haiyun Wallet official support line", "For account security, press 1")
    assert [option.key for option in caller.options] == ["1", "2", "3", "4", "5", "0"]
    caller.presses("9").hears("For account security, press 1").does_not_hear("普通话")
    caller.presses("2").presses("2").presses("*9#").hears("registered number").hangs_up()
    assert caller.report()["language"] == "en"


@requirement("R75")
@pytest.mark.parametrize("languages", [None, [], ["zh", "en"]])
def test_a_line_that_names_no_single_language_has_both(caller, languages):
    """Both, nothing, or an empty list are the same."""
    caller.line.change_world(lambda world: world["wallets"][0].update(languages=languages))
    caller.dials(HAIYUN, BORROWED).hears("普通话，请按一", "For English, press 2")


@requirement("R75", "R1")
def test_the_line_that_was_dialled_decides_the_wallet(caller):
    """The other wallet's line greets under the other brand and never names the first."""
    caller.dials(LINFU, BORROWED)
    caller.hears("邻付官方客服热线", "Linfu official support line").does_not_hear("海云", "Haiyun")
    caller.presses("1" if caller.lang == "zh" else "2")
    assert caller.report()["wallet"] == "linfu"


@requirement("R75")
def test_a_forwarded_call_belongs_to_the_line_that_was_dialled_first(caller):
    """ForwardedFrom tells the wallet when a carrier passes the call on to another number."""
    caller.dials("+862155500100", BORROWED, ForwardedFrom=LINFU)
    caller.hears("邻付官方客服热线", "Linfu official support line")


def test_an_unknown_line_is_answered_politely_and_ended(caller):
    """A number of no wallet says so in both languages and hangs up."""
    caller.dials("+864000009999", BORROWED)
    caller.hears("暂时没有开通服务", "not in service here", "再见", "Goodbye")
    assert caller.over
    assert not caller.faults


@requirement("R7")
@pytest.mark.parametrize(
    "dialled, now, zh, en",
    [
        (LINFU, "2026-11-28T11:00", "十一月三十日上午九点", "November thirtieth at nine A M"),
        (HAIYUN, "2026-11-28T18:00", "明天上午十点", "tomorrow at ten A M"),
        (HAIYUN, "2026-11-23T23:30", "明天上午九点", "tomorrow at nine A M"),
        (HAIYUN, "2026-10-01T16:30", "明天上午十点", "tomorrow at ten A M"),
        (LINFU, "2026-10-01T11:00", "十月八日上午九点", "October eighth at nine A M"),
    ],
    ids=["weekend", "saturday-evening", "night", "holiday-evening", "holiday"],
)
def test_closed_hours_are_told_unasked_with_the_next_opening(caller, dialled, now, zh, en):
    """Outside hours the greeting says when people are back, weekends and holidays included."""
    at(caller, now + ":00+08:00").calls(dialled)
    caller.is_told(f"人工客服{zh}恢复", f"Agents are back {en}")
    assert [option.key for option in caller.options] == ["1", "2", "3", "4", "5", "0", "9"]


@requirement("R1", "R7")
@pytest.mark.parametrize(
    "dialled, now, zh, en",
    [
        (
            HAIYUN,
            "2026-11-23T23:30",
            "海云钱包官方热线，人工明天上午九点恢复",
            "Haiyun Wallet official line, agents back tomorrow at nine A M",
        ),
        (
            LINFU,
            "2026-11-28T11:00",
            "邻付官方热线，人工十一月三十日上午九点恢复",
            "Linfu official line, agents back November thirtieth at nine A M",
        ),
    ],
    ids=["night", "weekend"],
)
def test_a_returning_caller_hears_brand_and_hours_and_can_act_within_eight_seconds(caller, dialled, now, zh, en):
    """Outside hours, too: one sentence says whose line it is and when people are back, and then comes the first key."""
    at(caller, now + ":00+08:00").calls(dialled).hangs_up()
    caller.dials(dialled, BORROWED).is_told(zh, en).is_not_told("人工客服", "Agents are back")
    assert speech_timeline.option_times(caller.documents[-1])[0] <= 8


@requirement("R7")
@pytest.mark.parametrize(
    "dialled, now",
    [
        (HAIYUN, "2026-11-28T11:00"),
        (HAIYUN, "2026-10-01T11:00"),
        (HAIYUN, "2026-10-10T09:30"),
        (LINFU, "2026-10-10T10:00"),
    ],
    ids=["open-on-saturday", "open-on-the-holiday", "make-up-day-from-nine", "make-up-day"],
)
def test_open_hours_are_not_announced(caller, dialled, now):
    """While people are at work, make-up workdays included, nobody hears that they are not."""
    at(caller, now + ":00+08:00").calls(dialled)
    caller.is_not_told(*CLOSED)


@requirement("R9")
def test_a_short_caution_comes_before_anything_personal_is_asked(caller):
    """By the time a number has to be keyed, the caller knows what we never ask for."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    caller.is_told("请输入注册手机号", "Enter your registered number")
    asked = "请输入注册手机号" if caller.lang == "zh" else "Enter your registered number"
    before = caller.everything_heard.partition(asked)[0]
    caution = "不会让您说出密码或验证码" if caller.lang == "zh" else "never ask you to say a password or code"
    assert caution in before


@requirement("R3")
def test_one_key_reaches_a_person_before_any_choice(caller):
    """Zero at the very greeting rings an agent."""
    caller.dials(HAIYUN, BORROWED).presses("0")
    assert caller.talking_to


@requirement("R3")
def test_two_keys_reach_a_person_from_the_greeting(caller):
    """Language, then zero."""
    caller.calls().presses("0").is_told("转接人工", "connecting you to a person")
    assert caller.talking_to
    assert caller.report()["outcome"] == "transferred"


@requirement("R3", "R4")
def test_zero_at_night_leads_to_a_callback_instead_of_a_dead_end(caller):
    """Closed hours: the next opening and the offer to be called back."""
    at(caller, "2026-11-23T23:30:00+08:00").calls().presses("0")
    caller.is_told("明天上午九点", "tomorrow at nine A M").is_told("回电，请按一", "call back, press 1")
    assert not caller.rung
