"""A caller whose call broke off resumes it after verification; no other caller hears of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.demo.tables import records
from ivr.storage.database import begin_write
from tests.call_flows.disputing import FILED, NOT_RECEIVED, SURE, filed
from tests.call_flows.disputing import reports as disputes
from tests.call_flows.line import LIN, LINFU, OMAR, Caller
from tests.call_flows.test_security import reviews
from tests.call_flows.test_top_up import reports
from tests.call_flows.transactions import BY_AMOUNT, BY_DAY, looks, opens

GO_ON = ("上次断线了", "We were cut off.")
HERE = ("我们接着上次继续", "Let us go on where you were")
NOTHING = ("没有可以接着办理的事项", "There is nothing to go on with")
SAFETY = ("核对一个来电号码", "check a number")


def drops(caller: Caller) -> Caller:
    """A verified caller is helped, goes on to the advice against swindlers, and there the line breaks."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "limits").proves(LIN)
    caller.picks("是的", "yes").picks("还有别的问题", "another question")
    caller.picks("信息咨询", "information").picks("防骗", "scam warnings").is_told(*SAFETY).hangs_up()
    return caller


def calls_again(caller: Caller) -> Caller:
    """From the same telephone: the language is known, and the offer comes before the menu."""
    return caller.calls().is_told(*GO_ON)


def goes_on(caller: Caller) -> Caller:
    """Takes the offer, as far as the number."""
    return calls_again(caller).picks("接着办理", "to continue")


def test_the_same_customer_is_led_back_to_where_the_line_broke(caller):
    """After a new verification the menus on the way are skipped, and their answers are spoken again."""
    goes_on(drops(caller)).proves(LIN)
    caller.is_told(*HERE).is_told(*SAFETY).is_not_told("账户安全", "account security")


def test_the_offer_names_no_task_and_no_person(caller):
    """The calling number does not prove who calls."""
    calls_again(drops(caller))
    for word in ("充值", "top-up", "限额", "limit", "Lin,", "女士"):
        caller.does_not_hear(word)


def test_another_customer_hears_nothing_of_it(caller):
    """Verified, but somebody else: the main menu, and no word of the other's call."""
    goes_on(drops(caller)).proves(OMAR)
    caller.is_told(*NOTHING).is_told("账户安全", "account security").is_not_told(*SAFETY)


@pytest.mark.parametrize("minutes, offered", [(1, True), (23 * 60, True), (24 * 60 + 1, False)])
def test_the_offer_holds_for_a_day(caller, minutes, offered):
    """By business time."""
    drops(caller)
    day, rest = divmod(10 * 60 + minutes, 24 * 60)
    caller.line.put("clock", {"now": f"2026-11-{23 + day}T{rest // 60:02d}:{rest % 60:02d}:00+08:00"})
    caller.calls()
    (caller.is_told if offered else caller.is_not_told)(*GO_ON)


def test_who_starts_anew_is_not_asked_again(caller):
    """One key, the main menu, and the next call has no offer."""
    calls_again(drops(caller)).picks("重新开始", "start anew").is_told("账户安全", "account security")
    caller.hangs_up()
    caller.calls().is_not_told(*GO_ON)


@pytest.mark.parametrize("keys", ["*", "#*"])
def test_back_at_the_offer_is_the_main_menu(caller, keys):
    """A caller may leave the offer by any key."""
    calls_again(drops(caller))
    for key in keys:
        caller.presses(key)
    caller.is_told("账户安全", "account security")


def test_nobody_is_asked_whose_task_was_at_its_end_or_who_never_proved_who_they_are(caller):
    """Told the limits and hung up, as most callers do; and a call that broke off before verification."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "limits").proves(LIN).hangs_up()
    caller.calls().is_not_told(*GO_ON).picks("充值与支付问题", "top-up and payment").hangs_up()
    caller.calls().is_not_told(*GO_ON)


def test_nobody_is_asked_who_had_a_person_or_a_callback(caller):
    """Handed over: somebody else goes on there."""
    drops(caller).calls().picks("重新开始", "start anew").picks("充值与支付问题", "top-up").picks(
        "充值限额", "limits"
    ).proves(LIN)
    caller.line.put("agents", {"available": 0})
    caller.presses("0").wants_a_call_back("13700000000").picks("是的", "yes").hangs_up()
    caller.calls().is_not_told(*GO_ON)


def test_the_other_wallets_line_knows_nothing_of_it(caller):
    """The same telephone, another wallet."""
    drops(caller)
    caller.calls(LINFU).is_not_told(*GO_ON)


def test_a_withheld_number_is_offered_nothing(caller):
    """The call has no verified customer."""
    caller.calls(from_="anonymous").picks("充值与支付问题", "top-up and payment").picks("充值限额", "limits").proves(
        LIN
    )
    caller.hangs_up()
    caller.calls(from_="anonymous").is_not_told(*GO_ON)


def test_what_was_done_already_is_told_and_not_done_again(caller):
    """The case was opened, and the line broke before its reference could be noted."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    cases = caller.line.get("cases")
    caller.hangs_up()
    goes_on(caller).proves(LIN).is_told("上次已经为您建好服务单", "Your case was opened last time")
    caller.is_told("账户安全", "account security")
    assert caller.line.get("cases") == cases


def test_what_was_done_and_answered_to_is_settled(caller):
    """The case was told, and the caller said that it helped."""
    reports(caller.calls(), "800", "1121").proves(LIN).picks("不用补充", "skip it").picks("是的", "yes").hangs_up()
    caller.calls().is_not_told(*GO_ON)


def test_whether_somebody_gives_orders_is_asked_again_on_the_way_back(caller):
    """Resuming never answers a confirmation for the caller."""
    reviews(caller.calls()).proves(LIN).is_told("是您本人的吗", "one yours").hangs_up()
    goes_on(caller).proves(LIN).is_told(*HERE).is_told("有人在教您按键", "telling you what to do")


def test_today_is_asked_again_on_the_way_back(caller):
    """It was the day of that call."""
    looks(caller, LIN, BY_DAY).picks("今天", "today").is_told("大概时间", "Enter the time").hangs_up()
    goes_on(caller).proves(LIN).is_told(*HERE).is_told("哪一天", "which day")


def test_a_line_that_breaks_again_is_gone_on_with_again(caller):
    """The way is known in the second call as it was in the first."""
    goes_on(drops(caller)).proves(LIN).is_told(*SAFETY).hangs_up()
    goes_on(caller).proves(LIN).is_told(*HERE).is_told(*SAFETY)


def test_a_line_that_breaks_before_the_proof_takes_nothing_away(caller):
    """At the offer, at the number, at the code: the next call offers the same again, and is led back."""
    drops(caller)
    calls_again(caller).hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T10:01:00+08:00"})
    goes_on(caller).hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T10:02:00+08:00"})
    goes_on(caller).enters(LIN.number + "#").enters(LIN.tail).hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T10:03:00+08:00"})
    goes_on(caller).proves(LIN).is_told(*HERE).is_told(*SAFETY)


def test_a_later_call_in_which_the_caller_was_helped_ends_the_offer(caller):
    """An earlier dropped call is no longer offered."""
    drops(caller)
    caller.line.put("clock", {"now": "2026-11-23T10:05:00+08:00"})
    calls_again(caller).presses("*").picks("充值与支付问题", "top-up and payment").picks("充值限额", "limits").proves(
        LIN
    )
    caller.hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T10:06:00+08:00"})
    caller.calls().is_not_told(*GO_ON)


def test_who_asked_for_a_callback_since_is_not_asked(caller):
    """Without any proof: somebody will call back."""
    drops(caller)
    caller.line.put("clock", {"now": "2026-11-23T10:05:00+08:00"})
    caller.line.put("agents", {"available": 0})
    calls_again(caller).presses("0").wants_a_call_back("13700000000").picks("是的", "yes").hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T10:06:00+08:00"})
    caller.calls().is_not_told(*GO_ON)


BOOKS = ("晨光书店", "Morning Light Books")


def at_the_merchant(caller: Caller) -> Caller:
    """A dispute, in its second question."""
    return disputes(caller, NOT_RECEIVED).is_told("联系过商家", "asked the seller")


def at_the_read_back(caller: Caller) -> Caller:
    """At the last question."""
    return at_the_merchant(caller).presses("1").presses("1").is_told(*BOOKS).is_told(*SURE)


def out_of_the_records(caller: Caller) -> Caller:
    """The same dispute, begun at a transaction that was heard."""
    return looks(caller, LIN, BY_AMOUNT).enters("45*90#").presses("1").picks("反映这笔", "report this one")


@pytest.mark.parametrize(
    "breaks_at, heard",
    [
        (at_the_merchant, ("联系过商家", "asked the seller")),
        (at_the_read_back, SURE),
        (out_of_the_records, ("什么问题", "What went wrong")),
    ],
)
def test_a_dispute_is_gone_on_with_at_the_question_where_the_line_broke(caller, breaks_at, heard):
    """The reason and the payment are known: neither is asked for again."""
    breaks_at(caller).hangs_up()
    goes_on(caller).proves(LIN).is_told(*HERE).is_told(*heard).is_not_told("想怎么查", "How would you like to search")


def test_a_dispute_that_is_gone_on_with_is_filed_once_for_the_payment_that_was_found(caller):
    """Read back again, and its yes is asked for again."""
    at_the_read_back(caller).hangs_up()
    goes_on(caller).proves(LIN).is_told(*BOOKS).is_told(*SURE).presses("1").is_told(*FILED)
    (dispute,) = filed(caller)
    assert dispute["kind"] == "not-received"


def test_a_payment_that_was_offered_and_meant_is_gone_on_with(caller):
    """It is not offered again, and neither is the one that the caller rejected before it."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*NOT_RECEIVED).proves(LIN)
    caller.picks("不是", "no").is_told(*BOOKS).picks("是的", "yes").is_told("联系过商家", "asked the seller").hangs_up()
    goes_on(caller).proves(LIN).is_told(*HERE).is_told("联系过商家", "asked the seller").is_not_told(*BOOKS)
    caller.presses("1").presses("1").is_told(*BOOKS).is_told(*SURE).presses("1").is_told(*FILED)
    assert [one["about"] for one in filed(caller)] == ["Y1"]


def test_a_call_that_breaks_while_payments_are_offered_offers_them_again(caller):
    """Nothing was meant yet."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks(*NOT_RECEIVED).proves(LIN)
    caller.picks("不是", "no").is_told(*BOOKS).hangs_up()
    goes_on(caller).proves(LIN).is_told(*HERE).is_told("城市公交", "City Bus").picks("不是", "no").is_told(*BOOKS)


def test_a_payment_that_is_gone_is_looked_for_again(caller):
    """The wallet has no such record any more: the way ends where it is searched for."""
    at_the_read_back(caller).hangs_up()
    with begin_write(caller.line.runtime.engine) as conn:
        conn.execute(sa.delete(records).where(records.c.customer == "K1"))
    goes_on(caller).proves(LIN).is_told(*HERE).is_not_told(*SURE)
    caller.is_told("最近的交易", "latest")
