"""Schemathesis, which reads the contract by itself, attacks the reference server, and would find a fault."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from ivr.wallet_api.server import create_app
from tests.wallet.conftest import TOKEN, WALLETS
from tests.wallet.contract import CONTRACT
from tests.wallet.serving import served


def attacked(app: Any, folder: Path, *how: str) -> subprocess.CompletedProcess[str]:
    """What Schemathesis says of an app; the seed is given here."""
    with served(app) as url:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            str(CONTRACT),
            "--url",
            url,
            "--no-color",
            "-H",
            f"Authorization: Bearer {TOKEN}",
            "--seed",
            "20261123",
            "--generation-database",
            "none",
            "--continue-on-failure",
            "--no-shrink",
            *how,
        ]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def test_an_independent_tester_finds_nothing_against_the_reference_server(demo_on_sqlite, tmp_path):
    """A thousand good and bad requests and more, one by one and in chains."""
    run = attacked(create_app(demo_on_sqlite, WALLETS, TOKEN), tmp_path, "-n", "60")
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    generated = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert generated, run.stdout[-2000:]
    assert int(generated[1]) > 1000


def test_the_independent_tester_finds_a_planted_fault(demo_on_sqlite, tmp_path):
    """A balance in words."""
    app = create_app(demo_on_sqlite, WALLETS, TOKEN)
    app.after_request(
        lambda answer: answer.set_data(re.sub(rb'"balance":\d+', b'"balance":"much"', answer.get_data())) or answer
    )
    run = attacked(app, tmp_path, "--phases", "examples", "--include-operation-id", "account")
    assert run.returncode == 1 and '"much" is not of type "integer"' in run.stdout, run.stdout[-3000:]
