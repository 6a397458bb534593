"""Proof of who is calling: what functions that read money ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verified:
    """A customer who proved who they are. Functions that read money ask for this, not for a flag."""

    id: str
    wallet: str
    level: int
    how: str
