"""The simulator's own server in front of the tests' app, with the real REST client at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

from twilio.rest import Client
from werkzeug.serving import make_server

from ivr import twilio_rest
from ivr.simulator.server import Scene, create_server, make_board
from ivr.simulator.webhooks.delivery import HttpTransport
from tests.simulator.desk import Desk

LINE, CALLER, AGENT = "+862155500100", "+8613900000001", "+8619900009001"
TEST_SID, TEST_TOKEN = "AC" + "7" * 32, "test-token"


@dataclass
class Simulator:
    """The board, a client for its JSON interface, and Twilio's library pointed at it."""

    board: Any
    web: Any
    rest: Client
    settings: Any
    desk: Desk
    agents: str = "accept"
    sms: str = "ok"

    def dials(self, **more: Any) -> Any:
        """A call by the JSON interface."""
        return self.does("", {"line": LINE, "from": CALLER, **more}, 201)

    def does(self, path: str, body: Any = None, status: int = 200) -> Any:
        """A deed on a call: `<sid>/press` and the like."""
        answer = self.web.post(f"/simulator/calls/{path}".rstrip("/"), json=body or {}, base_url="http://127.0.0.1")
        assert answer.status_code == status, answer.text
        return answer.json

    def sees(self, sid: str) -> Any:
        """A call as it is when nothing is left to do."""
        return self.web.get(f"/simulator/calls/{sid}", base_url="http://127.0.0.1").json

    def url(self, path: str) -> str:
        """An address of the app."""
        return self.desk.url + path


@contextmanager
def simulator(desk: Desk, settings: Any, test: tuple[str, str] = (TEST_SID, TEST_TOKEN)) -> Iterator[Simulator]:
    """A running one; `test` are the test credentials that are set."""
    transport, made = (
        HttpTransport(desk.url),
        replace(settings, twilio_test_account_sid=test[0], twilio_test_auth_token=test[1]),
    )
    scene = Scene(lambda number: played.agents if number == AGENT else "person", lambda: played.sms)
    board = make_board(made, transport, scene)
    app = create_server(made, board, scene)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made = replace(made, twilio_api_url={"": f"http://127.0.0.1:{server.port}"})
    board.company.base_url = made.twilio_api_url[""]
    played = Simulator(board, app.test_client(), twilio_rest.client(made), made, desk)
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        board.close()
        played.rest.http_client.session.close()
        transport.close()
