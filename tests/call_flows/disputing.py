"""A caller who disputes a payment, as far as the last yes, and what the wallet then has of it."""

from __future__ import annotations

from tests.call_flows.line import HAIYUN, LIN, Caller, Person
from tests.call_flows.transactions import BY_AMOUNT, opens

NOT_RECEIVED, REFUND = ("没收到货", "nothing arrived"), ("退款没到账", "missing refund")
FILED = ("申请已经提交", "It is filed")
SURE = ("现在提交这个申请吗", "Shall I file this dispute now")


def reports(
    caller: Caller, *why: tuple[str, str], person: Person = LIN, fen: str = "45*90", number: str = HAIYUN
) -> Caller:
    """Reason, verification, none of those that are offered, the payment by its amount, and "this one"."""
    opens(caller, number).picks("对交易有疑问", "report a transaction")
    for one in why:
        caller.picks(*one)
    caller.proves(person).means_another().picks(*BY_AMOUNT).enters(fen + "#").presses("1")
    return caller.picks("反映这笔", "report this one")


def at_the_yes(caller: Caller, person: Person = LIN) -> Caller:
    """The books never came; the seller was asked; everything is read back."""
    reports(caller, NOT_RECEIVED, person=person).is_told("联系过商家", "asked the seller").presses("1")
    caller.is_told("日子已经过了吗", "Has the day passed").presses("1")
    return caller.is_told(*SURE)


def filed(caller: Caller) -> list[dict[str, object]]:
    """The disputes that were filed in calls."""
    return [one for one in caller.line.get("disputes") if one["call"]]
