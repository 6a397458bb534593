"""The JSON API at `/simulator/clients`: browsers of agents, as Twilio's Voice SDK would register them.

GET, POST, DELETE /simulator/clients/<identity>
    Its calls; register it, or renew that within 70 seconds; close it. The answer is its state.
POST /simulator/clients/<identity>/<sid>/answer, …/decline, …/hang-up
POST /simulator/clients/<identity>/<sid>/press {"keys": "1"}, …/say {"words": "Hello"}
    Act on a call that rings or goes on there. 404 for a call of somebody else; 409 for what is not possible now.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from ivr.simulator.calls.client_phones import IDENTITY, MOST_WORDS, ClientPhones, NotNow

KEYS = re.compile(r"[0-9*#]{1,40}")


def add_clients(control: Blueprint, clients: ClientPhones) -> None:
    """Add the addresses of registered browsers to the control API."""

    @control.get("/clients/<identity>")
    def look(identity: str) -> Response:
        return _shown(clients, identity)

    @control.post("/clients/<identity>")
    def register(identity: str) -> Response:
        clients.register(_checked(identity))
        return _shown(clients, identity)

    @control.delete("/clients/<identity>")
    def leave(identity: str) -> Response:
        clients.leave(_checked(identity))
        return _shown(clients, identity)

    @control.post("/clients/<identity>/<sid>/<any(answer, decline, press, say, 'hang-up'):what>")
    def act_on_leg(identity: str, sid: str, what: str) -> Response:
        call = next((one for one in clients.calls(identity) if one.leg.sid == sid), None)
        if call is None:
            abort(404, f"no call {sid} rings or goes on at {identity}")
        given: Any = request.get_json(force=True, silent=True) if request.get_data() else {}
        asked = given if isinstance(given, dict) else {}
        try:
            if what == "press":
                clients.press(call, _keys(asked))
            elif what == "say":
                clients.say(call, _words(asked))
            else:
                {"answer": clients.answer, "decline": clients.decline, "hang-up": clients.hang_up}[what](call)
        except NotNow as refusal:
            abort(409, str(refusal))
        return _shown(clients, identity)


def _shown(clients: ClientPhones, identity: str) -> Response:
    return jsonify(clients.shown(_checked(identity)))


def _checked(identity: str) -> str:
    if not IDENTITY.fullmatch(identity):
        abort(400, "an identity has letters, digits and _ only")
    return identity


def _keys(asked: dict[str, Any]) -> str:
    keys = asked.get("keys")
    if not isinstance(keys, str) or not KEYS.fullmatch(keys):
        abort(400, f"keys is {keys!r}; keys are 0-9 * #")
    return keys


def _words(asked: dict[str, Any]) -> str:
    words = asked.get("words")
    if not isinstance(words, str) or not 0 < len(words.strip()) <= MOST_WORDS:
        abort(400, f"say 1 to {MOST_WORDS} letters")
    return words.strip()
