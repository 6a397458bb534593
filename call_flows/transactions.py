"""Helps with transactions: balance and latest ones, reports one, tells case status, spending and dispute rules."""

from call_flows.case_status import case_status
from call_flows.dispute import report, report_this
from call_flows.end_of_task import was_it_solved
from call_flows.find_transaction import find_transaction, pick_transaction, tell_record
from call_flows.identify import identify
from ivr.engine import Call, Menu
from ivr.wallet.facts import wallet_facts
from ivr.wallet.transactions import at_a_glance, spending

TRANSACTIONS = Menu("transactions", ("balance", "report", "status", "spending", "rules"))
THEN = Menu("balance-then", ("report", "others", "enough"))
THEN_NOTHING = Menu("balance-then-nothing", ("others", "enough"))
"""Used when there is no transaction to report."""
RULES = Menu("rules", ("apply", "enough"))


async def transactions(call: Call) -> None:
    """Let the caller choose a topic about transactions."""
    while True:
        topic = await call.menu(TRANSACTIONS)
        await call.level(TOPICS[topic](call))


async def balance(call: Call) -> None:
    """Verify the caller, then tell the balance and the latest transactions; the caller may report one of them."""
    customer = await identify(call)
    told = await call.do(at_a_glance, customer)
    if told.status != "active":
        call.say("account-" + told.status)
    call.say("balance-is", balance=told.balance)
    for one in told.latest:
        tell_record(call, one)
    if not told.latest:
        call.say("records-none")
    chosen = await call.menu(THEN if told.latest else THEN_NOTHING)
    if chosen == "report":
        place = await pick_transaction(call, told.latest)
        await report_this(call, customer, told.latest[place])
    if chosen == "others":
        one = await find_transaction(call, customer)
        await report_this(call, customer, one)
    await was_it_solved(call)


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


TOPICS = {"balance": balance, "report": report, "status": case_status, "spending": overview, "rules": rules}
