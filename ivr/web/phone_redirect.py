"""Redirects `/` and `/phone…` to the simulator, which serves the browser phone; in the lab only."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ivr.config.settings import Settings
from ivr.network.loopback import is_from_here


def phone_redirect(settings: Settings) -> Blueprint:
    """The redirects; requests from other machines get 404."""
    phone = Blueprint("phone_redirect", __name__)

    @phone.before_app_request  # before a 405 could reveal the addresses to other machines
    def only_from_here() -> None:
        ours = request.path == "/" or f"{request.path}/".startswith("/phone/")
        if ours and not is_from_here(request):
            abort(404)

    @phone.get("/")
    @phone.get("/phone")
    @phone.get("/phone/")
    @phone.get("/phone/<path:page>")
    def to_the_simulator(page: str = "") -> AnyResponse | Response:
        host = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
        asked = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        return redirect(f"http://{host}:{settings.port + 1}/phone/{page}{asked}")

    return phone
