"""A mock made from Twilio's documents: it takes a request only when its shape is right."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ivr.telephony import twilio_rest
from tests.openapi.documents import PRISM, document
from tests.ports import free_ports
from tests.simulator.conftest import simulator, stub  # noqa: F401
from tests.simulator.running_simulator import TEST_SID, TEST_TOKEN

STARTS_WITHIN = 60.0


@pytest.fixture(scope="session")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    folder = tmp_path_factory.mktemp("prism")
    (folder / "api.json").write_text(json.dumps(document()), "utf-8")
    port = free_ports()
    command = [str(PRISM), "mock", "-h", "127.0.0.1", "-p", str(port), str(folder / "api.json")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(port, process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"the mock of Twilio did not start:\n{log.read_text('utf-8')}", pytrace=False)


@pytest.fixture
def against_mock(settings: Any, mock: str) -> Any:
    """Settings whose REST client goes to the mock."""
    made = replace(settings, twilio_api_url={"": mock})
    return replace(made, twilio_test_account_sid=TEST_SID, twilio_test_auth_token=TEST_TOKEN)


@pytest.fixture
def rest(against_mock: Any) -> Iterator[Any]:
    """Twilio's library pointed at the mock."""
    client = twilio_rest.client(against_mock)
    yield client
    client.http_client.session.close()
