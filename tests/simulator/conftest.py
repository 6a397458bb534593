"""The tests' own app behind a real socket, and a telephone wired to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.delivery import HttpTransport
from tests.simulator.running import Simulator, running_simulator
from tests.simulator.stub_app import TOKEN, StubApp


@pytest.fixture
def stub() -> Iterator[StubApp]:
    """The app, listening on loopback."""
    app, stub = Flask("desk"), StubApp()
    app.add_url_rule("/<path:_path>", view_func=lambda _path: stub.answer(), methods=["GET", "POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    stub.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield stub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def caller(stub: StubApp) -> Iterator[Phone]:
    """A telephone wired to it, which does not repeat its requests unless a test says so."""
    transport = HttpTransport(stub.url)
    yield Phone(transport, TOKEN, repeat=False)
    transport.close()


@pytest.fixture
def simulator(stub: StubApp, settings: Any) -> Iterator[Simulator]:
    """The telephone company as a server of its own."""
    with running_simulator(stub, settings) as running:
        yield running
