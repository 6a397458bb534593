"""Asks for the reason of a dispute, then the questions and the advice of that reason."""

from call_flows.end_of_task import was_it_solved
from call_flows.find_transaction import narrow
from call_flows.freeze import freeze_account
from call_flows.lost_phone import tell_whom_to_call
from call_flows.pick_record import choose
from ivr.cases.disputes import refund_due
from ivr.engine import Ask, Call, Confirm, Menu, ToAgent
from ivr.engine.entries import amount, day
from ivr.handover import reasons
from ivr.wallet.transactions import Record, twins
from ivr.wallet.verified import Verified

REASON = Menu("dispute-reason", ("not-me", "charge", "not-received", "refund-missing", "wrong-payee"))
CHARGE = Menu("dispute-charge", ("duplicate", "wrong-amount", "cancelled-subscription"))
PHONE = Confirm("dispute-phone", acts=False)
CARD = Confirm("dispute-card", acts=False)
PAYEE = Confirm("dispute-payee", acts=False)
MERCHANT = Confirm("dispute-merchant", acts=False)
PROMISED = Confirm("dispute-promised-day", acts=False)
RIGHT_AMOUNT = Ask("dispute-amount", amount, readback=Confirm("dispute-amount-right", acts=False))
REFUND_DAY = Ask("dispute-refund-day", day, length=4, readback=Confirm("dispute-refund-day-right", acts=False))
CANCEL_DAY = Ask("dispute-cancel-day", day, length=4, readback=Confirm("dispute-cancel-day-right", acts=False))


async def ask_reason(call: Call) -> str:
    """Ask for the reason. For money sent to the wrong person minutes count, so an agent takes the call at once."""
    reason = await call.menu(REASON)
    if reason == "charge":
        reason = await call.menu(CHARGE)
    if reason == "wrong-payee":
        call.facts["priority"] = "high"
        call.say("dispute-wrong-payee")
        raise ToAgent(reasons.WRONG_PAYEE)
    return reason


async def not_me(call: Call, customer: Verified, one: Record) -> Record:
    """Ask about the phone, and freeze the account before more money leaves; then ask about card, payee and password."""
    if call.facts.get("not_me"):
        return one  # a further payment of the same thief: the questions are asked once per call
    call.facts["not_me"] = True
    call.facts["priority"] = "high"
    has_phone = await call.confirm(PHONE)
    call.facts["has_phone"] = has_phone
    await freeze_account(call)
    if not has_phone:
        tell_whom_to_call(call)
    has_card = await call.confirm(CARD)
    call.facts["has_card"] = has_card
    knows_payee = await call.confirm(PAYEE)
    call.facts["knows_payee"] = knows_payee
    call.say("dispute-password" if has_phone else "dispute-password-by-person")
    return one


async def duplicate(call: Call, customer: Verified, one: Record) -> Record:
    """Find the other charge of the pair, or let the caller pick it; the later one is disputed."""
    others = await call.do(twins, customer, one)
    if not others:
        call.say("dispute-no-twin")
        raise ToAgent(reasons.SECOND_CHARGE_NOT_FOUND)
    others = await narrow(call, others, "pick-date")
    other = await choose(call, "dispute-twin", others)
    return max(one, other, key=lambda record: record.at)


async def wrong_amount(call: Call, customer: Verified, one: Record) -> Record:
    """Ask for the right amount, for the people who decide the dispute."""
    await call.ask(RIGHT_AMOUNT)
    return one


async def not_received(call: Call, customer: Verified, one: Record) -> Record:
    """Ask whether the caller has asked the seller, who is often quicker, and whether the promised day has passed."""
    asked = await call.confirm(MERCHANT)
    call.facts["asked_seller"] = asked
    passed = await call.confirm(PROMISED)
    call.facts["day_passed"] = passed
    if not asked:
        call.say("dispute-ask-merchant")
    if not passed:
        call.say("dispute-may-still-come")
    return one


async def refund_missing(call: Call, customer: Verified, one: Record) -> Record:
    """Ask when the refund was promised. One that is not due yet needs no dispute: tell its date."""
    promised = await call.ask(REFUND_DAY)
    due = await call.do(refund_due, customer.wallet, promised)
    if due is not None:
        call.say("refund-not-due-" + due.unit, days=due.days)
        call.say("promise-around" if due.provisional else "promise-by", by=due.by)
        await was_it_solved(call)
    return one


async def cancelled(call: Call, customer: Verified, one: Record) -> Record:
    """Ask when the subscription was cancelled, and explain how to stop the next charge."""
    await call.ask(CANCEL_DAY)
    call.say("dispute-stop-charges")
    return one


REASONS = {
    "not-me": not_me,
    "duplicate": duplicate,
    "wrong-amount": wrong_amount,
    "not-received": not_received,
    "refund-missing": refund_missing,
    "cancelled-subscription": cancelled,
}
"""The questions of each reason. The wallet knows the same reasons: `DisputeReason` in ivr/wallet/types.py."""
