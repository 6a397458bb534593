"""Turns messages about offers on or off. They are off until the customer says yes, and as easy to turn off again."""

from call_flows.identify import identify
from ivr.cases.consents import consent_key, keep_consent
from ivr.engine import Call, Confirm, ToAgent, Unavailable
from ivr.handover import reasons
from ivr.wallet.offers import push_is_on, set_push
from ivr.wallet.verified import Verified

SURE = Confirm("promotion-messages-now")


async def offer_messages(call: Call) -> bool:
    """Tell the present state and its meaning, read the change back, and ask for one explicit yes. The wallet stores the
    change, and the line keeps its own record of the consent. False: the caller wanted no change.
    """
    customer = await identify(call)
    on = await call.do(push_is_on, customer)
    asked = ["promotion-messages-mean", "promotion-messages-turn-off" if on else "promotion-messages-turn-on"]
    call.say("promotion-messages-are-on" if on else "promotion-messages-are-off")
    for message in asked:
        call.say(message)
    if not await call.confirm(SURE):
        call.say("promotion-messages-stay-on" if on else "promotion-messages-stay-off")
        return False
    key = await call.do(consent_key)
    await change(call, customer, not on, key)
    await call.do(keep_consent, customer, not on, [*asked, SURE.name], key)
    call.say("promotion-messages-turned-off" if on else "promotion-messages-turned-on")
    return True


async def change(call: Call, customer: Verified, push: bool, key: str) -> None:
    """Set the state at the wallet. If the outcome is unknown, send it once more with the same idempotency key, and hand
    over to a person if it stays unknown."""
    if await is_set(call, customer, push, key):
        return
    await call.announce("promotion-messages-unsure")
    if not await is_set(call, customer, push, key):
        call.say("promotion-messages-unknown")
        raise ToAgent(reasons.CONSENT_UNKNOWN)


async def is_set(call: Call, customer: Verified, push: bool, key: str) -> bool:
    """Whether the wallet confirmed the change. False: the outcome is unknown."""
    try:
        return await call.do(set_push, customer, push, key)
    except Unavailable:
        return False
