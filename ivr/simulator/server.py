"""`python -m ivr.simulator.server`: the simulator as a process of its own, on PORT + 1 of this machine.

It sends signed webhooks to the app and answers REST requests at the same paths as Twilio (in the lab `TWILIO_API_URL`
points here). People and tests use `/simulator` (see `control_api`) and `/phone`. It listens on loopback only, and
refuses requests that came through a proxy or a tunnel.
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

from audio.hold_music import hold_music
from audio.recorder import wav
from ivr.config.settings import Settings
from ivr.network.loopback import entrance, is_from_here, refuse_strangers
from ivr.simulator.account.account import Account
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.calls.client_phones import ClientPhones
from ivr.simulator.calls.phone import SIMULATED_ACCOUNT
from ivr.simulator.control_api import control_blueprint
from ivr.simulator.rest.api import rest_blueprint
from ivr.simulator.rest.credentials import TEST, Credentials
from ivr.simulator.webhooks.transport import HttpTransport, Transport
from ivr.storage.database import begin_read, connect
from ivr.task_routing import plan
from ivr.telephony.twilio_tasks import TaskRouterSetup
from ivr.web.hold_music import music_file

LOOKS_EVERY = 0.5
"""Seconds between two looks at what time has brought to the browsers of agents and to TaskRouter."""


@dataclass(frozen=True)
class Behaviour:
    """How the outside world behaves, asked each time: agents by number, delivery of texts, the account's numbers."""

    agent: Callable[[str], str] = lambda number: "accept"
    sms: Callable[[], str] = lambda: "ok"
    numbers: Callable[[], Collection[str]] | None = None


def make_call_runner(settings: Settings, transport: Transport, behaviour: Behaviour) -> CallRunner:
    """The call runner for the app that the settings describe."""
    account_sid = settings.twilio_account_sid or SIMULATED_ACCOUNT
    account = Account(account_sid, f"http://127.0.0.1:{settings.port + 1}", owned_numbers=behaviour.numbers)
    return CallRunner(transport, settings.twilio_auth_token, account, behaviour.agent)


def make_client_phones(runner: CallRunner) -> ClientPhones:
    """Browsers of agents, whose time is the machine's and moves on with the virtual clock."""
    return ClientPhones(runner, lambda: time.monotonic() + runner.clock)


def create_server(
    settings: Settings, runner: CallRunner, behaviour: Behaviour, clients: ClientPhones | None = None
) -> Flask:
    """The WSGI app: REST, the JSON API, and the browser phone where its libraries are installed."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.json.sort_keys = False  # type: ignore[attr-defined]

    @app.before_request
    def only_from_here() -> Response | None:
        if f"{request.path}/".startswith(("/phone/", "/simulator/")):
            if led_in := entrance(request, settings):
                return led_in
            refuse_strangers(request, settings)
        elif not is_from_here(request):  # REST requests authenticate with the account and its token
            abort(404)
        return None

    @app.get("/")
    def redirect_to_phone() -> Response:
        return redirect("/phone/")

    @app.get("/healthz")
    def alive() -> str:
        return "alive\n"

    given = (settings.twilio_test_account_sid, settings.twilio_test_auth_token)
    key = (settings.twilio_api_key, settings.twilio_api_secret)
    accounts = Credentials((runner.account.sid, settings.twilio_auth_token), given if all(given) else TEST, key)
    app.register_blueprint(control_blueprint(runner, clients or make_client_phones(runner)))
    _add_phone(app, settings, runner)
    app.register_blueprint(rest_blueprint(runner, accounts, behaviour.sms))
    return app


def _add_phone(app: Flask, settings: Settings, runner: CallRunner) -> None:
    try:
        from ivr.simulator.browser_phone.call_map import map_blueprint
        from ivr.simulator.browser_phone.routes import phone_blueprint
    except ImportError as missing:
        logging.getLogger("simulator").warning("the browser phone is not available: %s", missing)
    else:
        app.register_blueprint(phone_blueprint(settings, runner, lambda: time.monotonic() + runner.clock))
        app.register_blueprint(map_blueprint())


def lab_behaviour(settings: Settings) -> Behaviour:
    """The behaviour that the lab's scene sets; numbers that are no agent's are left to clients of `/simulator`."""
    from ivr.lab import agents, scene
    from ivr.wallet import directory

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
            return directory.lines(conn)

    return Behaviour(agent, sms, numbers)


def make_hold_music(settings: Settings) -> None:
    """Make the file that callers in the queue hear, if it is not there: this process has the packages for it."""
    file = music_file(settings)
    if not file.exists():
        unfinished = file.with_suffix(".new")
        unfinished.write_bytes(wav(hold_music()))
        unfinished.replace(file)


def set_up_task_router(settings: Settings) -> None:
    """Set TaskRouter up as the line needs it, by REST: this process keeps it in memory."""
    setup, engine = TaskRouterSetup(settings), connect(settings.database_url)
    with begin_read(engine) as conn:
        wanted = plan.Wanted.now(conn, settings)
    plan.compare(setup, wanted, apply=True)
    setup.close()
    engine.dispose()


def _keep_looking(clients: ClientPhones, stop: threading.Event) -> None:
    while not stop.wait(LOOKS_EVERY):
        clients.look()
        clients.runner.account.router.look()


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    settings = Settings.load()
    if not settings.lab:
        print("simulator: the settings name a real Twilio account, so the simulator is not started", file=sys.stderr)
        return 2
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    behaviour = lab_behaviour(settings)
    transport = HttpTransport(f"http://127.0.0.1:{settings.port}", settings.public_base_url)
    runner = make_call_runner(settings, transport, behaviour)
    make_hold_music(settings)
    clients, stop = make_client_phones(runner), threading.Event()
    app = create_server(settings, runner, behaviour, clients)
    server = make_server("127.0.0.1", settings.port + 1, app, threaded=True)
    threading.Thread(target=_keep_looking, args=(clients, stop), daemon=True).start()
    if settings.agent_mode == "taskrouter":
        threading.Thread(target=set_up_task_router, args=(settings,), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.1)
    stop.set()
    runner.close()
    transport.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
