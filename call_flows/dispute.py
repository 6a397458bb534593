"""Files a dispute of a payment: the reason, its questions, what the wallet promises, one confirmation, one dispute."""

from call_flows.case_promise import tell_due
from call_flows.complaint import offer_complaint
from call_flows.dispute_reasons import REASONS, ask_reason
from call_flows.end_of_task import nothing_done, was_it_solved
from call_flows.find_transaction import find_transaction, tell_debit
from call_flows.identify import identify
from call_flows.pick_record import open_owed_case
from call_flows.voice_note import offer_voice_note
from ivr.cases.disputes import (
    AlreadyDisputed,
    DisputeStatus,
    DueDate,
    Terms,
    dispute_of,
    file_dispute,
    is_disputable,
    keep_dispute,
    terms_of,
)
from ivr.cases.stages import OPEN
from ivr.engine import Call, Confirm, Menu, ToAgent, Unavailable
from ivr.handover import reasons
from ivr.wallet.facts import wallet_facts
from ivr.wallet.transactions import Record
from ivr.wallet.verified import Verified

FILE = Confirm("dispute-now")
WRONG = Menu("dispute-wrong", ("payment", "reason", "apply", "nothing"), resumable=False)
FILED = Menu("dispute-then", ("terms", "add", "enough"), resumable=False)
FILED_TOLD = Menu("dispute-then-told", ("add", "enough"), resumable=False)
"""Used once the terms were told."""


async def report(call: Call) -> None:
    """Ask for the reason before verification, then find the transaction and dispute it."""
    reason = await ask_reason(call)
    customer = await identify(call)
    one = await find_transaction(call, customer, reason)
    await require_disputable(call, customer, one)
    await dispute(call, customer, one, reason)


async def report_this(call: Call, customer: Verified, one: Record) -> None:
    """Dispute a transaction that the caller heard just now."""
    await require_disputable(call, customer, one)
    reason = await ask_reason(call)
    await dispute(call, customer, one, reason)


async def require_disputable(call: Call, customer: Verified, one: Record) -> None:
    """Return only if a dispute is possible: a successful payment within the window, without a dispute so far.

    A pending payment gets the case that `failed_payment` opens for it: its outcome is unknown there as here.
    """
    if not is_disputable(one):
        call.say("not-disputed-" + ("top-up" if one.kind == "top-up" else one.status))
        tell_debit(call, one)
        if one.kind == "payment" and one.status == "pending":
            await open_owed_case(call, "unknown", one.id)
            await was_it_solved(call)
        await nothing_done(call)
    known = await call.do(dispute_of, customer, one.id)
    if known is not None:
        await tell_existing_dispute(call, known)
    terms = await call.do(terms_of, customer.wallet, one.at)
    if terms.too_old:
        call.say("dispute-too-old", window=terms.window)
        await offer_complaint(call, customer, one)


async def tell_existing_dispute(call: Call, known: DisputeStatus | None) -> None:
    """Tell the stage of the dispute that exists; never file a second one."""
    call.say("dispute-already")
    if known is not None and known.reference:
        call.say("case-stage-" + known.stage, reference=known.reference)
    if known is not None and known.due:
        tell_due(call, known.due, known.provisional)
    if known is not None and known.reference and known.stage in OPEN:
        call.say("case-how-to-add")
    await was_it_solved(call)


async def dispute(call: Call, customer: Verified, one: Record, reason: str) -> None:
    """Ask the questions of this reason, read the dispute back, and file it; the terms come after it, on request."""
    one = await ask_questions(call, customer, one, reason)
    while not await is_right(call, one, reason):
        call.say("dispute-not-filed")
        wrong = await call.menu(WRONG)
        if wrong == "nothing":
            await nothing_done(call)
        if wrong == "apply":
            await explain_filing(call, reason)
            await was_it_solved(call)
        if wrong == "reason":
            reason = await ask_reason(call)
        else:
            one = await find_transaction(call, customer)
            await require_disputable(call, customer, one)
        one = await ask_questions(call, customer, one, reason)
    await file(call, customer, one, reason)
    await was_it_solved(call)


async def ask_questions(call: Call, customer: Verified, one: Record, reason: str) -> Record:
    """Ask the questions of this reason; returns the payment to dispute, which the answers may change."""
    one = await REASONS[reason](call, customer, one)
    call.facts["record"] = one.id
    return one


async def is_right(call: Call, one: Record, reason: str) -> bool:
    """Read back the payment and the reason, and ask for a yes."""
    call.say("dispute-is", at=one.at, amount=one.amount, payee=one.payee)
    call.say("dispute-because-" + reason)
    return await call.confirm(FILE)


def tell_terms(call: Call, terms: Terms, reason: str) -> None:
    """Tell the steps, what helps, how a refund arrives, and that compensation is decided separately."""
    call.say("dispute-steps")
    call.say("dispute-helps-" + reason)
    call.say("dispute-evidence")
    call.pause()
    refund = {"balance": terms.balance, "card_low": terms.card_low, "card_high": terms.card_high}
    call.say("dispute-refund-" + terms.card.unit, **refund)
    call.say("promise-around" if terms.card.provisional else "promise-by", by=terms.card.by)
    call.pause()
    tell_promise(call, "dispute-compensation", terms.compensation)


def tell_promise(call: Call, message: str, promise: DueDate) -> None:
    """Tell the number of days and the date on which they end."""
    call.say(f"{message}-{promise.unit}", days=promise.days)
    call.say("promise-around" if promise.provisional else "promise-by", by=promise.by)


async def explain_filing(call: Call, reason: str) -> None:
    """Explain how to file the dispute without the line."""
    facts = await call.do(wallet_facts, call.facts["wallet"])
    call.say("apply-yourself", **facts.channels)
    call.say("dispute-helps-" + reason)
    call.say("apply-evidence")


async def file(call: Call, customer: Verified, one: Record, reason: str) -> None:
    """File the dispute and keep it. If the outcome is unknown, send it once more with the same idempotency key."""
    try:
        due = await ask_wallet(call, customer, one, reason)
    except AlreadyDisputed:
        known = await call.do(dispute_of, customer, one.id)
        await tell_existing_dispute(call, known)
    kept = await call.do(keep_dispute, customer, one.id, reason, due)
    call.say("dispute-filed", reference=kept.reference)
    call.say("dispute-due-provisional" if kept.provisional else "dispute-due", by=kept.due)
    terms = await call.do(terms_of, customer.wallet, one.at)
    if terms.credit:
        call.say("dispute-credit")
    chosen = await call.menu(FILED)
    if chosen == "terms":
        tell_terms(call, terms, reason)
        chosen = await call.menu(FILED_TOLD)
    if chosen == "add":
        await offer_voice_note(call, kept.reference, "again")


async def ask_wallet(call: Call, customer: Verified, one: Record, reason: str) -> str | None:
    """File at the wallet; returns the date of its decision. If the outcome stays unknown, say so and hand over."""
    try:
        return await call.do(file_dispute, customer, one.id, reason)
    except Unavailable:
        await call.announce("dispute-unsure")
    try:
        return await call.do(file_dispute, customer, one.id, reason)
    except Unavailable:
        call.say("dispute-unknown")
        raise ToAgent(reasons.DISPUTE_UNKNOWN) from None
