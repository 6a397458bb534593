"""The wallets that a person may see. Every query for the desk takes a scope, so no page crosses wallets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Scope:
    """Some wallets. A scope of none sees nothing."""

    wallets: frozenset[str]

    @classmethod
    def of(cls, wallets: Iterable[str]) -> Scope:
        """The scope of these wallets."""
        return cls(frozenset(wallets))

    def __contains__(self, wallet: str | None) -> bool:
        return wallet in self.wallets

    def holds(self, wallets: Iterable[str]) -> bool:
        """Whether it holds all of them, and there are any."""
        asked = set(wallets)
        return bool(asked) and asked <= self.wallets

    def covers(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """The condition on the column that holds a row's wallet."""
        return column.in_(sorted(self.wallets))
