"""`/phone` on the app's own address leads to the simulator, where the browser phone is."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ivr.loopback import is_from_here
from ivr.settings import Settings


def phone_redirect(settings: Settings) -> Blueprint:
    """The redirect; strangers see nothing here."""
    phone = Blueprint("phone_redirect", __name__)

    @phone.before_app_request  # before the app's own 405 could tell a stranger that there is something
    def only_from_here() -> None:
        if f"{request.path}/".startswith("/phone/") and not is_from_here(request):
            abort(404)

    @phone.get("/phone")
    def to_the_simulator() -> AnyResponse | Response:
        host = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
        return redirect(f"http://{host}:{settings.port + 1}/phone")

    return phone
