"""The demo wallet as the lab's scene sets it: its clock, and whether its API answers."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.demo.wallet import DemoWallet
from ivr.lab import scene
from ivr.lab.clock import business_now


def demo_wallet(engine: sa.Engine) -> DemoWallet:
    """A wallet on this database."""
    return DemoWallet(engine, business_now, lambda conn: scene.read(conn).wallet)
