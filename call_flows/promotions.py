"""Tells promotions and rewards: all offers, the caller's own, their progress, and messages about offers."""

from call_flows.end_of_task import nothing_done, was_it_solved
from call_flows.identify import identify
from call_flows.promotion_messages import offer_messages
from call_flows.rewards import my_rewards
from ivr.engine import Call, Menu
from ivr.wallet.facts import wallet_facts
from ivr.wallet.offers import Offer, current_offers, offers_for

PROMOTIONS = Menu("promotions", ("current", "mine", "progress", "messages", "channels"))
STEP = Menu("promotion-step", ("on", "again", "details"), resumable=False)


async def promotions(call: Call) -> None:
    """Let the caller choose one of five topics; topics about the account verify the caller first."""
    while True:
        topic = await call.menu(PROMOTIONS)
        await call.level(tell_topic(call, topic))


async def tell_topic(call: Call, topic: str) -> None:
    """Tell one topic, then end the task."""
    helped = True
    if topic == "current":
        offers = await call.do(current_offers, call.facts["wallet"])
        await read_out(call, offers)
    elif topic == "mine":
        await for_me(call)
    elif topic == "progress":
        helped = await my_rewards(call)
    elif topic == "messages":
        helped = await offer_messages(call)
    else:
        facts = await call.do(wallet_facts, call.facts["wallet"])
        call.say("promotion-channels", **facts.channels)
    if helped:
        await was_it_solved(call)
    await nothing_done(call)


async def for_me(call: Call) -> None:
    """Verify the caller, then read out the offers that this customer may use as a new or an existing user."""
    customer = await identify(call)
    mine = await call.do(offers_for, customer)
    call.say("promotion-user-" + mine.standing)
    await read_out(call, mine.offers)


async def read_out(call: Call, offers: list[Offer]) -> None:
    """Read out the offers, the one that ends soonest first; the caller may hear each again or in detail."""
    if not offers:
        call.say("promotion-none")
        return
    call.say("promotion-count", count=len(offers))
    for place in range(len(offers)):
        describe(call, offers[place])
        chosen = await call.menu(STEP)
        while chosen != "on":
            tell_more = describe if chosen == "again" else detail
            tell_more(call, offers[place])
            chosen = await call.menu(STEP)
    call.say("promotion-last")


def describe(call: Call, offer: Offer) -> None:
    """Tell title, audience, condition and last day of an offer."""
    call.say("promotion-title", title=offer.title)
    call.say("promotion-for-" + offer.audience)
    call.say("promotion-condition", condition=offer.condition)
    call.say("promotion-until", ends=offer.ends)
    if offer.until:
        call.say("promotion-until-hour", until=offer.until)


def detail(call: Call, offer: Offer) -> None:
    """Tell the first day of an offer and what it gives."""
    call.say("promotion-since", starts=offer.starts)
    if offer.gives:
        call.say("promotion-gives-" + offer.gives.kind, amount=offer.gives.amount)
    call.say("promotion-full-rules")
