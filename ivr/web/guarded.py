"""Views that answer TwiML whatever happens: a fault is logged, and the leg is told what is safest for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Response

from ivr.engine import twiml
from ivr.engine.runtime import Runtime

View = Callable[..., str]


def hang_up(**_path: object) -> str:
    """End this leg; the others of the call go on."""
    return twiml.HANG_UP


def guarded(runtime: Runtime, view: View, path: str, on_fault: View = hang_up) -> Callable[..., Response]:
    """The Flask view of `view(runtime, **path)`, a TwiML body; `on_fault(**path)` is answered instead of a fault.

    `path`: what the log calls the webhook, without ids.
    """

    @wraps(view)
    def answer(**ids: object) -> Response:
        try:
            body = view(runtime, **ids)
        except Exception as error:
            runtime.log.error("webhook failed", path=path, type=type(error).__name__)
            body = on_fault(**ids)
        return Response(twiml.document(body), mimetype="text/xml")

    return answer
