"""The lab's API: set the scene, see what happened. For people and tests on this machine only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, Response, abort, jsonify, request

from ivr.desk import tables as desk
from ivr.desk.summary import call_report, summarise
from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.follow_up.sms import sent_in_lab
from ivr.lab import scene, world
from ivr.settings import Settings
from ivr.storage import begin_read, begin_write
from ivr.wallet import config

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
MODES = {"wallet": ("ok", "slow", "error", "down"), "sms": ("ok", "reject", "unreachable")}
ANSWERS = ("accept", "decline", "no-answer", "busy")
LISTS = {
    "cases": (desk.cases, ("reference", "kind", "about", "due", "due_provisional", "status")),
    "disputes": (desk.disputes, ("reference", "kind", "about", "due", "due_provisional", "status")),
    "freezes": (desk.freezes, ()),
    "consents": (desk.consents, ()),
    "voice-notes": (desk.voice_notes, ()),
}


class Mistake(ValueError):
    """A request that cannot be obeyed; the message says what to write instead."""


def lab_blueprint(engine: sa.Engine, settings: Settings, wait: Callable[[], object]) -> Blueprint:
    """`/lab`; `wait` holds a GET until the follow-ups that are due have run."""
    lab = Blueprint("lab", __name__, url_prefix="/lab")
    sealer = Sealer(settings.server_key)

    @lab.before_request
    def only_from_here() -> None:
        forwarded = any(name.lower().startswith("x-forwarded") for name, _ in request.headers)
        if _host(request.host) not in LOOPBACK or forwarded:
            abort(404)
        if request.method == "GET":
            wait()

    @lab.errorhandler(Mistake)
    @lab.errorhandler(world.WorldError)
    def refuse(error: Exception) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    def change(**fields: Any) -> Response:
        with begin_write(engine) as conn:
            return jsonify(_shown(scene.change(conn, **fields)))

    @lab.put("/clock")
    def clock() -> Response:
        return change(**_clock(_body()))

    @lab.put("/agents")
    def agents() -> Response:
        return change(**_agents(_body()))

    @lab.put("/<any(wallet, sms):what>")
    def mode(what: str) -> Response:
        return change(**{what: _one_of(_body().get("mode"), "mode", MODES[what])})

    @lab.put("/world")
    def new_world() -> Response:
        with begin_write(engine) as conn:
            world.load(conn, _body())
        return jsonify({})

    @lab.post("/reset")
    def reset() -> Response:
        with begin_write(engine) as conn:
            world.reset(conn)
        return jsonify({})

    @lab.get("/sms")
    def sms() -> Response:
        with begin_read(engine) as conn:
            return jsonify(sent_in_lab(conn, sealer))

    @lab.get("/calls/<sid>")
    def call(sid: str) -> tuple[Response, int]:
        with begin_read(engine) as conn:
            report = call_report(conn, sid, sealer)
        return (jsonify(report), 200) if report else (jsonify(error="no such call"), 404)

    @lab.get("/callbacks")
    def callbacks() -> Response:
        with begin_read(engine) as conn:
            promised = sa.select(desk.callbacks).where(desk.callbacks.c.status != "draft").order_by(desk.callbacks.c.n)
            return jsonify([_callback(conn, row, sealer) for row in conn.execute(promised)])

    for name, (table, columns) in LISTS.items():
        lab.add_url_rule(f"/{name}", name, functools.partial(_list, engine, table, columns), methods=["GET"])
    return lab


def _host(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True, force=True)
    if not isinstance(body, dict):
        raise Mistake("the body must be a JSON object")
    return body


def _clock(body: dict[str, Any]) -> dict[str, Any]:
    now, runs = body.get("now"), body.get("runs", False)
    if not isinstance(runs, bool):
        raise Mistake("runs must be true or false")
    if now is not None and not _is_moment(now):
        raise Mistake("now must be null or a time with an offset, such as 2026-11-23T10:00:00+08:00")
    return {"clock_now": now, "clock_runs": runs, "clock_set_at": datetime.now(UTC).isoformat()}


def _is_moment(text: Any) -> bool:
    try:
        return isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _agents(body: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "available" in body:
        count = body["available"]
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= 99:
            raise Mistake("available must be a whole number from 0 to 99")
        fields["agents_available"] = count
    if "answers" in body:
        fields["agents_answer"] = _one_of(body["answers"], "answers", ANSWERS)
    return fields


def _one_of(value: Any, name: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise Mistake(f"{name} must be one of: {', '.join(choices)}")
    return str(value)


def _shown(now: scene.Scene) -> dict[str, Any]:
    return {
        "clock": {"now": now.clock_now, "runs": now.clock_runs},
        "agents": {"available": now.agents_available, "answers": now.agents_answer},
        "wallet": now.wallet,
        "sms": now.sms,
    }


def _list(engine: sa.Engine, table: sa.Table, columns: tuple[str, ...]) -> Response:
    with begin_read(engine) as conn:
        rows = list(conn.execute(sa.select(table).order_by(table.c.n)))
        return jsonify([_kept(conn, row) | {name: getattr(row, name) for name in columns} for row in rows])


def _kept(conn: sa.Connection, row: Any) -> dict[str, Any]:
    zone = ZoneInfo(config.by_id(conn, row.wallet).timezone)
    at = datetime.fromisoformat(row.at).astimezone(zone).isoformat()
    return {"id": row.id, "customer": row.customer, "wallet": row.wallet, "call": row.call, "at": at}


def _callback(conn: sa.Connection, row: Any, sealer: Sealer) -> dict[str, Any]:
    rows = journal.rows(conn, row.call)
    told = summarise(rows) if rows else None
    return _kept(conn, row) | {"number": sealer.open(row.number_sealed), "slot": row.slot, "summary": told}
