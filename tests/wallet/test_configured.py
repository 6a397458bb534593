"""Selects the wallet: the demo in the lab, an API where an address is set, and none otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ivr.demo.wallet import DemoWallet
from ivr.engine.errors import Unavailable
from ivr.wallet import wallets
from ivr.wallet_api.server import create_app
from ivr.wiring.lab_or_live import make_wallet
from tests.ports import free_ports
from tests.wallet.conftest import TOKEN, WALLETS
from tests.wallet.misbehaving import ACCOUNT, answering
from tests.wallet.serving import served

ROOT = Path(__file__).parents[2]


def soon():
    return time.monotonic() + 4


def test_the_lab_asks_the_demo(settings, demo_on_sqlite):
    """Unless somebody names an API."""
    assert isinstance(make_wallet(demo_on_sqlite._engine, settings), DemoWallet)


def test_outside_of_the_lab_nobody_is_asked_without_an_address(settings, demo_on_sqlite):
    """Not even when the database holds a demo world: a look-up is unknown, never "no such account"."""
    wallet = make_wallet(demo_on_sqlite._engine, replace(settings, lab=False))
    with pytest.raises(Unavailable):
        wallet.find_account("haiyun", ["10002051"], soon())
    assert wallet.account("K1", soon()) is None


def test_each_wallet_is_asked_at_its_own_address_with_its_own_token(settings):
    """And all others at the one for everybody."""
    seen: list[tuple[str, str]] = []

    def watching(name, wallet):
        def app(environ, start):
            seen.append((name, environ["HTTP_AUTHORIZATION"]))
            return answering({"account": ACCOUNT | {"wallet": wallet}})(environ, start)

        return app

    with served(watching("one", "haiyun")) as one, served(watching("rest", "linfu")) as rest:
        made = replace(settings, wallet_api_url={"haiyun": one, "": rest}, wallet_api_token={"haiyun": "h", "": "r"})
        wallet = wallets.make(made)
        assert wallet.find_account("haiyun", ["1"], soon()).id == "haiyun:K1"
        assert wallet.find_account("linfu", ["1"], soon()).id == "linfu:K1"
    assert seen == [("one", "Bearer h"), ("rest", "Bearer r")]


def test_one_breaker_serves_a_process(settings):
    """The line's calls and its text messages make their wallet anew, and share what they learned."""
    dead = replace(settings, wallet_api_url={"": "http://127.0.0.1:1"}, wallet_api_token={"": "t"})
    assert wallets.make(dead)._apis[""] is wallets.make(dead)._apis[""]


def test_make_wallet_api_serves_the_demo_world_and_says_how_to_use_it(tmp_path):
    """Its own database, its own token in a file that only its owner reads, this machine only."""
    port = free_ports()
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "ivr.wallet_api", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = [process.stdout.readline() for _ in range(2)]
            token = said[1].split("WALLET_API_TOKEN=")[1].split()[0]
            assert f"WALLET_API_URL=http://127.0.0.1:{port}" in said[1]
            url = f"http://127.0.0.1:{port}/wallets/haiyun/accounts/K1"
            good = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
            assert good.json()["mobile"] == "+8619900000051"
            assert httpx.get(url, trust_env=False).status_code == 401
            assert (tmp_path / "var/wallet-api-token").stat().st_mode & 0o077 == 0
        finally:
            process.terminate()


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"bearer {TOKEN}x"])
def test_the_reference_server_tells_nothing_without_its_token(demo_on_sqlite, authorization):
    """Nor whether an account exists."""

    client = create_app(demo_on_sqlite, WALLETS, TOKEN).test_client()
    for account in ("K1", "K99"):
        answer = client.get(f"/wallets/haiyun/accounts/{account}", headers={"Authorization": authorization})
        assert (answer.status_code, answer.json["code"]) == (401, "no-token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
