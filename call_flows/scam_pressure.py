"""Helps a caller who is being scammed: what to do, money that was sent, a freeze, and whether a number is official."""

from call_flows.case_promise import tell_case, tell_reference
from call_flows.freeze import freeze_account
from call_flows.identify import identify
from call_flows.information import check_number
from ivr.cases.cases import open_case
from ivr.engine import Call, Confirm, Menu, ToAgent
from ivr.handover import reasons

DIRECTED = Confirm("directed")
SENT = Confirm("money-sent", acts=False, resumable=False)
WAY_OUT = Menu("way-out", ("freeze", "check", "enough"))


async def is_under_pressure(call: Call) -> bool:
    """Ask whether somebody gives the caller instructions now. Type-ahead cannot answer it. After a yes, call
    `offer_protection`."""
    directed = await call.confirm(DIRECTED)
    call.facts["directed"] = directed
    return directed


async def offer_protection(call: Call) -> bool:
    """Advise to hang up and send no money; ask whether money was sent; offer a freeze or a check of a number.

    False: the caller chose a freeze and then declined it."""
    call.facts["priority"] = "high"
    call.say("directed-advice")
    sent = await call.confirm(SENT)
    call.facts["money_sent"] = sent
    if sent:
        await report_money_sent(call)
    chosen = await call.menu(WAY_OUT)
    if chosen == "freeze":
        froze = await freeze_account(call)
        return bool(froze)
    if chosen == "check":
        await check_number(call)
    return True


async def report_money_sent(call: Call) -> None:
    """Tell whom to call, for minutes count; an agent takes the call, or a case is opened while nobody is there."""
    call.say("money-sent-china" if call.facts.get("calendar") == "CN" else "money-sent-police")
    if call.at_work:
        raise ToAgent(reasons.MONEY_SENT)
    customer = await identify(call)
    case = await call.do(open_case, customer.id, customer.wallet, "security", f"money-sent:{call.sid}")
    tell_reference(call, case)
    tell_case(call, case)
