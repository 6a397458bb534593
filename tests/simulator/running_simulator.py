"""A running simulator in front of the stub app, with Twilio's REST client connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

from twilio.rest import Client
from werkzeug.serving import make_server

from ivr.simulator.server import Behaviour, create_server, make_call_runner, make_client_phones
from ivr.simulator.webhooks.transport import HttpTransport
from ivr.telephony import twilio_rest
from tests.simulator.stub_app import StubApp

LINE, CALLER, AGENT = "+862155500100", "+8613900000001", "+8619900009001"
TEST_SID, TEST_TOKEN = "AC" + "7" * 32, "test-token"


@dataclass
class Simulator:
    """The call runner, a client for the JSON API, and Twilio's library connected to the simulator."""

    runner: Any
    web: Any
    rest: Client
    settings: Any
    stub: StubApp
    clients: Any
    """The registered browsers of agents."""
    agents: str = "accept"
    sms: str = "ok"

    def dials(self, **more: Any) -> Any:
        """Place a call by the JSON API."""
        return self.does("", {"line": LINE, "from": CALLER, **more}, 201)

    def does(self, path: str, body: Any = None, status: int = 200) -> Any:
        """Act on a call: `<sid>/press` and the like."""
        answer = self.web.post(f"/simulator/calls/{path}".rstrip("/"), json=body or {}, base_url="http://127.0.0.1")
        assert answer.status_code == status, answer.text
        return answer.json

    def sees(self, sid: str) -> Any:
        """The state of a call after all its tasks are done."""
        return self.web.get(f"/simulator/calls/{sid}", base_url="http://127.0.0.1").json

    def url(self, path: str) -> str:
        """A URL of the app."""
        return self.stub.url + path


@contextmanager
def running_simulator(
    stub: StubApp, settings: Any, test: tuple[str, str] = (TEST_SID, TEST_TOKEN)
) -> Iterator[Simulator]:
    """Run a simulator; `test`: the test credentials in the settings."""
    transport, made = (
        HttpTransport(stub.url),
        replace(settings, twilio_test_account_sid=test[0], twilio_test_auth_token=test[1]),
    )
    scene = Behaviour(lambda number: running.agents if number == AGENT else "person", lambda: running.sms)
    runner = make_call_runner(made, transport, scene)
    clients = make_client_phones(runner)
    app = create_server(made, runner, scene, clients)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made = replace(made, twilio_api_url={"": f"http://127.0.0.1:{server.port}"})
    runner.account.base_url = made.twilio_api_url[""]
    running = Simulator(runner, app.test_client(), twilio_rest.client(made), made, stub, clients)
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        runner.close()
        running.rest.http_client.session.close()
        transport.close()
