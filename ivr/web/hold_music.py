"""Hold music: a constant file in the data directory, made by `python -m audio --music`, played to callers who wait.

It holds nothing personal and Twilio caches it, so it is the one address under `/voice` that needs no signature.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from ivr.config.settings import Settings
from ivr.engine.runtime import Runtime

ADDRESS = "/voice/hold-music.wav"
A_DAY = 24 * 3600


def music_url(runtime: Runtime) -> str:
    """The address of the music; empty when there is none, and then callers hear silence between the words."""
    if runtime.settings.hold_music_url:
        return runtime.settings.hold_music_url
    return f"{runtime.base_url}{ADDRESS}" if music_file(runtime.settings).is_file() else ""


def music_file(settings: Settings) -> Path:
    """Where the music lies."""
    return settings.data_dir / "hold-music.wav"


def music_blueprint(settings: Settings) -> Blueprint:
    """The address of the music."""
    room = Blueprint("hold-music", __name__)

    @room.get(ADDRESS)
    def music() -> Response:
        if not music_file(settings).is_file():
            abort(404)
        return send_file(music_file(settings), mimetype="audio/x-wav", max_age=A_DAY, conditional=True)

    return room
