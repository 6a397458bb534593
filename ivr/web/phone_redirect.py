"""`/`, `/phone` and what lies below it: on the lab's own address they lead to the simulator, where the browser phone is."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ivr.config.settings import Settings
from ivr.network.loopback import is_from_here


def phone_redirect(settings: Settings) -> Blueprint:
    """The redirects; strangers see nothing here."""
    phone = Blueprint("phone_redirect", __name__)

    @phone.before_app_request  # before the app's own 405 could tell a stranger that there is something
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
