"""What the app's views keep between two requests: nothing but what they were given.

A dialogue test makes the runtime anew between two deliveries of a webhook, and leaves the views. That is a new process
only as long as no view has a memory of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask

from ivr.config.settings import Settings
from ivr.engine.secrets import Sealer
from ivr.web.voice_webhooks import voice_blueprint
from tests.call_flows.line import Standing

GIVEN = (Standing, Settings, sa.Engine, Sealer, str, int, bytes, type, type(None))


def handlers(app: Flask) -> Iterator[Callable[..., Any]]:
    """All that a request may run: views, hooks before and after, answers to errors."""
    yield from (view for name, view in app.view_functions.items() if name != "static")
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        yield from (hook for found in hooks.values() for hook in found)
    for by_code in app.error_handler_spec.values():
        yield from (handler for by_class in by_code.values() for handler in by_class.values())


def kept_by(function: Any, seen: set[Any]) -> Iterator[Any]:
    """What a function has from the functions around it and from its defaults, down to what is no function of ours."""
    if function in seen:
        return
    seen.add(function)
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    for value in (*cells, *(function.__defaults__ or ()), *vars(function).values()):
        if hasattr(value, "__code__"):
            yield from kept_by(value, seen)
        else:
            yield value


def memories(app: Flask) -> list[Any]:
    """What a view could remember something in."""
    seen: set[Any] = set()
    return [kept for handler in handlers(app) for kept in kept_by(handler, seen) if not isinstance(kept, GIVEN)]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_view_has_a_memory_of_its_own(line):
    """Not even those of the lab."""
    assert len(list(handlers(line.app))) > 30
    assert memories(line.app) == []


def test_a_view_with_a_memory_is_found():
    """A dictionary beside the runtime, two functions up."""
    app, answers = Flask(__name__), {}
    asks = Blueprint("asks", __name__)

    def remembered(key: str) -> str:
        return answers.setdefault(key, key)

    @asks.get("/")
    def ask() -> str:
        return remembered("a")

    app.register_blueprint(asks)
    app.register_blueprint(voice_blueprint(Standing(None)))  # type: ignore[arg-type]
    assert memories(app) == [answers]
