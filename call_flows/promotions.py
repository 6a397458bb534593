"""Promotions and rewards: where the official news is, and a person."""

from call_flows.close import was_it_solved
from ivr.desk.facts import wallet_facts
from ivr.engine import Call, Menu, ToAgent

PROMOTIONS = Menu("promotions", ("channels", "reward"))


async def promotions(call: Call) -> None:
    """Official channels for offers; a missing reward goes to a person."""
    topic = await call.menu(PROMOTIONS)
    if topic == "reward":
        raise ToAgent("reward")
    facts = await call.do(wallet_facts, call.facts["wallet"])
    call.say("promotion-channels", **facts.channels)
    await was_it_solved(call)
