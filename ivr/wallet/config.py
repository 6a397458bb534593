"""Which wallets the line serves, by id and by the number that was dialled."""

from __future__ import annotations

import json
from functools import lru_cache

import sqlalchemy as sa

from ivr.wallet.tables import wallet_lines, wallets
from ivr.wallet.types import WalletInfo


class UnknownWallet(LookupError):
    """No wallet of that id is configured."""


def by_id(conn: sa.Connection, wallet: str) -> WalletInfo:
    """The wallet; raises UnknownWallet."""
    document = conn.scalar(sa.select(wallets.c.document).where(wallets.c.id == wallet))
    if document is None:
        raise UnknownWallet(f"no wallet {wallet!r} is configured")
    return _parsed(document)


def by_line(conn: sa.Connection, *lines: str) -> WalletInfo | None:
    """The wallet of the first of these numbers that is somebody's line."""
    for line in lines:
        wallet = conn.scalar(sa.select(wallet_lines.c.wallet).where(wallet_lines.c.line == line))
        if wallet is not None:
            return by_id(conn, wallet)
    return None


@lru_cache(maxsize=64)
def _parsed(document: str) -> WalletInfo:
    fields = json.loads(document)
    return WalletInfo(**{name: fields[name] for name in WalletInfo.__dataclass_fields__ if name in fields})
