"""The lab's HTTP API: sets the scene and reports what happened, for people and tests on this machine only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request

from ivr.config.settings import Settings
from ivr.engine.secrets import Sealer
from ivr.identity.tables import languages
from ivr.lab import agents, clock, reports, request_bodies, scene, world
from ivr.network.loopback import refuse_strangers
from ivr.operations import line_switch
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.shapes import DocumentError
from ivr.wallet.tables import wallets

LARGEST_WORLD = 32 * 1024 * 1024  # webhooks are small, worlds need not be
Wait = Callable[[], object]


def lab_blueprint(engine: sa.Engine, settings: Settings, wait: Wait) -> Blueprint:
    """Make the blueprint of `/lab`; `wait` delays a GET until the due follow-ups have run."""
    lab = Blueprint("lab", __name__, url_prefix="/lab")
    _guard(lab, settings, wait)
    _set_the_scene(lab, engine, settings)
    _set_the_world(lab, engine)
    sealer = Sealer(settings.server_key)
    _forget(lab, engine, sealer)
    _show_what_happened(lab, engine, sealer)
    return lab


def _guard(lab: Blueprint, settings: Settings, wait: Wait) -> None:
    @lab.before_app_request  # before the app's own 405 could tell a stranger that there is a lab
    def only_from_here() -> None:
        if f"{request.path}/".startswith("/lab/"):
            refuse_strangers(request, settings)

    @lab.before_request
    def settle() -> None:
        request.max_content_length = LARGEST_WORLD
        if request.method == "GET":
            wait()

    @lab.errorhandler(DocumentError)
    def refuse(error: DocumentError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @lab.errorhandler(413)
    def refuse_large(_: Exception) -> tuple[Response, int]:
        return jsonify(error=f"the body is too large; write at most {LARGEST_WORLD} bytes"), 413


def _set_the_scene(lab: Blueprint, engine: sa.Engine, settings: Settings) -> None:
    def change(fields: dict[str, Any]) -> Response:
        with begin_write(engine) as conn:
            return jsonify(_shown(scene.change(conn, **fields)))

    @lab.put("/clock")
    def set_clock() -> Response:
        return change(request_bodies.clock(_body()))

    @lab.put("/agents")
    def set_agents() -> Response:
        return change(request_bodies.agents(_body()))

    @lab.get("/agents")
    def show_agents() -> Response:
        with begin_read(engine) as conn:
            now = scene.read(conn)
        return jsonify(_shown(now)["agents"] | {"numbers": agents.numbers(now, settings)})

    @lab.put("/wallet")
    def wallet() -> Response:
        return change(request_bodies.wallet(_body()))

    @lab.put("/sms")
    def set_sms() -> Response:
        return change(request_bodies.sms(_body()))

    @lab.put("/line")
    def set_line() -> Response:
        asked = request_bodies.line(_body())
        with begin_write(engine) as conn:
            request_bodies.refuse_unknown(asked["wallet"], sorted(conn.scalars(sa.select(wallets.c.id))))
            line_switch.switch(conn, asked["state"], asked["wallet"], asked["reason"], clock.business_now(conn))
        return jsonify(asked)


def _set_the_world(lab: Blueprint, engine: sa.Engine) -> None:
    @lab.put("/world")
    def load() -> Response:
        document = _body()
        with begin_write(engine) as conn:
            return jsonify(world.load(conn, document))

    @lab.post("/reset")
    def reset() -> Response:
        with begin_write(engine) as conn:
            world.reset(conn)
        return jsonify({})


def _forget(lab: Blueprint, engine: sa.Engine, sealer: Sealer) -> None:
    @lab.post("/forget")
    def forget() -> Response:
        """Forget the language of a caller, so that the next call is like the first."""
        mark = sealer.fingerprint(request_bodies.caller(_body()))
        with begin_write(engine) as conn:
            conn.execute(sa.delete(languages).where(languages.c.caller_mark == mark))
        return jsonify({})


def _show_what_happened(lab: Blueprint, engine: sa.Engine, sealer: Sealer) -> None:
    @lab.get("/sms")
    def sms() -> Response:
        with begin_read(engine) as conn:
            return jsonify(reports.texts(conn, sealer))

    @lab.get("/calls/<sid>")
    def call(sid: str) -> tuple[Response, int]:
        with begin_read(engine) as conn:
            report = reports.call(conn, sid, sealer)
        return (jsonify(report), 200) if report else (jsonify(error="no call has this CallSid"), 404)

    @lab.get("/callbacks")
    def callbacks() -> Response:
        with begin_read(engine) as conn:
            return jsonify(reports.callbacks(conn, sealer))

    @lab.get("/rings")
    def rings() -> Response:
        with begin_read(engine) as conn:
            return jsonify(reports.rings(conn))

    @lab.get("/deliveries")
    def deliveries() -> Response:
        with begin_read(engine) as conn:
            return jsonify(reports.deliveries(conn))

    @lab.get("/records")
    def records() -> Response:
        with begin_read(engine) as conn:
            return jsonify(reports.everything(conn, sealer))

    @lab.get(f"/<any({', '.join(map(repr, reports.KEPT))}):name>")
    def kept(name: str) -> Response:
        with begin_read(engine) as conn:
            return jsonify(reports.kept(conn, name))


def _body() -> Any:
    return request_bodies.parsed(request.get_data())


def _shown(now: scene.Scene) -> dict[str, Any]:
    return {
        "clock": {"now": now.clock_now, "runs": now.clock_runs},
        "agents": {"available": now.agents_available, "answers": now.agents_answer},
        "wallet": {"mode": now.wallet},
        "sms": {"mode": now.sms},
    }
