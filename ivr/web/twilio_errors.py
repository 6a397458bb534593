"""Errors that Twilio reports: they are logged and counted, and change nothing else.

Twilio reports them in two ways. Any webhook may carry an `ErrorCode`: that of the fallback says what was wrong with
our answer, that of a status callback why a text or a call failed. And the Debugger webhook, once it is set in the
console, brings every error and warning of the account. Its payload may hold what callers keyed, so only codes and ids
of it are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Request, Response, request
from prometheus_client import Counter

from ivr.engine.runtime import Runtime

TOLD = Counter("ivr_twilio_errors_total", "Errors of which Twilio told.", ("code", "where"))
CODE = re.compile("[1-9][0-9]{0,5}")
SID = re.compile("[A-Z]{2}[0-9a-f]{32}")
DEBUGGER = "/voice/errors"


class Asked(msgspec.Struct):
    """A request of Twilio's that failed."""

    url: str = ""


class Webhook(msgspec.Struct):
    """A request and its answer; the answer is not read."""

    request: Asked | None = None


class Event(msgspec.Struct):
    """The parts of a Debugger payload that are read."""

    error_code: str | int = ""
    resource_sid: str | None = None
    webhook: Webhook | None = None


def errors_blueprint(runtime: Runtime) -> Blueprint:
    """`/voice/errors`, and a check of every other webhook. The voice blueprint goes first and refuses unsigned ones."""
    errors = Blueprint("errors", __name__)

    @errors.before_app_request
    def listen() -> None:
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        if asked.path.startswith("/voice") and asked.path != DEBUGGER and "ErrorCode" in asked.form:
            where, failed = asked.endpoint or "none", asked.form.get("ErrorUrl", "")
            _keep(runtime, asked.form["ErrorCode"], where, asked.form, path=_ours(failed, runtime.base_url))

    @errors.post(DEBUGGER)
    def debugger() -> Response:
        try:
            event = msgspec.json.decode(request.form.get("Payload", ""), type=Event)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            event = Event()
        level = "error" if request.form.get("Level", "").lower() == "error" else "warning"
        asked = event.webhook.request if event.webhook else None
        path = _ours(asked.url, runtime.base_url) if asked else None
        _keep(runtime, str(event.error_code), "debugger", {"CallSid": event.resource_sid or ""}, level=level, path=path)
        return Response(status=204)

    return errors


def _keep(
    runtime: Runtime, code: str, where: str, form: Mapping[str, str], *, path: str | None, level: str = "warning"
) -> None:
    """Count and log an error; 0 and anything that is not a code is ignored."""
    if not CODE.fullmatch(code):
        return
    TOLD.labels(code, where).inc()
    about = form.get("CallSid") or form.get("MessageSid") or ""
    known = {"about": about if SID.fullmatch(about) else None, "path": path}
    told = {name: value for name, value in known.items() if value}
    getattr(runtime.log, level)("twilio tells of an error", code=int(code), where=where, **told)


def _ours(url: str, base: str) -> str | None:
    """The path of one of our URLs, without its query; None for any other URL."""
    with suppress(ValueError):
        if url.startswith(f"{base}/voice"):
            return urlsplit(url).path
    return None
