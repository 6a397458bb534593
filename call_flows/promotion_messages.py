"""Messages about offers: off unless the customer says yes, and off again as easily."""

from call_flows.identify import identify
from ivr.cases.consents import consent_key, keep_consent
from ivr.engine import Call, Confirm, ToAgent, Unavailable
from ivr.handover import reasons
from ivr.wallet.offers import push_is_on, set_push
from ivr.wallet.verified import Verified

SURE = Confirm("promotion-messages-now")


async def offer_messages(call: Call) -> bool:
    """How it stands, what it means, the change read back, one explicit yes; kept at the wallet and as our record.

    False: the caller wanted no change.
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
    """Set at the wallet. What it leaves open is asked once more, under the same key; then a person."""
    if await is_set(call, customer, push, key):
        return
    await call.announce("promotion-messages-unsure")
    if not await is_set(call, customer, push, key):
        call.say("promotion-messages-unknown")
        raise ToAgent(reasons.CONSENT_UNKNOWN)


async def is_set(call: Call, customer: Verified, push: bool, key: str) -> bool:
    """False: nobody knows."""
    try:
        return await call.do(set_push, customer, push, key)
    except Unavailable:
        return False
