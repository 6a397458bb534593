"""Which wallet API the line talks to."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.demo.wallet import DemoWallet
from ivr.wallet.http.api import Api
from ivr.wallet.http.wallet import HttpWallet
from ivr.wallet.types import Wallet


def make(engine: sa.Engine, settings: Settings) -> Wallet:
    """The APIs that are configured; otherwise the demo in the lab, and nothing that could answer outside of it."""
    if settings.lab and not settings.wallet_api_url:
        return DemoWallet(engine)
    tokens = settings.wallet_api_token
    return HttpWallet({wallet: _api(url, tokens[wallet]) for wallet, url in settings.wallet_api_url.items()})


@lru_cache(maxsize=64)
def _api(url: str, token: str) -> Api:
    """One for each address and process: its breaker remembers, and its connections are kept."""
    return Api(url, token)
