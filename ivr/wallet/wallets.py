"""Which wallet API the line talks to."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.settings import Settings, SettingsError
from ivr.wallet.demo import DemoWallet
from ivr.wallet.types import Wallet


def make(engine: sa.Engine, settings: Settings) -> Wallet:
    """The demo wallet; a real wallet's API is not spoken yet, and nobody should believe it is."""
    if settings.wallet_api_url:
        raise SettingsError("WALLET_API_URL is set, but this version only knows the demo wallet; clear it")
    return DemoWallet(engine)
