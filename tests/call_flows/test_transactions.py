"""Looking transactions up: records one by one, what was spent, the rules of each wallet."""

from __future__ import annotations

import pytest

from tests.call_flows.disputing import FILED, NOT_RECEIVED, filed
from tests.call_flows.line import DANA, HAIYUN, LIN, LINFU, OMAR, SUN, Person
from tests.call_flows.transactions import BY_AMOUNT, BY_PAYEE, LATEST, OLDER, looks, opens, pays

requirement = pytest.mark.requirement
PRIYA = Person("12025550156", "770924", "905137")
NOAH = Person("12025550158", "620317", "518264")
BALANCE = ("余额和最近", "balance")
OF_THESE = ("其中一笔有问题", "report one of these")
NEWEST = ("十一月二十日，付给城市公交十二元", "November twentieth, a payment of twelve yuan to City Bus")
PERIODS = ("最近七天", "seven days"), ("这个月", "This month"), ("上个月", "Last month")


@requirement("R59", "R67")
def test_the_newest_comes_first_and_keys_lead_on_and_back(caller):
    """Top-ups and payments together; at either end a word, and the same record again."""
    looks(caller, LIN, LATEST).is_told("充值八百元", "top-up of eight hundred yuan").is_told(
        "还在确认", "still being confirmed"
    )
    caller.picks("上一笔", "previous").is_told("最近的一笔", "latest one already")
    caller.picks("下一笔", "next one").is_told("充值三百元", "top-up of three hundred").is_told(
        "没有成功", "did not succeed"
    )
    caller.picks("下一笔", "next one").is_told(*NEWEST)
    caller.picks("下一笔", "next one").is_told(*OLDER)
    caller.picks("下一笔", "next one").is_told("后面没有了", "no more").is_told(*OLDER)
    caller.picks("上一笔", "previous").is_told(*NEWEST)


@requirement("R59")
def test_details_tell_the_very_moment_and_how_it_stands(caller):
    """Never the raw code."""
    looks(caller, LIN, LATEST).picks("下一笔", "next one").picks("详情", "details")
    caller.is_told("晚上八点十五分", "eight fifteen P M").is_told(
        "如果银行显示扣了款", "If your bank shows a debit"
    ).does_not_hear("54")


@requirement("R59")
@pytest.mark.parametrize("code", ["54", "SYSTEMERROR", None])
def test_what_the_bank_took_without_success_is_not_told_as_failed(caller, code):
    """Nobody knows yet, whatever the record calls it: in the list, in the details, and where it is to be disputed."""
    caller.line.change_world(lambda world: world["payments"][0].update(status="failed", code=code, bank_debited=True))
    looks(caller, LIN, BY_AMOUNT).enters("45*90#").presses("1").is_told("还在确认", "still being confirmed")
    caller.picks("详情", "details").is_told("不要重复付款", "do not pay again").is_not_told(
        "不会向您收钱", "not charged"
    )
    caller.picks("反映这笔", "report this one").is_told("还在确认", "still being confirmed").is_not_told(
        "没有成功", "did not succeed"
    )


@requirement("R59", "R6")
def test_who_has_heard_enough_is_asked_whether_it_helped(caller):
    """And a person is one key away."""
    looks(caller, LIN, LATEST).picks("不再听", "stop here").is_told("问题解决了吗", "solve your problem")


@requirement("R67", "R31", "R38")
@pytest.mark.parametrize("topic", [("余额和最近", "balance"), ("消费情况", "spending")])
def test_nothing_of_an_account_is_told_without_proof(caller, topic):
    """Verification comes before the first record and before the first figure."""
    opens(caller).picks(*topic).is_told("核实身份", "check who you are")
    caller.enters("19911112222#").enters("123456").picks("电话服务密码", "phone PIN").enters("111111")
    caller.is_told("没有对上", "did not match").does_not_hear(
        "付给", "a payment of", "余额是", "balance is", "最近七天", "seven days"
    )
    assert caller.report()["level"] == "L0"


def test_without_transactions_it_is_told_and_another_way_is_open(caller):
    """An empty account is no fault."""
    looks(caller, OMAR, LATEST).is_told("没有查到交易", "I see no transactions").is_told(
        "怎么查", "How would you like to search"
    )
    caller.picks(*BY_PAYEE).is_told("没有查到付款", "I see no payments").is_told(
        "怎么查", "How would you like to search"
    )
    assert not caller.talking_to


@requirement("R49", "R59")
@pytest.mark.parametrize("way", [LATEST, BY_PAYEE], ids=["latest", "payees"])
def test_an_empty_list_is_no_proof_that_no_money_left(caller, way):
    """The line tells what it sees; whoever was charged all the same must not pay again."""
    looks(caller, OMAR, way).is_told("没有查到", "I see no")
    caller.is_told("如果银行显示扣了款，请先不要重复付款", "If your bank shows a debit, please do not pay again")


@requirement("R60")
def test_spending_is_told_for_three_periods(caller):
    """Succeeded payments only, by the wallet's calendar."""
    pays(caller, "2026-10-31T23:30", "2026-10-01T00:00", "2026-09-30T23:59")
    opens(caller).picks("消费情况", "spending").proves(LIN)
    caller.is_told("最近七天，付款两笔，一共五十七元九角", "seven days, two transactions, fifty-seven point nine yuan")
    caller.is_told("这个月，付款两笔", "This month, two transactions")
    caller.is_told("上个月，付款两笔，一共一百五十四元", "Last month, two transactions, one hundred fifty-four yuan")


@requirement("R60")
def test_no_spending_is_told_as_such(caller):
    """Dana's payments failed: they were there, and nothing was spent."""
    opens(caller).picks("消费情况", "spending").proves(DANA)
    caller.is_told("最近七天没有支出", "Nothing was spent in the last seven days").is_told(
        "上个月没有支出", "Nothing was spent last month"
    )


RULES = {
    HAIYUN: [
        ("一百二十天", "one hundred twenty days"),
        ("八个工作日", "eight business days"),
        ("三十分钟", "thirty minutes"),
        ("一到三个工作日", "one to three business days"),
        ("十五个工作日", "fifteen business days"),
    ],
    LINFU: [
        ("四十五天", "forty-five days"),
        ("二十个自然日", "twenty calendar days"),
        ("六十分钟", "sixty minutes"),
        ("三到五个工作日", "three to five business days"),
        ("三十个自然日", "thirty calendar days"),
    ],
}


@requirement("R75", "R76", "R71", "R73")
@pytest.mark.parametrize("number, other", [(HAIYUN, LINFU), (LINFU, HAIYUN)])
def test_the_same_keys_give_each_wallet_its_own_rules_without_proof(caller, number, other):
    """Window, decision, refund to the balance and to a card, and compensation apart from it."""
    opens(caller, number).picks("规则", "rules").is_told("赔偿和退款分开", "apart from a refund")
    for mine, theirs in zip(RULES[number], RULES[other], strict=True):
        caller.is_told(*mine).is_not_told(*theirs)
    assert caller.report()["level"] == "L0"


@requirement("R69", "R22", "R76")
def test_how_to_apply_oneself_is_told_to_anybody(caller):
    """Where, which fields, and that evidence is optional."""
    opens(caller).picks("规则", "rules").picks("自己申请", "apply yourself")
    caller.is_told("设置、帮助与客服", "Settings, then Help and support").is_told(
        "填写原因、金额和经过", "fill in the reason"
    )
    caller.is_told("没有也能提交", "without them")


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@requirement("R59")
def test_while_the_wallet_is_away_no_record_is_made_up(caller, mode):
    """Neither "no transactions" nor "not found": the truth, and a person."""
    opens(caller).picks("余额和最近", "balance").proves(PRIYA)
    caller.line.put("wallet", {"mode": mode})
    caller.picks("查其他交易", "other transactions").picks(*LATEST).is_told(
        "查不到记录", "cannot see the records"
    ).is_not_told("没有查到交易", "no transactions")
    assert caller.talking_to


@requirement("R59")
def test_a_frozen_customer_may_look(caller):
    """A freeze stops money, not the owner's eyes."""
    looks(caller, SUN, LATEST, LINFU).is_told("没有查到交易", "no transactions")


@requirement("R59", "R31")
def test_the_balance_comes_with_the_last_three(caller):
    """Seven inputs: language, two menus, number, tail, factor and proof; newest first."""
    opens(caller).picks("余额和最近", "balance").is_not_told("余额是", "balance is").proves(LIN)
    caller.is_told("余额是一千五百二十三元五角", "one thousand five hundred twenty-three point five yuan")
    caller.is_told("充值八百元", "eight hundred yuan").is_told("充值三百元", "three hundred").is_told(*NEWEST)
    caller.is_not_told(*OLDER).picks("不用了", "that's all").is_told("问题解决了吗", "solve your problem")


@requirement("R59", "R61")
def test_one_of_those_three_is_reported_by_its_day(caller):
    """Picked by what differs, then its reason is asked."""
    opens(caller).picks("余额和最近", "balance").proves(LIN).picks("其中一笔有问题", "report one of these")
    caller.is_told("是哪一天", "which day").picks("二十一日", "twenty-first")
    caller.is_told("充值的问题", "For a top-up")


@requirement("R39", "R59")
def test_the_balance_of_a_frozen_account_is_told_with_how_it_stands(caller):
    """Without transactions, other ways to look are still there."""
    opens(caller, LINFU).picks("余额和最近", "balance").proves(SUN).is_told("冻结状态", "account is frozen")
    caller.is_told("余额是", "balance is").is_told("查其他交易", "other transactions")


@requirement("R39", "R59")
@pytest.mark.parametrize(
    "state, zh, en", [("frozen", "冻结状态", "account is frozen"), ("closed", "已经注销", "account is closed")]
)
def test_how_an_account_stands_is_told_before_its_balance_and_records(caller, state, zh, en):
    """Both are still the owner's to hear, and what is not settled is not told as done."""
    caller.line.change_world(lambda world: world["customers"][0].update(status=state))
    opens(caller).picks(*BALANCE).proves(LIN).is_told(zh, en).is_told("余额是", "balance is")
    caller.is_told("充值八百元", "eight hundred yuan").is_told("还在确认", "still being confirmed").is_told(*OF_THESE)


@requirement("R59")
def test_the_balance_of_an_active_account_comes_without_its_status(caller):
    """Nothing is said of what is as it should be."""
    opens(caller).picks(*BALANCE).proves(LIN).is_not_told("账户状态", "account is")


@requirement("R59")
def test_without_transactions_the_balance_is_told_and_none_can_be_reported(caller):
    """An empty list is no proof that no money left."""
    opens(caller).picks(*BALANCE).proves(OMAR).is_told("余额是零元", "balance is now zero yuan")
    caller.is_told("没有查到交易", "I see no transactions").is_told("不要重复付款", "do not pay again")
    caller.is_not_told(*OF_THESE).picks("不用了", "that's all").is_told("问题解决了吗", "solve your problem")


@requirement("R59")
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_while_the_wallet_is_away_no_balance_is_made_up(caller, mode):
    """Neither a figure nor "no transactions": the truth, and a person."""
    opens(caller).picks(*BALANCE).enters(PRIYA.number + "#").enters(PRIYA.tail).picks("电话服务密码", "phone PIN")
    caller.line.put("wallet", {"mode": mode})
    caller.enters(PRIYA.pin).is_told("查不到记录", "cannot see the records")
    caller.does_not_hear("余额是", "balance is", "没有查到交易", "no transactions")
    assert caller.talking_to


@requirement("R59", "R61", "R70")
def test_one_of_the_last_ones_is_disputed_without_a_search(caller):
    """Picked by its day; reason, its questions, and a yes."""
    opens(caller).picks(*BALANCE).proves(NOAH).picks(*OF_THESE).picks("二十日", "twentieth").picks(*NOT_RECEIVED)
    caller.presses("1").presses("1").is_told("望山咖啡", "Hillview Coffee").presses("1").is_told(*FILED)
    assert [(one["about"], one["kind"]) for one in filed(caller)] == [("Y21", "not-received")]


@requirement("R59", "R61")
def test_the_only_transaction_is_reported_without_being_picked(caller):
    """Where there is nothing to choose, nothing is asked."""
    caller.line.change_world(lambda world: world.update(payments=world["payments"][:1], top_ups=[], disputes=[]))
    opens(caller).picks(*BALANCE).proves(LIN).is_told(*OLDER).picks(*OF_THESE)
    caller.is_not_told("是哪一天", "which day").is_told("请问是什么问题", "What went wrong")
