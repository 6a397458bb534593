"""The client of the wallet APIs that the settings name."""

from __future__ import annotations

from functools import lru_cache

from ivr.config.settings import Settings
from ivr.wallet.http.api import Api
from ivr.wallet.http.wallet import HttpWallet
from ivr.wallet.types import Wallet


def make(settings: Settings) -> Wallet:
    """A client for each wallet; a wallet without an address is `Unavailable`."""
    tokens = settings.wallet_api_token
    return HttpWallet({wallet: _api(url, tokens[wallet]) for wallet, url in settings.wallet_api_url.items()})


@lru_cache(maxsize=64)
def _api(url: str, token: str) -> Api:
    """One for each address and process: its breaker remembers, and its connections are kept."""
    return Api(url, token)
