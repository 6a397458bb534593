"""How the branch of transactions is opened, the ways of looking in it, and a customer whom only this branch needs."""

from __future__ import annotations

from tests.call_flows.line import HAIYUN, Caller, Person

ZHOU = Person("19900000055", "306128", "264913")
LATEST, BY_DAY = ("最近的交易", "latest"), ("按日期", "by date")
OLDER = ("十一月十九日，付给晨光书店四十五元九角", "to Morning Light Books")
BY_AMOUNT, BY_PAYEE = ("按金额", "by amount"), ("按收款方", "by payee")


def opens(caller: Caller, line: str = HAIYUN) -> Caller:
    """The branch."""
    return caller.calls(line).picks("交易与争议", "transactions and disputes")


def looks(caller: Caller, person: Person, by: tuple[str, str], line: str = HAIYUN) -> Caller:
    """From the dial tone through verification to a way of looking."""
    return opens(caller, line).picks("余额和最近", "balance").proves(person).picks("查其他交易", "other ").picks(*by)


def pays(caller: Caller, *at: str, fen: int = 7700) -> None:
    """More payments of Lin's."""
    one = {
        "customer": "K1",
        "amount": fen,
        "payee": {"zh": "晨光书店", "en": "Morning Light Books"},
        "status": "succeeded",
    }
    more = [{**one, "id": f"Z{place}", "at": f"{moment}:00+08:00"} for place, moment in enumerate(at)]
    caller.line.change_world(lambda world: world["payments"].extend(more))
