"""The WSGI app: `gunicorn 'app:create_app()'`."""

from __future__ import annotations

from flask import Flask

from ivr import console, setup
from ivr.config.flask_commands import only_looked_for
from ivr.config.settings import Settings
from ivr.web.voice_app import VoiceApp


def create_app(settings: Settings | None = None) -> Flask:
    """The app of one process. It is made after the fork, and the database must be migrated.

    A `flask` command needs no blueprints, which take seconds to import; `flask doctor` works even with wrong settings.
    """
    app = VoiceApp(__name__)
    for commands in (setup, console):
        commands.add_commands(app.cli, lambda: settings or Settings.load())
    if not only_looked_for():
        from ivr.web.blueprints import register_blueprints

        register_blueprints(app, settings or Settings.load())
    return app
