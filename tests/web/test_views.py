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
from tests.call_flows.line import Standing

GIVEN = (Standing, Settings, sa.Engine, Sealer, str, int, bytes, type, type(None))


def handlers(app: Flask) -> Iterator[Callable[..., Any]]:
    """All that a request may run: views, hooks before and after, answers to errors."""
    yield from (view for name, view in app.view_functions.items() if name != "static")
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        yield from (hook for found in hooks.values() for hook in found)
    for by_code in app.error_handler_spec.values():
        yield from (handler for by_class in by_code.values() for handler in by_class.values())


def kept_by(one: Any, seen: set[int]) -> Iterator[Any]:
    """What a function has from the functions around it and from its defaults, and an object of ours in its
    attributes.
    """
    if isinstance(one, GIVEN) or id(one) in seen:
        return
    seen.add(id(one))
    if hasattr(one, "__code__"):
        cells = [cell.cell_contents for cell in one.__closure__ or ()]
        inner = [*cells, *(one.__defaults__ or ()), *vars(one).values()]
    elif type(one).__module__.startswith("ivr."):
        inner = list(vars(one).values())
    else:
        yield one
        return
    for value in inner:
        yield from kept_by(value, seen)


def memories(app: Flask) -> list[Any]:
    """What a view could remember something in."""
    seen: set[int] = set()
    return [kept for handler in handlers(app) for kept in kept_by(handler, seen)]


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
    assert memories(app) == [answers]
