"""A payment that failed: why, and what happens next. Top-ups are told elsewhere, and never here."""

from call_flows.close import was_it_solved
from call_flows.identify import identify
from call_flows.records import OWED, choose, owe, which_day
from ivr.engine import Ask, Call, Confirm, Menu, ToAgent
from ivr.engine.entries import amount, clock, day
from ivr.wallet.payments import Explained, Payments, find_payments

AMOUNT = Ask("payment-amount", amount, readback=Confirm("payment-amount-right", acts=False))
DAY = Menu("payment-day", ("today", "yesterday", "other"), fleeting=True)
DATE = Ask("payment-date", day, length=4, readback=Confirm("payment-date-right", acts=False))
TIME = Ask("payment-time", clock, empty_is=True)


async def failed_payment(call: Call) -> None:
    """Amount, day and time as the caller knows them; the record, after verification; and what it says."""
    call.say("payment-need")
    fen = await call.ask(AMOUNT)
    on = await which_day(call, DAY, DATE)
    at = await call.ask(TIME)
    customer = await identify(call)
    found = await call.do(find_payments, customer, fen, on, at)
    if found.matches:
        payment = await choose(call, "payment-pick", found.matches)
        await tell(call, payment, found)
    else:
        call.say("payment-not-found")
    await was_it_solved(call)


async def tell(call: Call, payment: Explained, found: Payments) -> None:
    """The record in plain words, the balance where it helps, and a case where the line owes one."""
    call.say("payment-is" if payment.payee else "payment-is-unnamed", **spoken(payment))
    call.say("payment-" + payment.reason)
    if payment.balance is not None:
        call.say("balance-is", balance=payment.balance)
    if payment.needs_person:
        raise ToAgent("payment needs a person")
    if payment.reason == "unknown":
        low, high = found.reversal_days
        call.pause()
        call.say("payment-reversal-" + found.reversal_unit, low=low, high=high)
    if payment.reason in OWED:
        await owe(call, payment.reason, payment.id)


def spoken(payment: Explained) -> dict[str, object]:
    """What identifies it to the caller."""
    return {"amount": payment.amount, "at": payment.at, "payee": payment.payee}
