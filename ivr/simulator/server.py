"""`python -m ivr.simulator.server`: the telephone company as a process of its own, on PORT + 1 of this machine.

It calls the app over HTTP and signs; it answers REST at the same paths as Twilio (`TWILIO_API_URL` leads
here in the lab); people and tests act through `/simulator` (see `control`) and `/phone`. It listens on loopback
only, and answers nobody who came through a proxy or a tunnel.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask import Flask, abort, redirect, request
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from ivr.loopback import entrance, is_from_here, refuse_strangers
from ivr.settings import Settings
from ivr.simulator.account.account import Company
from ivr.simulator.calls.call_runner import Switchboard
from ivr.simulator.calls.phone import SIMULATED_ACCOUNT
from ivr.simulator.control_api import control_blueprint
from ivr.simulator.rest.api import rest_blueprint
from ivr.simulator.rest.credentials import TEST, Accounts
from ivr.simulator.webhooks.delivery import HttpTransport, Transport


@dataclass(frozen=True)
class Scene:
    """What the lab's scene says, asked each time: what agents do, what becomes of texts, which numbers the account has."""

    agent: Callable[[str], str] = lambda number: "accept"
    sms: Callable[[], str] = lambda: "ok"
    numbers: Callable[[], Collection[str]] | None = None


def make_board(settings: Settings, transport: Transport, scene: Scene) -> Switchboard:
    """The board for the app that the settings describe."""
    account = settings.twilio_account_sid or SIMULATED_ACCOUNT
    company = Company(account, f"http://127.0.0.1:{settings.port + 1}", bought=scene.numbers)
    return Switchboard(transport, settings.twilio_auth_token, company, scene.agent)


def create_server(settings: Settings, board: Switchboard, scene: Scene) -> Flask:
    """The WSGI app: REST, the JSON interface, and the browser phone where it is there."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.json.sort_keys = False  # type: ignore[attr-defined]

    @app.before_request
    def only_from_here() -> Response | None:
        if f"{request.path}/".startswith(("/phone/", "/simulator/")):
            if led_in := entrance(request, settings):
                return led_in
            refuse_strangers(request, settings)
        elif not is_from_here(request):  # REST asks for the account and its token
            abort(404)
        return None

    @app.get("/")
    def to_the_phone() -> Response:
        return redirect("/phone/")

    @app.get("/healthz")
    def alive() -> str:
        return "alive\n"

    given = (settings.twilio_test_account_sid, settings.twilio_test_auth_token)
    key = (settings.twilio_api_key, settings.twilio_api_secret)
    accounts = Accounts((board.company.account, settings.twilio_auth_token), given if all(given) else TEST, key)
    app.register_blueprint(control_blueprint(board))
    _add_phone(app, settings, board)
    app.register_blueprint(rest_blueprint(board, accounts, scene.sms))
    return app


def _add_phone(app: Flask, settings: Settings, board: Switchboard) -> None:
    try:
        from ivr.simulator.browser_phone.call_map import map_blueprint
        from ivr.simulator.browser_phone.routes import phone_blueprint
    except ImportError as missing:
        logging.getLogger("simulator").warning("no browser phone: %s", missing)
    else:
        app.register_blueprint(phone_blueprint(settings, board.company, lambda: time.monotonic() + board.clock))
        app.register_blueprint(map_blueprint())


def lab_scene(settings: Settings) -> Scene:
    """The scene of the lab's database; numbers that are nobody's desk belong to whoever uses `/simulator`."""
    from ivr.lab import agents, scene
    from ivr.storage import begin_read, connect
    from ivr.wallet import config

    engine = connect(settings.database_url)

    def agent(number: str) -> str:
        with begin_read(engine) as conn:
            now = scene.read(conn)
        return now.agents_answer if number in agents.numbers(now, settings) else "person"

    def sms() -> str:
        with begin_read(engine) as conn:
            return scene.read(conn).sms

    def numbers() -> Collection[str]:
        with begin_read(engine) as conn:
            return config.lines(conn)

    return Scene(agent, sms, numbers)


def main() -> int:
    """Serve until told to stop."""
    settings = Settings.load()
    if not settings.lab:
        print("simulator: there is a real account; the telephone company is Twilio", file=sys.stderr)
        return 2
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    scene = lab_scene(settings)
    transport = HttpTransport(f"http://127.0.0.1:{settings.port}", settings.public_base_url)
    board = make_board(settings, transport, scene)
    server = make_server("127.0.0.1", settings.port + 1, create_server(settings, board, scene), threaded=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.1)
    board.close()
    transport.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
