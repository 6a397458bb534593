"""Effects: the only way from a flow to the world.

A decorator at the function declares one of three kinds:

- `@read`   reads our own database;
- `@touch`  reaches outside (a wallet's API), with no transaction open, at *least* once, with an idempotency key that a
            retry repeats;
- `@write`  changes our own database in the turn's transaction, exactly once. Only writes enqueue follow-ups.

The journal stores a result as JSON; the function's return annotation turns it back into a value. An expected failure is
an exception class in `errors`; the journal stores its name, and replay raises it again. `act` names what was done for
the caller: a caller who was cut off is told of it and does not do it again.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

import msgspec
import sqlalchemy as sa

from ivr.engine.errors import Unavailable
from ivr.engine.runtime import Services

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """What an effect may use.

    `key`: the idempotency key. `now`: the time of the turn. `deadline`: when to give up, by `time.monotonic`.
    """

    call: str
    key: str
    now: datetime
    deadline: float
    connection: sa.Connection | None
    runtime: Services

    @property
    def conn(self) -> sa.Connection:
        """The connection of the turn's transaction. A touch has none: it would stay open during the request."""
        if self.connection is None:
            raise RuntimeError("a touch has no transaction; read before it, write after it")
        return self.connection


@dataclass(frozen=True)
class Effect(Generic[P, T]):
    """A declared effect. Its name (`module.function`) is its fingerprint in the journal.

    A module that was renamed sets `RECORDED_AS` to the name under which journals of calls in flight know it.
    """

    name: str
    kind: str
    run: Callable[Concatenate[World, P], T]
    result: Any
    errors: tuple[type[Exception], ...] = field(default=())
    act: str | None = None

    def encode(self, value: T) -> Any:
        """A result → JSON builtins. Decodes them too, so that what replay would not read fails now."""
        plain = msgspec.to_builtins(value)
        self.decode(plain)
        return plain

    def decode(self, plain: Any) -> T:
        """JSON builtins → the result as the flow sees it."""
        return cast(T, msgspec.convert(plain, self.result))

    def error(self, name: str) -> Exception | None:
        """The error that the journal stores as `name`; None if the effect does not declare it (any more)."""
        declared: tuple[type[Exception], ...] = (Unavailable, *self.errors)
        return next((error(self.name) for error in declared if error.__name__ == name), None)


@dataclass(frozen=True)
class EffectRequest:
    """A flow's request to run an effect."""

    effect: Effect[Any, Any]
    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        return self.effect.name


Function = Callable[Concatenate[World, P], T]


def _declare(
    kind: str, function: Function[P, T], errors: tuple[type[Exception], ...] = (), act: str | None = None
) -> Effect[P, T]:
    hints = typing.get_type_hints(function)
    if "return" not in hints:
        raise TypeError(f"effect {function.__qualname__} needs a return annotation: its result is journaled by it")
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"effect {function.__qualname__} must be an ordinary function")
    module = function.__globals__.get("RECORDED_AS") or function.__module__.rpartition(".")[2]
    return Effect(f"{module}.{function.__name__}", kind, function, hints["return"], errors, act)


def read(function: Function[P, T]) -> Effect[P, T]:
    """Declare an effect that reads our own database."""
    return _declare("read", function)


@overload
def touch(function: Function[P, T]) -> Effect[P, T]: ...
@overload
def touch(*, errors: tuple[type[Exception], ...] = (), act: str | None = None) -> _Declaring: ...
def touch(function: Any = None, *, errors: tuple[type[Exception], ...] = (), act: str | None = None) -> Any:
    """Declare an effect that reaches outside; it may raise Unavailable."""
    return _Declaring("touch", errors, act) if function is None else _declare("touch", function)


@overload
def write(function: Function[P, T]) -> Effect[P, T]: ...
@overload
def write(*, errors: tuple[type[Exception], ...] = (), act: str | None = None) -> _Declaring: ...
def write(function: Any = None, *, errors: tuple[type[Exception], ...] = (), act: str | None = None) -> Any:
    """Declare an effect that changes our own database in the turn's transaction."""
    return _Declaring("write", errors, act) if function is None else _declare("write", function)


@dataclass(frozen=True)
class _Declaring:
    """A decorator with arguments, such as `@touch(errors=…)`."""

    kind: str
    errors: tuple[type[Exception], ...]
    act: str | None

    def __call__(self, function: Function[P, T]) -> Effect[P, T]:
        return _declare(self.kind, function, self.errors, self.act)
