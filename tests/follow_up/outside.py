"""What the worker's wiring gives a context beside its providers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.config.settings import Settings
from ivr.wiring.lab_or_live import agents_on_duty, make_wallet


def outside(engine: sa.Engine, settings: Settings) -> dict[str, Any]:
    """The wallet and the agents on duty, as the settings say; and whether a callback comes first."""
    first = desk_agents.comes_first
    agents = agents_on_duty(settings)
    return {"wallet": make_wallet(engine, settings), "agents_on_duty": agents, "callback_comes_first": first}
