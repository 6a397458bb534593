"""Helps with top-ups: explains a failed one, tells limits and methods, and leads to failed payments and case status."""

from call_flows.case_status import case_status
from call_flows.end_of_task import was_it_solved
from call_flows.failed_payment import failed_payment
from call_flows.identify import identify
from call_flows.information import speak_topic
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
from ivr.wallet.limits import Period
from ivr.wallet.top_ups import Advice, Found, find_top_ups, likely_top_ups, limits_of
from ivr.wallet.verified import Verified

TOP_UP = Menu("top-up", ("failed", "limits", "methods", "payment", "status"))
STEP = Menu("top-up-step", ("page", "rejected", "declined", "debited", "unsure"))
CHANNEL = Menu("top-up-channel", ("card", "transfer", "other"))
AMOUNT = Ask("top-up-amount", amount, readback=Confirm("top-up-amount-right", acts=False))
DAY = Menu("top-up-day", ("today", "yesterday", "other"), resumable=False)
DATE = Ask("top-up-date", day, length=4, readback=Confirm("top-up-date-right", acts=False))

CARD_PROBLEMS = ("insufficient-funds", "bank-limit", "card-info", "card-expired", "not-permitted", "generic")
RETRIES = (*CARD_PROBLEMS, "verification", "issuer-down", "expired")
"""Reasons for which the caller can do something and then try again."""


async def top_up(call: Call) -> None:
    """Let the caller choose: a failed top-up, limits, methods, a failed payment, or the status of a case."""
    topic = await call.menu(TOP_UP)
    if topic == "failed":
        await failed_top_up(call)
    elif topic == "limits":
        await my_limits(call)
    elif topic == "methods":
        await speak_topic(call, "methods")
        await was_it_solved(call)
    elif topic == "payment":
        await failed_payment(call)
    else:
        await case_status(call)


async def failed_top_up(call: Call) -> None:
    """Explain a top-up: one of those of the last days that did not succeed, or one that the caller describes."""
    customer = await identify(call)
    found = await call.do(likely_top_ups, customer)
    meant = await which_likely(call, "top-up", found.matches)
    if meant is not None:
        await tell_top_up(call, meant, found, None)
    else:
        await described_top_up(call, customer)
    await was_it_solved(call)


async def described_top_up(call: Call, customer: Verified) -> None:
    """Ask what the caller knows of the top-up, find its record, and explain it."""
    call.say("top-up-need")
    step = await call.menu(STEP)
    channel = await call.menu(CHANNEL)
    fen = await call.ask(AMOUNT)
    on = await ask_day(call, DAY, DATE)
    found = await call.do(find_top_ups, customer, fen, on, channel)
    choice = await which_record(call, "top-up", found, RecordChoice[Advice](None, step == "debited"))
    if choice.again:
        fen = await call.ask(AMOUNT)
        on = await ask_day(call, DAY, DATE)
        found = await call.do(find_top_ups, customer, fen, on, channel)
        choice = await which_record(call, "top-up", found, choice)
    if choice.record is not None:
        call.say("top-up-is", amount=choice.record.amount, at=choice.record.at)
        await tell_top_up(call, choice.record, found, choice.charged)
    elif choice.charged:
        await open_charged_case(call, "top-up", "charged-unseen", f"top-up:{on}:{fen}")


async def tell_top_up(call: Call, advice: Advice, found: Found, charged: bool | None) -> None:
    """Tell the reason in plain words, and open a case where the line owes one. `charged` None: not asked yet."""
    call.facts["record"] = advice.id
    call.say("advice-" + advice.reason)
    if advice.balance is not None:
        call.say("balance-is", balance=advice.balance)
    if charged is None:
        charged = await does_bank_show_debit(call, advice)
    if is_outcome_open(advice, charged):
        await open_charged_case(call, "top-up", "charged-unclear", advice.id, advice.needs_person)
    if advice.needs_person:
        raise ToAgent(reasons.TOP_UP)
    tell_debit(call, advice, charged)
    if advice.left is not None:
        tell_limit(call, advice, advice.left)
    if advice.reason in RETRIES:
        call.say("retry-" + advice.reason)
    if advice.reason in CARD_PROBLEMS:
        tell_other_ways(call, advice, found)
    if advice.reason == "unknown":
        low, high = found.reversal_days
        call.pause()
        call.say("unknown-reversal-" + found.reversal_unit, low=low, high=high)
    if advice.reason in OWED:
        await open_owed_case(call, advice.reason, advice.id)


def tell_limit(call: Call, advice: Advice, left: Period) -> None:
    """Tell the limit that the top-up broke, how much of it is left now, and when it resets."""
    over = advice.over or {}
    if over:
        call.say("over-" + str(over["name"]), **over)
    if over.get("name") == "single" and left.remaining:
        call.say("over-split")
    call.pause()
    if over.get("used") != left.used:
        call.say("limit-" + left.name, limit=left.limit, used=left.used, remaining=left.remaining)
    call.say("limit-anew-" + left.name, on=left.resets_on)


def tell_other_ways(call: Call, advice: Advice, found: Found) -> None:
    """Tell the customer's other cards, then the other methods."""
    call.pause()
    for card in advice.other_cards:
        call.say("other-card", bank=card.bank, tail=card.tail)
    for way in found.other_ways:
        if way.id != advice.channel:
            call.say("other-way", name=way.name, arrival=way.arrival)


async def my_limits(call: Call) -> None:
    """Verify the caller, then tell the limits, what is used and left, and when they reset."""
    customer = await identify(call)
    limits = await call.do(limits_of, customer)
    call.say("limit-single", limit=limits.single)
    for period in limits.periods:
        if period.name != "daily":
            call.pause()
        call.say("limit-" + period.name, limit=period.limit, used=period.used, remaining=period.remaining)
    call.say("limit-resets")
    await was_it_solved(call)
