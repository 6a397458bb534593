"""Information: answers at once, for anybody, without a trace."""

from __future__ import annotations

import pytest

from tests.call_flows.line import HAIYUN, LINFU, Caller

requirement = pytest.mark.requirement

TOPICS = {
    "hours": ("服务时间", "agents' hours"),
    "channels": ("官方渠道", "official channels"),
    "prepare": ("来电准备", "preparation"),
    "limits": ("限额与规则", "limits and rules"),
    "safety": ("防骗", "scam"),
}
RECORDS = ("cases", "disputes", "freezes", "callbacks", "consents", "voice-notes", "sms")
SOLVED = ("问题解决了吗", "solve your problem")


def asks(caller: Caller, topic: str, line: str = HAIYUN) -> Caller:
    """Call and choose a topic under information."""
    return caller.calls(line).picks("信息咨询", "information").picks(*TOPICS[topic])


def asks_for_methods(caller: Caller, line: str = HAIYUN) -> Caller:
    """Call and choose the ways to top up, which are told where top-ups are."""
    return caller.calls(line).picks("充值与支付问题", "top-up and payment").picks("充值方式", "methods")


def checks(caller: Caller, number: str, line: str = HAIYUN) -> Caller:
    """Key a number that called, under safety."""
    return asks(caller, "safety", line).picks("核对一个来电号码", "check a number").enters(number + "#")


@pytest.fixture(params=sorted(TOPICS))
def topic(request):
    """Each topic of the menu."""
    return request.param


@requirement("R2", "R14", "R76")
def test_every_topic_is_told_without_verification_and_leaves_no_record(caller, topic):
    """No number is asked for, nobody is known at the end, and nothing was opened or sent."""
    before = {kind: caller.line.get(kind) for kind in RECORDS}
    asks(caller, topic)
    if topic == "safety":
        caller.picks("我已经明白了", "that is enough")
    caller.is_told(*SOLVED).picks("是的", "yes").picks("结束通话", "end the call")
    assert caller.over
    assert caller.report()["level"] == "L0"
    assert {kind: caller.line.get(kind) for kind in RECORDS} == before
    assert "请输入" not in caller.everything_heard
    assert "Enter" not in caller.everything_heard


@requirement("R7")
def test_the_hours_of_every_day_are_told(caller):
    """Weekdays, weekends and public holidays, from and to, and whether people are there now."""
    asks(caller, "hours").is_told("现在是人工服务时间", "agents are at work now")
    caller.is_told("周一到周五，上午九点到晚上九点", "Monday to Friday, nine A M to nine P M")
    caller.is_told("周六到周日，上午十点到下午六点", "Saturday to Sunday, ten A M to six P M")
    caller.is_told("法定节假日，上午十点到下午四点", "public holidays, ten A M to four P M")


@requirement("R7")
@pytest.mark.parametrize(
    "now, zh, en",
    [
        ("2027-03-08T09:30", "现在应该有人工服务", "should be at work now"),
        ("2027-03-06T19:00", "现在可能没有人工服务", "probably not at work now"),
        ("2027-03-08T11:00", "现在是人工服务时间", "agents are at work now"),
        ("2027-03-08T23:00", "现在不是人工服务时间", "agents are not at work now"),
    ],
    ids=["a weekday or a holiday", "a weekend or a day of work", "open either way", "closed either way"],
)
def test_whether_agents_are_there_is_told_as_expected_while_holidays_are_not_announced(caller, now, zh, en):
    """A Monday that may be a holiday, and a Saturday that may be worked; sure where it makes no difference."""
    caller.line.put("clock", {"now": now + ":00+08:00"})
    asks(caller, "hours").is_told(zh, en)


@requirement("R7", "R75")
def test_days_without_agents_are_told_as_such(caller):
    """The other wallet rests at weekends and on holidays, and right now."""
    caller.line.put("clock", {"now": "2026-11-28T11:00:00+08:00"})
    asks(caller, "hours", LINFU).is_told("现在不是人工服务时间", "agents are not at work now")
    caller.is_told("周一到周五，上午九点到下午六点", "Monday to Friday, nine A M to six P M")
    caller.is_told("周六到周日没有人工服务", "Saturday to Sunday, no agents")
    caller.is_told("法定节假日没有人工服务", "public holidays, no agents")


@requirement("R7")
def test_hours_that_end_at_midnight_are_told_as_such(caller):
    """And those of a whole day."""

    def change(world):
        hours = world["wallets"][0]["hours"]
        hours.update(dict.fromkeys(hours, "00:00-24:00"), sun="08:00-24:00", holiday="closed")

    caller.line.change_world(change)
    asks(caller, "hours").is_told("周一到周六，全天", "Monday to Saturday, all day")
    caller.is_told("周日，上午八点到午夜十二点", "Sunday, eight A M to midnight").is_told("没有人工服务", "no agents")


@requirement("R8", "R11", "R12")
def test_the_official_channels_are_website_app_and_social_media(caller):
    """Where to look on the website and in the app, how social media answer, and that fakes exist."""
    asks(caller, "channels").is_told("官方网站", "official Haiyun website").is_told("联系我们", "Contact us")
    caller.is_told("设置、帮助与客服", "Settings, then Help and support")
    caller.is_told("官方公众号", "official Haiyun account").is_told("私信或者评论", "by message or comment")
    caller.is_told("仿冒", "fake")


@requirement("R8", "R11", "R12", "R75")
def test_each_wallet_has_channels_of_its_own(caller):
    """The other line names the other page, the other place in the app, the other account."""
    asks(caller, "channels", LINFU).is_told("客户服务", "Customer service page")
    caller.is_told("我的、帮助中心", "Me, then Help centre").is_told("邻付官方微博", "official Linfu account")
    caller.is_not_told("海云", "Haiyun")


@requirement("R14", "R15", "R16", "R17")
def test_what_to_have_ready_is_account_problem_and_records(caller):
    """Mobile number and e-mail; time and circumstances; records or screenshots only if there are any."""
    asks(caller, "prepare").is_told("注册手机号和电子邮件", "mobile number and e-mail")
    caller.is_told("时间和经过", "when it happened and how")
    caller.is_told("有交易记录或者截图", "Transaction records or screenshots help, if you have any")


@requirement("R76", "R53", "R71")
def test_limits_and_rules_are_told_with_every_figure(caller):
    """Single, daily, monthly and annual limit, dispute window, decision, refund and what verification takes."""
    asks(caller, "limits").is_told("单笔最多充两千元", "up to two thousand yuan")
    caller.is_told("每日限额五千元", "daily limit is five thousand yuan")
    caller.is_told("每月限额两万元", "monthly limit is twenty thousand yuan")
    caller.is_told("每年限额十万元", "annual limit one hundred thousand yuan")
    caller.is_told("一百二十天内提出", "within one hundred twenty days")
    caller.is_told("八个工作日", "eight business days")
    caller.is_told("三十分钟内到账", "thirty minutes").is_told("一到三个工作日", "one to three business days")
    caller.is_told("证件号码后六位", "last six of your ID")


@requirement("R75", "R76")
def test_the_same_keys_on_another_wallet_give_other_figures(caller):
    """Limits, window, kind of days and refund times come from the wallet that was dialled."""
    asks(caller, "limits", LINFU).is_told("单笔最多充五百元", "up to five hundred yuan")
    caller.is_told("每日限额两千元", "daily limit is two thousand yuan")
    caller.is_told("每月限额一万元", "monthly limit is ten thousand yuan")
    caller.is_told("每年限额五万元", "annual limit fifty thousand yuan")
    caller.is_told("四十五天内提出", "within forty-five days")
    caller.is_told("二十个自然日", "twenty calendar days").is_told("六十分钟内到账", "sixty minutes")
    caller.is_told("三到五个工作日", "three to five business days")


@requirement("R76", "R71")
@pytest.mark.parametrize("where", ["information", "transactions"])
def test_refunds_in_calendar_days_are_told_as_such(caller, where):
    """The unit is the wallet's, like the figures; equal ends are one figure."""

    def change(world):
        world["wallets"][0]["policy"]["refund"] = {"balance_minutes": 1, "card_days": [7, 7], "unit": "calendar"}

    caller.line.change_world(change)
    if where == "information":
        asks(caller, "limits")
    else:
        caller.calls().picks("交易与争议", "disputes").picks("争议规则", "rules")
    caller.is_told("需要七个自然日", "takes seven calendar days").is_told("一分钟", "one minute").is_not_told(
        "一分钟s", "one minutes"
    )


@requirement("R55")
def test_every_way_to_top_up_is_told_with_fee_arrival_and_limit(caller):
    """One can choose: what it costs, when it arrives, how much at once."""
    asks_for_methods(caller).is_told("银行卡，不收手续费，实时到账", "By bank card, without a fee, at once")
    caller.is_told("单笔最多两千元", "Up to two thousand yuan")
    caller.is_told("银行转账，不收手续费，两小时内到账", "By bank transfer, without a fee, within two hours")
    caller.is_told("单笔最多五万元", "Up to fifty thousand yuan")
    caller.is_told("金额大的", "For a large amount")


@requirement("R55")
def test_a_fee_is_told_as_money(caller):
    """Two hundred fen are two yuan."""

    def charge(world):
        world["wallets"][0]["policy"]["top_up_methods"][1]["fee"] = 200

    caller.line.change_world(charge)
    asks_for_methods(caller).is_told("银行转账，手续费两元", "By bank transfer, with a fee of two yuan")


@requirement("R55", "R75")
def test_the_ways_to_top_up_are_those_of_the_wallet(caller):
    """A way that the other wallet does not have is not named."""
    asks_for_methods(caller, LINFU).is_told("单笔最多五百元", "Up to five hundred yuan")
    caller.is_not_told("银行转账", "bank transfer")


@requirement("R9")
def test_what_staff_never_ask_for_is_told_in_full(caller):
    """No password, no code, no transfer to a safe account; hang up and dial the official number."""
    asks(caller, "safety").is_told("不会让您说出密码", "never ask you to say a password")
    caller.is_told("不会让您说出验证码", "never ask you to say a code").is_told("安全账户", "safe account")
    caller.is_told("请挂断", "Hang up").is_told("官方热线", "official number")


@requirement("R10")
@pytest.mark.parametrize("keyed", ["95001", "4000000101", "864000000101"])
def test_a_number_of_the_wallet_is_confirmed_but_never_trusted(caller, keyed):
    """It is ours, however it is spelt; but a caller ID can be forged."""
    checks(caller, keyed).is_told("是我们的官方号码", "is our official number").is_told("伪造", "forged")
    caller.is_told(*SOLVED)


@requirement("R10", "R75")
@pytest.mark.parametrize("keyed", ["17000000001", "95002", "4000000102"])
def test_any_other_number_is_told_to_be_none_of_ours(caller, keyed):
    """Foreign, nearly right, or another wallet's: not ours, hang up, do nothing they said."""
    checks(caller, keyed).is_told("不是我们的号码", "is not our number").is_told("挂断对方的电话", "hang up on them")


@requirement("R10")
def test_the_number_that_was_checked_is_said_back(caller):
    """The caller hears digit by digit which number the answer is about."""
    checks(caller, "95001").is_told("九五零零幺是我们", "nine five zero zero")


@requirement("R36", "R35", "R34")
def test_protection_tips_need_no_verification(caller):
    """Password, two-factor authentication and strange devices, for anybody."""
    caller.calls().picks("账户安全", "account security").picks("防护技巧", "safety tips")
    caller.is_told("密码", "password").is_told("双重身份验证", "two-factor authentication")
    caller.is_told("陌生设备", "unknown devices").is_told(*SOLVED)
    assert caller.report()["level"] == "L0"


@requirement("R25", "R13")
def test_an_answer_can_be_heard_again(caller, topic):
    """Pound after an answer says the answer once more, not only the question after it."""
    asks(caller, topic)
    first = caller.heard
    caller.presses("#")
    assert caller.heard == first


@requirement("R13")
@pytest.mark.parametrize("topic", ["channels", "limits"])
def test_an_answer_can_be_heard_more_slowly(caller, topic):
    """The same words at another speed, and back."""
    asks(caller, topic)
    words, quick = caller.heard, caller.documents[-1]
    caller.presses("8").is_told("说慢一些", "more slowly").hears(*words.splitlines())
    assert 'rate="' in caller.documents[-1] and 'rate="' not in quick
    caller.presses("8").is_told("平常语速", "usual speed").hears(*words.splitlines())


@requirement("R25")
def test_star_leads_from_an_answer_to_the_topics_and_from_there_to_the_main_menu(caller):
    """One level at a time."""
    asks(caller, "hours").presses("*").is_told("限额与规则，请按", "limits and rules, press")
    caller.presses("*").is_told("账户安全，请按一", "account security, press 1")


@requirement("R25")
def test_another_topic_can_follow(caller):
    """After yes one can ask on, and lands at the main menu."""
    asks(caller, "hours").picks("是的", "yes").picks("还有别的问题", "another question")
    caller.picks("信息咨询", "information").picks(*TOPICS["limits"]).is_told("两千元", "two thousand yuan")


@requirement("R13")
def test_a_long_answer_pauses_and_names_the_key_that_repeats_it(caller):
    """Two pauses of two seconds, one mention of the key, and the key says all of it."""
    asks(caller, "limits").is_told("想重听，请按井号", "To hear it again, press pound")
    document = caller.documents[-1]
    assert document.count('<break time="2000ms"/>') == 2
    assert document.count("请按井号" if caller.lang == "zh" else "press pound") == 1
    caller.presses("#").is_told("单笔最多充", "One top-up may be").is_told("证件号码后六位", "last six of your ID")
