"""The demo world in a database, the reference server on it, and each implementation of `Wallet`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.demo.wallet import DemoWallet
from ivr.lab.demo_wallet import demo_wallet
from ivr.lab.world import DEFAULT, load
from ivr.storage.database import begin_write, connect
from ivr.wallet.http.api import Api
from ivr.wallet.http.wallet import ANY_WALLET, HttpWallet
from ivr.wallet_api.server import create_app
from tests.wallet.serving import served

TOKEN = "a-token-of-the-tests"
WALLETS = {"haiyun", "linfu"}


@pytest.fixture
def demo(database: sa.Engine) -> DemoWallet:
    """With the dates of the file."""
    with begin_write(database) as conn:
        load(conn, json.loads(DEFAULT.read_text("utf-8")))
    return demo_wallet(database)


@pytest.fixture
def demo_on_sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[DemoWallet]:
    """The same in one kind of database, where the matter is HTTP."""
    shutil.copyfile(sqlite_template, tmp_path / "ivr.db")
    engine = connect(f"sqlite:///{tmp_path / 'ivr.db'}")
    with begin_write(engine) as conn:
        load(conn, json.loads(DEFAULT.read_text("utf-8")))
    yield demo_wallet(engine)
    engine.dispose()


@pytest.fixture
def address(demo: DemoWallet) -> Iterator[str]:
    """Of the reference server."""
    with served(create_app(demo, WALLETS, TOKEN)) as url:
        yield url


@pytest.fixture(params=["demo", "http"])
def wallet(request: pytest.FixtureRequest, demo: DemoWallet) -> Iterator[Any]:
    """One implementation after the other."""
    if request.param == "demo":
        yield demo
        return
    with served(create_app(demo, WALLETS, TOKEN)) as url:
        api = Api(url, TOKEN)
        yield HttpWallet({ANY_WALLET: api})
        api.close()
