"""The WSGI app. Wiring only: `gunicorn 'app:create_app()'`."""

from __future__ import annotations

from flask import Flask

from ivr import console, setup
from ivr.config.settings import Settings
from ivr.console.commands import only_looked_for
from ivr.web.voice_app import VoiceApp


def create_app(settings: Settings | None = None) -> Flask:
    """One process's app; the database is connected to after the fork, and must be migrated.

    A command needs neither its rooms nor the seconds that they take, and `flask doctor` not even right settings.
    """
    app = VoiceApp(__name__)
    for commands in (setup, console):
        commands.add_commands(app.cli, lambda: settings or Settings.load())
    if not only_looked_for():
        from ivr.web.blueprints import register_blueprints

        register_blueprints(app, settings or Settings.load())
    return app
