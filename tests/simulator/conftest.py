"""A stub app behind a real socket, a telephone connected to it, and the simulator as a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.transport import HttpTransport
from tests.simulator.running_simulator import Simulator, running_simulator
from tests.simulator.stub_app import TOKEN, StubApp


@pytest.fixture
def stub() -> Iterator[StubApp]:
    """The stub app, listening on loopback."""
    app, stub = Flask("stub"), StubApp()
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
    """A telephone connected to the stub app; it sends each webhook once unless a test says otherwise."""
    transport = HttpTransport(stub.url)
    yield Phone(transport, TOKEN, repeat=False)
    transport.close()


@pytest.fixture
def simulator(stub: StubApp, settings: Any) -> Iterator[Simulator]:
    """The simulator as a server of its own."""
    with running_simulator(stub, settings) as running:
        yield running
