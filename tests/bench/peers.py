"""What a turn is compared with: a bare Flask view, and a stateless one with the SDK's validator and builder."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from app import create_app

TOKEN = os.environ.get("TWILIO_AUTH_TOKEN", "")
BASE = os.environ.get("PUBLIC_BASE_URL", "")
MENU = (
    "账户安全，请按一。",
    "充值与支付问题，请按二。",
    "交易与争议，请按三。",
    "优惠与奖励，请按四。",
    "信息咨询，请按五。",
    "人工服务，请按零。",
)
CONSTANT = '<?xml version="1.0" encoding="UTF-8"?><Response>' + "<Say>" + "".join(MENU) + "</Say></Response>"


def bare() -> Flask:
    """Takes the form and answers a constant."""
    app = Flask("bare")

    @app.post("/<path:path>")
    def constant(path: str) -> Response:
        return Response(CONSTANT, mimetype="text/xml")

    return app


def sdk() -> Flask:
    """Validates with the SDK, reads the digits, builds a menu with the SDK; keeps nothing."""
    app, validator = Flask("sdk"), RequestValidator(TOKEN)

    @app.post("/<path:path>")
    def menu(path: str) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(f"{BASE}/{path}", request.form, signature):
            return Response(status=403)
        response = VoiceResponse()
        gather = Gather(num_digits=1, action=f"/{path}?digit={request.form['Digits']}", method="POST", finish_on_key="")
        for label in MENU:
            gather.say(label, voice="Polly.Zhiyu", language="cmn-CN")
        response.append(gather)
        response.redirect(f"/{path}", method="POST")
        return Response(str(response), mimetype="text/xml")

    return app


def line() -> Flask:
    """The line itself, as `make run` serves it."""
    return create_app()


def line_normal() -> Flask:
    """The same with SQLite's `synchronous=NORMAL`: what FULL costs."""
    app = create_app()

    @sa.event.listens_for(app.extensions["line"].engine, "connect")
    def relax(connection: object, _record: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL").close()

    return app
