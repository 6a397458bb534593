"""Access of effects to the wallet client of this process."""

from __future__ import annotations

from typing import cast

from ivr.engine.effects import World
from ivr.wallet.types import Wallet


def wallet_client(world: World) -> Wallet:
    """Return the wallet client. The engine carries it untyped, because it does not depend on wallets."""
    return cast(Wallet, world.runtime.wallets)
