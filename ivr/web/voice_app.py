"""Flask as the line needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from ivr.web.form import FormRequest


class VoiceApp(Flask):
    """Flask with our request; every view is an ordinary function, and is not asked at each request."""

    request_class = FormRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
