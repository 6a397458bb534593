"""Effects: the only way from a flow to the world.

Three kinds, declared where the function is written:

- `@read`   looks into our own database;
- `@touch`  reaches outside (a wallet's API); runs with no transaction open, at *least* once, with an
            idempotency key that a retry repeats;
- `@write`  changes our own database inside the turn's transaction, exactly once; follow-ups are
            enqueued only here.

A result is journaled as JSON and handed back to the flow by the function's return annotation. An
expected failure is an exception class named in `errors`; it is journaled by name and raised again.
`act` names what was done for the caller, so that one who was cut off is told of it and not led there again.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import msgspec

P = ParamSpec("P")
T = TypeVar("T")


class Unavailable(Exception):
    """The outside did not answer in time, or answered nonsense; nobody may call that a success."""


@dataclass(frozen=True)
class World:
    """What an effect may use. `conn` is None in a touch, `deadline` is in seconds of `time.monotonic`."""

    call: str
    key: str
    now: datetime
    deadline: float
    conn: Any
    runtime: Any


@dataclass(frozen=True)
class Effect:
    """A declared effect: its name is its fingerprint in the journal (`module.function`)."""

    name: str
    kind: str
    run: Callable[..., Any]
    result: Any
    errors: tuple[type[Exception], ...] = field(default=())
    act: str | None = None

    def encode(self, value: Any) -> Any:
        """A result → JSON builtins, checked by the way back so that replay cannot differ from live."""
        plain = msgspec.to_builtins(value)
        self.decode(plain)
        return plain

    def decode(self, plain: Any) -> Any:
        """JSON builtins → the result as the flow sees it."""
        return msgspec.convert(plain, self.result)

    def error(self, name: str) -> Exception | None:
        """The error that is journaled as `name`; None when the effect declares no such error (any more)."""
        declared: tuple[type[Exception], ...] = (Unavailable, *self.errors)
        return next((error(self.name) for error in declared if error.__name__ == name), None)


def _declare(kind: str, errors: tuple[type[Exception], ...], act: str | None) -> Callable[[Callable[..., T]], Effect]:
    def declare(function: Callable[..., T]) -> Effect:
        hints = typing.get_type_hints(function)
        if "return" not in hints:
            raise TypeError(f"effect {function.__qualname__} needs a return annotation: its result is journaled by it")
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"effect {function.__qualname__} must be an ordinary function")
        module = function.__module__.rpartition(".")[2]
        return Effect(f"{module}.{function.__name__}", kind, function, hints["return"], errors, act)

    return declare


def read(function: Callable[..., Any]) -> Effect:
    """Declare a look into our own database."""
    return _declare("read", (), None)(function)


def touch(
    function: Callable[..., Any] | None = None, *, errors: tuple[type[Exception], ...] = (), act: str | None = None
) -> Any:
    """Declare a reach outside; may raise Unavailable."""
    declare = _declare("touch", errors, act)
    return declare if function is None else declare(function)


def write(
    function: Callable[..., Any] | None = None, *, errors: tuple[type[Exception], ...] = (), act: str | None = None
) -> Any:
    """Declare a change of our own database, part of the turn's transaction."""
    declare = _declare("write", errors, act)
    return declare if function is None else declare(function)
