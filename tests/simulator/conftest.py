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
from tests.simulator.company import Simulator, simulator
from tests.simulator.desk import TOKEN, Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The app, listening on loopback."""
    app, desk = Flask("desk"), Desk()
    app.add_url_rule("/<path:_path>", view_func=lambda _path: desk.answer(), methods=["GET", "POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    desk.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield desk
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def caller(desk: Desk) -> Iterator[Phone]:
    """A telephone wired to it, which does not repeat its requests unless a test says so."""
    transport = HttpTransport(desk.url)
    yield Phone(transport, TOKEN, repeat=False)
    transport.close()


@pytest.fixture
def company(desk: Desk, settings: Any) -> Iterator[Simulator]:
    """The telephone company as a server of its own."""
    with simulator(desk, settings) as running:
        yield running
