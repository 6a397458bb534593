"""Helps with transactions: reads them out, reports one, adds up spending, tells case status and dispute rules."""

from call_flows.case_status import case_status
from call_flows.dispute import report, report_this
from call_flows.end_of_task import was_it_solved
from call_flows.find_transaction import find_transaction
from call_flows.identify import identify
from ivr.engine import Call, Menu
from ivr.wallet.facts import wallet_facts
from ivr.wallet.transactions import spending

TRANSACTIONS = Menu("transactions", ("records", "report", "spending", "status", "rules"))
RULES = Menu("rules", ("apply", "enough"))


async def transactions(call: Call) -> None:
    """Let the caller choose a topic about transactions."""
    while True:
        topic = await call.menu(TRANSACTIONS)
        await call.level(TOPICS[topic](call))


async def records(call: Call) -> None:
    """Verify the caller and read out transactions; the caller may report one of them."""
    customer = await identify(call)
    one = await find_transaction(call, customer)
    await report_this(call, customer, one)


async def overview(call: Call) -> None:
    """Verify the caller, then tell the spending of the last seven days, this month and the month before."""
    customer = await identify(call)
    spent = await call.do(spending, customer)
    for one in spent:
        call.say(
            "spent-" + one.period if one.count else "spent-nothing-" + one.period, total=one.total, count=one.count
        )
    await was_it_solved(call)


async def rules(call: Call) -> None:
    """Tell the dispute rules of the dialled wallet, without verification, and how to apply without the line."""
    facts = await call.do(wallet_facts, call.facts["wallet"])
    call.say("rules-" + facts.rules["unit"], **facts.rules)
    call.say("rules-refund-" + facts.rules["refund_unit"], **facts.rules)
    call.say("rules-compensation-" + facts.rules["compensation_unit"], **facts.rules)
    chosen = await call.menu(RULES)
    if chosen == "apply":
        call.say("apply-yourself", **facts.channels)
        call.say("apply-evidence")
    await was_it_solved(call)


TOPICS = {"records": records, "report": report, "spending": overview, "status": case_status, "rules": rules}
