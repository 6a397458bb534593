"""Which wallets the line serves, by id and by the number that was dialled."""

from __future__ import annotations

import json
from functools import lru_cache

import sqlalchemy as sa

from ivr.telephony.numbers import is_spelling
from ivr.wallet.tables import wallet_lines, wallets
from ivr.wallet.types import WalletInfo


class UnknownWallet(LookupError):
    """No wallet of that id is configured."""


def by_id(conn: sa.Connection, wallet: str) -> WalletInfo:
    """Return the wallet with this id; raises UnknownWallet."""
    document = conn.scalar(sa.select(wallets.c.document).where(wallets.c.id == wallet))
    if document is None:
        raise UnknownWallet(f"no wallet {wallet!r} is configured")
    return _parsed(document)


def by_line(conn: sa.Connection, *addresses: str) -> WalletInfo | None:
    """Find the wallet of the first of these addresses that is a wallet's line in any spelling of a carrier.

    An address that could be the line of two wallets, because only the country code differs, matches neither.
    """
    known = lines(conn)
    for address in addresses:
        called = {known[address]} if address in known else {known[line] for line in known if is_spelling(address, line)}
        if len(called) == 1:
            return by_id(conn, called.pop())
    return None


def lines(conn: sa.Connection) -> dict[str, str]:
    """Map each number of a line to the id of its wallet."""
    return {row.line: row.wallet for row in conn.execute(sa.select(wallet_lines.c.line, wallet_lines.c.wallet))}


@lru_cache(maxsize=64)
def _parsed(document: str) -> WalletInfo:
    fields = json.loads(document)
    return WalletInfo(**{name: fields[name] for name in WalletInfo.__dataclass_fields__ if name in fields})
