"""Registers every blueprint of the app, around one runtime."""

from __future__ import annotations

from flask import Flask

from ivr.config.addresses import without_password
from ivr.config.flask_commands import from_command_line
from ivr.config.logs import logger, prepare_logs
from ivr.config.settings import Settings
from ivr.engine.secrets import Sealer
from ivr.follow_up.messages import wait_until_sent
from ivr.storage.database import connect
from ivr.web.callback_webhooks import callbacks_blueprint
from ivr.web.health import count_requests, health_blueprint
from ivr.web.hold_music import music_blueprint
from ivr.web.key_clock import key_clock
from ivr.web.offer_webhooks import offers_blueprint
from ivr.web.queue_webhooks import queue_blueprint
from ivr.web.recording_webhooks import recordings_blueprint
from ivr.web.talk_webhooks import talks_blueprint
from ivr.web.task_webhooks import tasks_blueprint
from ivr.web.text_webhooks import texts_blueprint
from ivr.web.twilio_errors import errors_blueprint
from ivr.web.voice_webhooks import voice_blueprint
from ivr.wiring.voice import make_runtime


def register_blueprints(app: Flask, settings: Settings) -> None:
    """Connect to the database, make the runtime, and register the blueprints."""
    prepare_logs()
    engine = connect(settings.database_url)
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    count_requests(app)
    app.register_blueprint(health_blueprint(engine))
    runtime = app.extensions["line"] = make_runtime(
        engine, settings, Sealer(settings.server_key), key_clock(settings.lab)
    )
    app.register_blueprint(voice_blueprint(runtime))
    app.register_blueprint(texts_blueprint(runtime))
    app.register_blueprint(callbacks_blueprint(runtime))
    app.register_blueprint(queue_blueprint(runtime))
    app.register_blueprint(offers_blueprint(runtime))
    app.register_blueprint(talks_blueprint(runtime))
    app.register_blueprint(tasks_blueprint(runtime))
    app.register_blueprint(music_blueprint(settings))
    app.register_blueprint(recordings_blueprint(runtime))
    app.register_blueprint(errors_blueprint(runtime))
    if settings.lab:
        from ivr.lab.web import lab_blueprint
        from ivr.web.phone_redirect import phone_redirect

        app.register_blueprint(lab_blueprint(engine, settings, lambda: wait_until_sent(engine)))
        app.register_blueprint(phone_redirect(settings))
    if not from_command_line():
        address = without_password(settings.public_base_url)
        logger("app").info("ready for calls", lab=settings.lab, address=address)
