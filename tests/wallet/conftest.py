"""The demo world in a database, and each implementation of `Wallet` on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.lab.world import DEFAULT, load
from ivr.storage import begin_write
from ivr.wallet.demo import DemoWallet


@pytest.fixture
def demo(database: sa.Engine) -> DemoWallet:
    """With the dates of the file."""
    with begin_write(database) as conn:
        load(conn, json.loads(DEFAULT.read_text("utf-8")))
    return DemoWallet(database)


@pytest.fixture(params=["demo"])
def wallet(request: pytest.FixtureRequest, demo: DemoWallet) -> Any:
    """One implementation after the other."""
    return demo
