"""Transactions and disputes: the wallet's rules, the status of a case, and a person."""

from call_flows.case_status import case_status
from call_flows.close import was_it_solved
from ivr.desk.facts import wallet_facts
from ivr.engine import Call, Menu, ToAgent

TRANSACTIONS = Menu("transactions", ("rules", "status", "report"))


async def transactions(call: Call) -> None:
    """Dispute rules of this wallet, the status of a reference, or a person for a report."""
    topic = await call.menu(TRANSACTIONS)
    if topic == "status":
        await case_status(call)
    elif topic == "report":
        raise ToAgent("wrong or unknown transaction")
    else:
        facts = await call.do(wallet_facts, call.facts["wallet"])
        call.say("rules-" + facts.rules["unit"], **facts.rules)
        call.say("rules-refund", **facts.rules)
        await was_it_solved(call)
