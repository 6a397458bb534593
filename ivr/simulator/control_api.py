"""The JSON API at `/simulator`: place calls and act on them. For people, pages and tests on this machine.

POST /simulator/calls {"line", "from", "sid"?, "agents"?, "notices"?, "bare_hash"?, "more"?}
    Call a line. 201 and the call.
GET /simulator/calls, GET /simulator/calls/<sid>
    All calls; one call.
POST /simulator/calls/<sid>/press {"keys": "138#"}
    Press keys. With the SID of an agent whose behaviour is `ask`: the agent's keys.
POST /simulator/calls/<sid>/wait, …/speak {"seconds": 4, "words"?}, …/answer, …/hang-up
    Stay silent (while talking: the other party hangs up); speak into a recording; answer; hang up.
POST /simulator/calls/<sid>/notices {"send": [1, 0, 0]}
    Send status callbacks by number: late, in this order, or again.
POST /simulator/calls/<sid>/again {"request": -1}
    Send an earlier webhook again.
PUT /simulator/recordings/<RE…> {"call", "seconds", "words"?}
    Keep a recording made by the telephone in the terminal.
GET /simulator/clock, POST /simulator/clock {"advance": 30}
    Virtual seconds; time-outs that pass end in silence.
/simulator/clients/…
    Browsers of agents (see `clients_api`).

`agents`: accept, decline, silent, hangs-up, busy, no-answer, failed, `keys:12`, or `ask` (a client acts by the agent's
SID). `bare_hash`: what a `#` alone means in an entry: `silence` (as documented), or reported as empty, absent, hash or
finished-on-key. `notices`: `"held"` keeps status callbacks until they are sent by `…/notices`.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from ivr.simulator.account.leg_events import Input
from ivr.simulator.account.recordings import Recording
from ivr.simulator.calls.call_runner import CallRunner, RunningCall, again, options
from ivr.simulator.calls.client_phones import ClientPhones
from ivr.simulator.clients_api import add_clients
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.twiml.gather import BARE_HASH

RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")
KEYS = re.compile(r"[0-9*#]*")
LONGEST = 10_000_000
"""Seconds; four months."""
AGENTS = ("accept", "decline", "silent", "hangs-up", "busy", "no-answer", "failed", "ask")


def control_blueprint(runner: CallRunner, clients: ClientPhones) -> Blueprint:
    """The JSON API for the calls of one runner, and for the browsers of its agents."""
    control = Blueprint("simulator", __name__, url_prefix="/simulator")

    @control.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.description), error.code or 500

    _calls(control, runner)
    _actions(control, runner)
    _recordings(control, runner)
    _clock(control, runner)
    add_clients(control, clients)
    return control


def _calls(control: Blueprint, runner: CallRunner) -> None:
    @control.post("/calls")
    def place() -> tuple[Response, int]:
        asked = _body()
        if not isinstance(asked.get("line"), str) or not isinstance(asked.get("from"), str):
            abort(400, 'write {"line": "+86…", "from": "+86…"}')
        agents = str(asked.get("agents", ""))
        if agents and agents not in AGENTS and not agents.startswith("keys:"):
            abort(400, f"agents is {agents!r}; write one of {', '.join(AGENTS)}, or keys:…")
        bare_hash, more = asked.get("bare_hash", "silence"), asked.get("more") or {}
        if bare_hash not in BARE_HASH:
            abort(400, f"bare_hash is {bare_hash!r}; write one of {', '.join(BARE_HASH)}")
        if not isinstance(more, dict) or not all(isinstance(value, str) for value in more.values()):
            abort(400, f"more is {more!r}; write further parameters of the webhook, all of them texts")
        sid = str(asked.get("sid", ""))
        if sid in runner.calls:
            abort(409, f"{sid} was placed before; leave sid out for a new one")
        call = runner.place(
            asked["line"],
            asked["from"],
            sid,
            agents=agents,
            held=asked.get("notices") == "held",
            bare_hash=bare_hash,
            more=more,
        )
        return jsonify(_shown(runner, call)), 201

    @control.get("/calls")
    def every() -> Response:
        return jsonify([_picture(call, call.leg) for call in tuple(runner.calls.values())])

    @control.get("/calls/<sid>")
    def one(sid: str) -> Response:
        call, leg = _found(runner, sid)
        return jsonify(_shown(runner, call, leg))


def _actions(control: Blueprint, runner: CallRunner) -> None:
    @control.post("/calls/<sid>/<any(press, wait, speak, answer):what>")
    def act(sid: str, what: str) -> Response:
        call, leg = _found(runner, sid)
        asked = _body()
        if call.phone_call.over:
            abort(409, "the call is over")
        if (
            leg is call.leg
            and call.phone_call.waiting
            and call.phone_call.waiting.kind in ("agent", "ringing")
            and what != "wait"
        ):
            abort(409, "an agent is being called")
        keys = str(asked.get("keys", ""))
        if not KEYS.fullmatch(keys):
            abort(400, f"keys is {keys!r}; keys are 0-9 * #")
        inputs = {
            "press": Input(keys),
            "speak": Input(spoke=_number(asked, "seconds", 3), words=str(asked.get("words", ""))),
            "answer": Input("answer"),
        }
        runner.act(call, inputs.get(what, Input()))
        return jsonify(_shown(runner, call, leg))

    @control.post("/calls/<sid>/hang-up")
    def hang_up(sid: str) -> Response:
        call, leg = _found(runner, sid)
        if leg is call.leg:
            runner.tell(call, call.phone_call.hang_up)
        else:
            runner.act(call, Input(hangs_up=True))
        return jsonify(_shown(runner, call, leg))

    @control.post("/calls/<sid>/notices")
    def status_callbacks(sid: str) -> Response:
        call, leg = _found(runner, sid)
        kept = leg.status_callbacks.kept if leg.status_callbacks else []
        which = _body().get("send", [*range(len(kept))])
        if not isinstance(which, list) or not all(_is_place(one, range(len(kept))) for one in which):
            abort(400, f"there are {len(kept)} status callbacks, numbered from 0")
        runner.tell(call, lambda: leg.status_callbacks.send(which) if leg.status_callbacks else None)
        return jsonify(_shown(runner, call, leg))

    @control.post("/calls/<sid>/again")
    def once_more(sid: str) -> Response:
        call, _leg = _found(runner, sid)
        runner.settle(call)
        place, log = _body().get("request", -1), call.leg.webhooks.log
        if not _is_place(place, range(-len(log), len(log))):
            abort(400, f"there are {len(log)} requests, numbered from 0")
        before, now = again(call, place)
        return jsonify(same=before == now, before=before.decode(), now=now.decode())


def _recordings(control: Blueprint, runner: CallRunner) -> None:
    @control.put("/recordings/<sid>")
    def keep(sid: str) -> tuple[str, int]:
        asked = _body()
        if not RECORDING_SID.fullmatch(sid) or not isinstance(asked.get("call"), str):
            abort(400, 'put {"call": "CA…", "seconds": 4} at RE and 32 hexadecimal digits')
        words = str(asked.get("words", ""))
        runner.account.record(Recording(asked["call"], _number(asked, "seconds", 0), "RecordVerb", words, sid))
        return "", 204


def _clock(control: Blueprint, runner: CallRunner) -> None:
    @control.route("/clock", methods=["GET", "POST"])
    def clock() -> Response:
        if request.method == "POST":
            runner.advance(_number(_body(), "advance", 0))
        return jsonify(seconds=runner.clock)


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        abort(400, "the body must be a JSON object")
    return body


def _number(body: dict[str, Any], name: str, otherwise: float) -> float:
    given = body.get(name, otherwise)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= LONGEST:
        abort(400, f"{name} is {given!r}; write seconds, from 0 to {LONGEST}")
    return float(given)


def _is_place(given: Any, places: range) -> bool:
    return type(given) is int and given in places


def _found(runner: CallRunner, sid: str) -> tuple[RunningCall, Leg]:
    found = runner.find(sid)
    if found is None:
        abort(404, f"no call has the sid {sid}")
    return found


def _shown(runner: CallRunner, call: RunningCall, leg: Leg | None = None) -> dict[str, Any]:
    runner.settle(call)
    return _picture(call, leg or call.leg)


def _picture(call: RunningCall, leg: Leg) -> dict[str, Any]:
    own = leg is call.leg
    return {
        "sid": leg.sid,
        "line": leg.parameters["To"],
        "from": leg.parameters["From"],
        "direction": leg.parameters["Direction"],
        "status": leg.parameters["CallStatus"],
        "over": call.phone_call.over,
        "waiting": asdict(call.phone_call.waiting) if call.phone_call.waiting else None,
        "seconds": leg.clock,
        "heard": [asdict(piece) for piece in leg.heard],
        "mark": call.mark if own else 0,
        "options": [asdict(option) for option in options(call)] if own else [],
        "talking_to": leg.talking_to.parameters["To"] if leg.talking_to else "",
        "agents": [_picture(call, child) for child in leg.children],
        "notices": [asdict(notice) for notice in leg.status_callbacks.kept] if leg.status_callbacks else [],
        "faults": [str(fault) for fault in leg.faults] + (call.trouble if own else []),
        "warnings": leg.warnings,
        "requests": [url for url, _form, _answer in leg.webhooks.log] if own else [],
    }
