"""Explains a failed payment: the reason and what happens next. `top_up` explains failed top-ups."""

from call_flows.end_of_task import was_it_solved
from call_flows.identify import identify
from call_flows.pick_record import OWED, ask_day, open_owed_case
from call_flows.which_record import (
    RecordChoice,
    does_bank_show_debit,
    is_outcome_open,
    open_charged_case,
    tell_debit,
    which_likely,
    which_record,
)
from ivr.engine import Ask, Call, Confirm, Menu, ToAgent
from ivr.engine.entries import amount, day
from ivr.handover import reasons
from ivr.wallet.payments import Explained, Payments, find_payments, likely_payments
from ivr.wallet.verified import Verified

AMOUNT = Ask("payment-amount", amount, readback=Confirm("payment-amount-right", acts=False))
DAY = Menu("payment-day", ("today", "yesterday", "other"), resumable=False)
DATE = Ask("payment-date", day, length=4, readback=Confirm("payment-date-right", acts=False))
RETRIES = (
    "insufficient-funds",
    "bank-limit",
    "wallet-limit",
    "card-info",
    "card-expired",
    "verification",
    "not-permitted",
    "generic",
    "issuer-down",
    "expired",
)
"""Reasons for which the caller can do something and then pay again."""


async def failed_payment(call: Call) -> None:
    """Explain a payment: one of those of the last days that did not succeed, or one that the caller describes."""
    customer = await identify(call)
    found = await call.do(likely_payments, customer)
    meant = await which_likely(call, "payment", found.matches)
    if meant is not None:
        await tell_payment(call, meant, found, None)
    else:
        await described_payment(call, customer)
    await was_it_solved(call)


async def described_payment(call: Call, customer: Verified) -> None:
    """Ask for amount and day, find the record, and explain it."""
    call.say("payment-need")
    fen = await call.ask(AMOUNT)
    on = await ask_day(call, DAY, DATE)
    found = await call.do(find_payments, customer, fen, on)
    choice = await which_record(call, "payment", found, RecordChoice[Explained](None, False))
    if choice.again:
        fen = await call.ask(AMOUNT)
        on = await ask_day(call, DAY, DATE)
        found = await call.do(find_payments, customer, fen, on)
        choice = await which_record(call, "payment", found, choice)
    if choice.record is not None:
        call.say("payment-is" if choice.record.payee else "payment-is-unnamed", **spoken(choice.record))
        await tell_payment(call, choice.record, found, choice.charged)
    elif choice.charged:
        await open_charged_case(call, "payment", "charged-unseen", f"payment:{on}:{fen}")


async def tell_payment(call: Call, payment: Explained, found: Payments, charged: bool | None) -> None:
    """Tell the reason in plain words, the balance where it helps, and open a case where the line owes one.

    `charged` None: the caller has not been asked yet.
    """
    call.facts["record"] = payment.id
    call.say("payment-" + payment.reason)
    if payment.balance is not None:
        call.say("balance-is", balance=payment.balance)
    if charged is None:
        charged = await does_bank_show_debit(call, payment)
    if is_outcome_open(payment, charged):
        await open_charged_case(call, "payment", "charged-unclear", payment.id, payment.needs_person)
    if payment.needs_person:
        raise ToAgent(reasons.PAYMENT)
    tell_debit(call, payment, charged)
    if payment.reason in RETRIES:
        call.say("repay-" + payment.reason)
    if payment.reason == "unknown":
        low, high = found.reversal_days
        call.pause()
        call.say("payment-reversal-" + found.reversal_unit, low=low, high=high)
    if payment.reason in OWED:
        await open_owed_case(call, payment.reason, payment.id)


def spoken(payment: Explained) -> dict[str, object]:
    """The values by which the caller recognises the payment."""
    return {"amount": payment.amount, "at": payment.at, "payee": payment.payee}
