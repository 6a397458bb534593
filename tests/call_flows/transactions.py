"""How the branch of transactions is opened, the ways of looking in it, and a customer whom only this branch needs."""

from __future__ import annotations

from tests.call_flows.line import HAIYUN, Caller, Person

ZHOU = Person("19900000055", "306128", "264913")
LATEST, BY_DAY = ("最近的交易", "latest"), ("按日期", "by day")
BY_AMOUNT, BY_PAYEE = ("按金额", "by amount"), ("按收款方", "by payee")


def opens(caller: Caller, line: str = HAIYUN) -> Caller:
    """The branch."""
    return caller.calls(line).picks("交易与争议", "transactions and disputes")
