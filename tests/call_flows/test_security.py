"""Account security: what is asked before any proof, going through transactions, orders from strangers, tips."""

from __future__ import annotations

import pytest

from ivr.checks import speech_timeline
from tests.call_flows.line import DANA, LIN, LINFU, SUN, Caller, Person
from tests.call_flows.test_freeze import FROZEN, gives, status

requirement = pytest.mark.requirement
SOLVED = ("问题解决了吗", "solve your problem")
DIRECTED = ("有人在教您按键", "telling you what to do")
FREEZE_NOW = ("现在冻结这个账户吗", "Shall I freeze this account now")
FROZEN_ALREADY = ("账户已冻结", "account is frozen")
PRIYA = Person("12025550156", "770924", "905137")
YES, NO = ("是的", "For yes"), ("不是", "For no")


def opens(caller: Caller) -> Caller:
    """The menu of security."""
    return caller.picks("账户安全", "account security")


def reviews(caller: Caller, *, logs_in: bool = True) -> Caller:
    """From the main menu to verification: strange transactions, can log in or not, nobody gives orders."""
    opens(caller).picks("有陌生交易", "unfamiliar transactions")
    caller.picks(*(("能登录", "can log in") if logs_in else ("登录不了", "can't log in")))
    return caller.is_told(*DIRECTED).picks(*NO)


def answers(caller: Caller, *own: bool) -> Caller:
    """Say of each transaction whether it is one's own."""
    for mine in own:
        caller.is_told("是您本人的吗", "one yours").picks(*(YES if mine else NO))
    return caller


@requirement("R26", "R5")
def test_security_is_the_first_option_and_its_menu_names_what_can_be_wrong(caller):
    """Theft and loss, strange transactions, a fraud, an account that is frozen, tips."""
    opens(caller.calls().is_told("账户安全，请按一", "account security, press 1"))
    for zh, en in (
        ("被盗", "stolen"),
        ("陌生交易", "unfamiliar"),
        ("怀疑被骗", "suspect a scam"),
        ("账户被冻结", "account is frozen"),
        ("防护技巧", "tips"),
    ):
        caller.is_told(zh, en)


@requirement("R28", "R29", "R30", "R24", "R5")
def test_strange_transactions_and_the_log_in_are_told_before_any_proof_and_reach_the_agent(caller):
    """In the summary by name, and on the agent's screen in the words that were heard; before all other callers."""
    opens(caller.calls()).picks("有陌生交易", "unfamiliar transactions").is_told("能正常登录", "still log in")
    caller.picks("登录不了", "can't log in").presses("0")
    summary = caller.report()["summary"]
    assert (summary["entered"]["security"], summary["entered"]["log-in"], summary["level"]) == (
        "unfamiliar",
        "fails",
        "L0",
    )
    assert summary["told"] == {"unfamiliar": "some", "can_log_in": False}
    assert "登录不了" in " ".join(summary["written"]["zh"])
    assert "can't log in" in " ".join(summary["written"]["en"])
    assert summary["priority"] == "high"


@requirement("R28", "R29")
def test_the_questions_come_after_the_freeze(caller):
    """First the money is safe; then phone, strange transactions and log-in are asked, and reach the agent."""
    gives(opens(caller.calls()).picks("马上冻结", "freeze a stolen account"), LIN).presses("1").is_told(*FROZEN)
    caller.is_told("手机还在身边吗", "still have your phone").picks(*YES)
    caller.is_told("不是您本人的交易", "aren't yours").picks("有", "there are some")
    caller.picks("登录不了", "can't log in").is_told("接下来您需要什么", "like to do next").presses("0")
    told = caller.report()["summary"]["told"]
    assert told == {"has_phone": True, "unfamiliar": "some", "can_log_in": False}


@requirement("R28", "R31", "R33", "R39")
def test_what_is_not_the_callers_becomes_a_case_with_reference_and_date(caller):
    """After verification each transaction is told and answered; the marked one is read back by a question, then a
    case.
    """
    reviews(caller.calls()).is_not_told("城市公交", "City Bus").proves(LIN)
    caller.is_told("账户状态正常", "account is active").is_told("充值八百元", "top-up of eight hundred yuan")
    answers(caller, True).is_told("付给城市公交十二元", "a payment of twelve yuan to City Bus")
    answers(caller, False).is_told("晨光书店", "Morning Light Books")
    answers(caller, True).is_told("现在冻结这个账户吗", "Shall I freeze this account now").picks(*NO)
    assert caller.line.get("cases") == []
    caller.is_told("您标出的交易", "that you marked").picks(*YES)
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["about"], case["customer"], case["due"]) == ("security", "Y2", "K1", "2026-11-24")
    caller.is_told("会核对交易和登录记录", "check transactions and log-ins").is_told(
        "十一月二十四日", "November twenty-fourth"
    )
    report = caller.report()
    assert (report["outcome"], report["summary"]["told"]["not_mine"]) == ("case", ["Y2"])
    for lang, words in (("zh", "12.00 元，非本人"), ("en", "12.00 yuan, not the caller's")):
        assert words in " ".join(report["summary"]["written"][lang])


@requirement("R28")
def test_older_transactions_are_gone_through_on_request(caller):
    """Four at a time; one that the bank took without success is among them, one that failed for good is not."""
    payee = {"zh": "陌生商店", "en": "Strange Shop"}
    plain = {"customer": "K2", "payee": payee, "status": "succeeded"}
    more = [
        {**plain, "id": f"N{day}", "amount": day * 100, "at": f"2026-11-{day}T09:00:00+08:00"} for day in range(13, 23)
    ]
    more[9].update(status="failed", code="57", bank_debited=False)
    more[8].update(status="failed", code="57", bank_debited=True)
    caller.line.change_world(lambda world: world["payments"].extend(more))
    reviews(caller.calls()).proves(DANA).is_told("二十一元", "twenty-one yuan").is_not_told(
        "二十二元", "twenty-two yuan"
    )
    answers(caller, True, True, True, True).is_told("更早的交易", "older ones").picks("继续听", "hear them")
    answers(caller, False, True, True, True).picks("先听到这里", "that is enough").is_told(*FREEZE_NOW).picks(
        *NO
    ).picks(*YES)
    assert [case["about"] for case in caller.line.get("cases")] == ["N17"]


@requirement("R28")
def test_what_is_still_being_confirmed_is_told_as_such(caller):
    """Nobody knows yet whether it was paid."""
    reviews(caller.calls()).proves(PRIYA).is_told(
        "东港电器四百一十元", "four hundred ten yuan to East Harbour Appliances"
    )
    caller.is_told("这笔还在确认", "It is still being confirmed").is_not_told("已经成功", "paid")
    answers(caller, True).is_told("充值三百元", "three hundred yuan").is_not_told("还在确认", "being confirmed")


@requirement("R28")
def test_who_has_failed_transactions_only_is_not_told_that_there_were_none(caller):
    """Both are true things to say, of different customers."""
    reviews(caller.calls()).proves(DANA).is_told("最近的交易都没有成功", "None of the recent transactions succeeded")
    caller.is_not_told("没有查到交易", "no transactions").is_told("没有标出陌生交易", "You marked none")


@requirement("R33")
def test_the_same_matter_has_one_case_however_often_one_calls(caller):
    """The second call hears the reference of the first."""
    for place in range(2):
        again = Caller(caller.line, caller.lang).calls(from_=f"+861390000000{place + 2}")
        answers(reviews(again).proves(LIN), False, True, True).picks(*NO).picks(*YES)
        assert len(caller.line.get("cases")) == 1


@requirement("R33")
def test_an_investigation_needs_a_yes(caller):
    """Nothing marked: it is offered all the same, and a no makes no case."""
    answers(reviews(caller.calls()).proves(LIN), True, True, True)
    caller.is_told("没有标出陌生交易", "You marked none").picks(*NO)
    assert caller.line.get("cases") == []


@requirement("R27", "R62")
def test_a_verified_owner_freezes_with_one_yes(caller):
    """No number and no tail again; the freeze is the owner's, on L2."""
    answers(reviews(caller.calls()).proves(LIN), False, True, True).picks(*YES).is_told(*FROZEN)
    caller.is_told("您标出的交易", "that you marked")
    assert status(caller.line, "K1") == "frozen"
    assert [one["customer"] for one in caller.line.get("freezes")] == ["K1"]
    assert caller.report()["level"] == "L2"


@requirement("R39")
def test_a_frozen_account_is_told_after_verification_and_no_freeze_is_offered(caller):
    """And a person lifts it, not the line."""
    reviews(caller.calls(LINFU)).proves(SUN).is_told("冻结状态", "account is frozen")
    caller.is_told("没有查到交易", "no transactions").is_not_told("现在冻结", "Shall I freeze")


@requirement("R37", "R34", "R35")
@pytest.mark.parametrize(
    "person, zh, en",
    [(LIN, "还没有开启", "is not on yet"), (DANA, "已经开启", "is on")],
    ids=["off", "on"],
)
def test_two_factor_is_told_as_it_stands_and_the_password_is_changed_in_the_app(caller, person, zh, en):
    """After verification; with the steps where it is off; the password is never taken by phone."""
    answers(reviews(caller.calls()).proves(person), *([True] * 3 if person is LIN else [])).picks(*NO)
    caller.picks("防护建议", "protection advice").is_told(zh, en)
    caller.is_told("应用的安全设置里更改", "in the app's security settings").is_told(
        "电话里不收登录密码", "never taken by phone"
    )
    caller.is_told("陌生设备", "unknown devices").is_told(*SOLVED)


@requirement("R29", "R34")
def test_who_cannot_log_in_is_not_sent_to_the_app(caller):
    """Other advice, and a person to get back in."""
    reviews(caller.calls(), logs_in=False).proves(DANA).picks(*NO).picks("防护建议", "protection advice")
    caller.is_not_told("应用", "the app").is_told("恢复登录请找人工", "To get back in, ask for a person")


@requirement("R9", "R26")
def test_orders_from_strangers_have_a_way_out_before_anything_else(caller):
    """Hang up on them, no safe account; a freeze, a check of their number, or a person."""
    opens(caller.calls()).picks("怀疑被骗", "suspect a scam")
    caller.is_told("挂断对方的电话", "hang up on them").is_told("安全账户都是骗局", "always a scam")
    caller.presses("0")
    assert caller.talking_to and caller.report()["summary"]["priority"] == "high"


@requirement("R27")
def test_who_is_given_orders_can_freeze_at_once(caller):
    """Three keys to it from the main menu, if no money was sent."""
    gives(
        opens(caller.calls()).picks("怀疑被骗", "suspect a scam").picks(*NO).picks("马上冻结", "freeze your account"),
        LIN,
    )
    caller.picks(*YES).is_told(*FROZEN).is_told(*SOLVED)
    assert status(caller.line, "K1") == "frozen"


@requirement("R10")
def test_the_number_of_whoever_gives_orders_can_be_checked(caller):
    """Keyed, and judged."""
    opens(caller.calls()).picks("怀疑被骗", "suspect a scam").picks(*NO).picks("核对对方的号码", "check the number")
    caller.enters("13800138000#").is_told("不是我们的号码", "is not our number").is_told(*SOLVED)


@requirement("R9")
def test_no_code_is_asked_for_while_somebody_gives_orders(caller):
    """The question comes before verification; a yes leads to the way out, and the agent knows."""
    opens(caller.calls()).picks("有陌生交易", "unfamiliar transactions").picks("能登录", "can log in")
    caller.is_told(*DIRECTED).picks(*YES).is_told("安全账户都是骗局", "always a scam")
    caller.is_not_told("请输入", "Enter").presses("0")
    assert caller.report()["summary"]["told"]["directed"] is True


@requirement("R27")
def test_a_frozen_account_is_an_option_of_its_own_and_a_person_lifts_the_freeze(caller):
    """What to bring is told; whether somebody gives orders is asked first."""
    opens(caller.calls(LINFU)).picks("账户被冻结", "account is frozen").is_told(*DIRECTED).picks(*NO)
    caller.is_told("由人工客服核实身份后办理", "An agent can lift a freeze").is_told("准备好身份证件", "have your ID")
    assert caller.talking_to and caller.report()["summary"]["reason"] == "freeze to be lifted"


SENT = ("已经把钱转出去了吗", "already sent money")
NO_STAFF_AT_NIGHT = {"security_hours": "09:00-21:00"}


@requirement("R9", "R24")
def test_who_has_sent_money_hears_whom_to_call_and_gets_the_first_agent(caller):
    """Minutes count: the police, the anti-fraud line, then a person who knows it."""
    opens(caller.calls()).picks("怀疑被骗", "suspect a scam").is_told(*SENT).picks(*YES)
    caller.is_told("拨打幺幺零报警", "police now, at one one zero").is_told(*ANTI_FRAUD)
    summary = caller.report()["summary"]
    assert caller.talking_to
    assert (summary["reason"], summary["priority"]) == ("money sent to a fraudster", "high")
    assert summary["told"]["money_sent"] is True


@requirement("R9", "R33")
def test_at_night_who_has_sent_money_is_identified_and_gets_an_urgent_case(caller):
    """Where nobody is there for security: a case with reference and date, then the freeze is still offered."""
    caller.line.change_world(lambda world: world["wallets"][0].update(NO_STAFF_AT_NIGHT))
    caller.line.put("clock", {"now": "2026-11-23T23:30:00+08:00"})
    opens(caller.calls()).picks("怀疑被骗", "suspect a scam").picks(*YES).is_told(*ANTI_FRAUD).proves(LIN)
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["customer"], case["about"]) == ("security", "K1", f"money-sent:{caller.sid}")
    caller.is_told("单号是", "reference").is_told("十一月二十五日", "November twenty-fifth")
    assert (case["due"], caller.report()["summary"]["priority"]) == ("2026-11-25", "high")
    caller.picks("马上冻结", "freeze your account").picks(*YES).is_told(*FROZEN)


@requirement("R9", "R4")
def test_at_night_who_has_sent_money_and_cannot_prove_anything_is_called_back(caller):
    """No case without an owner; a person calls, before all others."""
    caller.line.change_world(lambda world: world["wallets"][0].update(NO_STAFF_AT_NIGHT))
    caller.line.put("clock", {"now": "2026-11-23T23:30:00+08:00"})
    opens(caller.calls()).picks("怀疑被骗", "suspect a scam").picks(*YES)
    for _ in range(3):
        caller.proves(Person(LIN.number, "999999", "000000"))
    caller.is_told("需要回电，请按一", "call back, press 1")
    assert caller.line.get("cases") == []
    assert caller.report()["summary"]["priority"] == "high"


@requirement("R9")
def test_at_night_with_people_for_security_a_person_takes_it(caller):
    """`security_hours` say so: nothing else is asked."""
    caller.line.change_world(lambda world: world["wallets"][0].update(security_hours="always"))
    caller.line.put("clock", {"now": "2026-11-23T23:30:00+08:00"})
    opens(caller.calls()).picks("怀疑被骗", "suspect a scam").picks(*YES)
    assert caller.talking_to and caller.line.get("cases") == []


SIM = ("联系手机运营商，挂失手机卡", "ask your mobile operator to block the SIM")
POLICE = ("请拨打幺幺零报警", "call the police at one one zero")
ANTI_FRAUD = ("九六幺幺零", "nine six one one zero")
PASSWORD_FIRST = ("找回手机或者补卡以后，请先更改密码", "Once you have a phone again, change your password first")


@requirement("R27", "R34")
def test_who_lost_a_phone_hears_of_the_sim_the_police_and_the_password(caller):
    """After the freeze; once."""
    frozen_without_phone(caller.calls())
    for said in (SIM, POLICE, ANTI_FRAUD, PASSWORD_FIRST):
        caller.is_told(*said)
    caller.picks(*NO).presses("2").presses("1").picks("听防护建议", "safety advice").is_told(*SOLVED).is_not_told(*SIM)


@requirement("R27", "R33")
def test_who_lost_a_phone_may_wish_to_be_logged_out_everywhere(caller):
    """A case with a reference and a date, after a yes."""
    frozen_without_phone(caller.calls()).is_told("所有设备退出登录吗", "every device to be logged out").picks(*YES)
    caller.is_told("已经记下", "I've noted").is_told("单号是", "reference").is_told(
        "十一月二十四日", "November twenty-fourth"
    )
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["customer"], case["about"]) == ("security", "K1", f"log-out:{caller.sid}")


@requirement("R27", "R33")
def test_no_device_is_logged_out_without_a_yes(caller):
    """A no makes no case; the questions go on."""
    frozen_without_phone(caller.calls()).picks(*NO).is_told("不是您本人的交易", "aren't yours")
    assert caller.line.get("cases") == []


@requirement("R27", "R33")
def test_who_finds_the_account_frozen_may_wish_to_be_logged_out_as_well(caller):
    """The caller was told that it is frozen."""
    found_frozen(caller.calls(LINFU)).picks(*NO).is_told("所有设备退出登录吗", "every device to be logged out").picks(
        *YES
    )
    (case,) = caller.line.get("cases")
    assert (case["kind"], case["customer"], case["about"]) == ("security", "K3", f"log-out:{caller.sid}")


@requirement("R27")
def test_who_has_the_phone_hears_nothing_of_a_sim(caller):
    """It is not gone."""
    gives(opens(caller.calls()).picks("马上冻结", "freeze a stolen account"), LIN).presses("1").picks(*YES)
    caller.is_not_told(*SIM)


def frozen_without_phone(caller: Caller) -> Caller:
    """From the main menu: frozen, and the phone is gone."""
    gives(opens(caller).picks("马上冻结", "freeze a stolen account"), LIN).presses("1").is_told(*FROZEN)
    return caller.picks(*NO)


def test_who_lost_a_phone_and_declines_the_freeze_hears_the_same(caller):
    """The SIM and the theft are as urgent then; nothing is noted for an account that is not frozen."""
    gives(opens(caller.calls()).picks("马上冻结", "freeze a stolen account"), LIN).presses("2").picks(*NO)
    for said in (SIM, POLICE, ANTI_FRAUD, PASSWORD_FIRST):
        caller.is_told(*said)
    caller.is_not_told("退出登录", "logged out")


def test_an_empty_review_says_what_a_debit_at_the_bank_means(caller):
    """That we see nothing is no proof that no money left."""
    caller.line.change_world(lambda world: world.update(payments=[], top_ups=[], disputes=[]))
    reviews(caller.calls()).proves(LIN).is_told("如果银行显示扣了款", "If your bank shows a debit")


@requirement("R27")
def test_a_line_of_another_country_names_no_number_of_mainland_police(caller):
    """One one zero is nobody's number there."""
    caller.line.change_world(lambda world: world["wallets"][0].update(calendar="US"))
    frozen_without_phone(caller.calls()).is_told(*SIM)
    caller.is_told("向警方报案", "report it to the police").is_not_told(*ANTI_FRAUD)
    other = Caller(caller.line, caller.lang).calls(from_="+8613900000002")
    opens(other).picks("怀疑被骗", "suspect a scam").picks(*YES).is_told("请马上报警", "Call the police now")
    other.is_not_told(*ANTI_FRAUD)


@requirement("R24", "R27")
def test_who_wants_a_freeze_lifted_is_announced_with_what_was_proved(caller):
    """Number and document alone, an account that was frozen before, and the wish; in time."""
    found_frozen(caller.calls(LINFU))
    back_to_the_frozen_account(caller).picks(*NO)
    (whisper,) = caller.whispers
    for zh, en in (("只核对号码和证件", "Number and ID only"), FROZEN_ALREADY, ("要求解冻", "wants that lifted")):
        assert (zh if caller.lang == "zh" else en) in whisper
    assert ("没" in whisper, "指挥" in whisper, "orders" in whisper) == (False,) * 3
    assert speech_timeline.seconds(whisper, caller.lang == "zh") <= 12


@requirement("R9", "R24")
def test_a_caller_under_orders_is_announced_as_such_and_not_with_the_wish(caller):
    """Whoever wants the freeze lifted may have been told to."""
    found_frozen(caller.calls(LINFU))
    back_to_the_frozen_account(caller).picks(*YES).picks(*NO).presses("0")
    (whisper,) = caller.whispers
    assert ("可能有人指挥" if caller.lang == "zh" else "perhaps under orders") in whisper
    assert ("解冻" in whisper, "lifted" in whisper) == (False, False)


def found_frozen(caller: Caller) -> Caller:
    """Somebody wants a freeze, and the account is frozen already."""
    gives(opens(caller).picks("马上冻结", "freeze a stolen account"), SUN)
    return caller.is_told("之前已经冻结", "frozen already")


def back_to_the_frozen_account(caller: Caller) -> Caller:
    """A level back, to the option for those whose account is frozen."""
    return caller.presses("*").picks("账户被冻结", "account is frozen").is_told(*DIRECTED)


@requirement("R24", "R31")
def test_another_ones_account_is_not_announced(caller):
    """A wrong tail for an account that is frozen: the agent hears of no freeze."""
    opens(caller.calls(LINFU)).picks("马上冻结", "freeze a stolen account")
    caller.enters(SUN.number + "#").enters("999999").presses("0#")
    (whisper,) = caller.whispers
    assert ("冻结" in whisper, "frozen" in whisper) == (False, False)
    assert ("未验证" if caller.lang == "zh" else "Not verified") in whisper


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_while_the_wallet_is_away_a_person_is_found_and_nothing_is_told_of_the_account(caller, mode):
    """Verified, then the wallet is gone: neither status nor transactions, and no case."""
    reviews(caller.calls()).enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    caller.line.put("wallet", {"mode": mode})
    caller.enters(DANA.pin).is_not_told("账户状态", "account is active").is_told("查不到记录", "cannot see the records")
    assert caller.talking_to and caller.line.get("cases") == []


@requirement("R38")
def test_no_card_number_is_spoken_and_no_payment_password_is_asked_for(caller):
    """Verification wants a phone PIN and says that it is none of those; of a top-up by card, the card is not named."""
    reviews(caller.calls()).enters(LIN.number + "#").enters(LIN.tail).picks("电话服务密码", "phone PIN")
    caller.is_told("不是支付密码", "not your payment password").presses("**#")
    reviews(caller).proves(LIN).is_told("充值八百元", "top-up of eight hundred yuan")
    caller.does_not_hear("2215", "二二一五", "two two one five", "银行卡号", "card number")
