"""Status callbacks of our text messages; unsigned requests are refused by the voice blueprint."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, request

from ivr.engine.runtime import Runtime
from ivr.follow_up.messages import notice
from ivr.storage.database import begin_write


def texts_blueprint(runtime: Runtime) -> Blueprint:
    """`/voice/texts/<mark>`, the mark being the message's id."""
    texts = Blueprint("texts", __name__, url_prefix="/voice/texts")

    @texts.post("/<string(length=16):mark>")
    def told(mark: str) -> Response:
        code = request.form.get("ErrorCode", "")
        error = int(code) if code.isascii() and code.isdigit() and len(code) <= 6 else None
        try:
            with begin_write(runtime.engine) as conn:
                notice(conn, mark, request.form.get("MessageStatus", ""), error, request.form.get("MessageSid", ""))
        except sa.exc.SQLAlchemyError as fault:
            runtime.log.error("webhook failed", path="/voice/texts", type=type(fault).__name__)
        return Response(status=204)

    return texts
