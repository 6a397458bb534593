"""The wallet of the line, as effects reach it."""

from __future__ import annotations

from typing import cast

from ivr.engine.effects import World
from ivr.wallet.types import Wallet


def wallet_of(world: World) -> Wallet:
    """What answers for the wallets here: the engine carries it, and does not know what it is."""
    return cast(Wallet, world.runtime.wallets)
