"""Faults planted on purpose: each is an edit of a flow's or the engine's source, in memory only.

A mutant is (what, module or catalogue, old, new). The module is compiled again with the edit, its names are put into
everything that had imported them, and afterwards all is as before.
"""

from __future__ import annotations

import importlib
import inspect
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from ivr.engine.speaking import Speaker
from ivr.speech.catalogue import FOLDER, Catalogue
from tests.exploration import words

ROOMS = ("call_flows", "ivr.engine", "ivr.speech", "tests.exploration")


NO_PROOF = (
    "from ivr.identity.verification import Verified as Anybody\n"
    '    owner = {"id": "a1", "wallet": "haiyun", "level": 2, "how": "pin"}\n'
    '    customer = Anybody(**call.facts.setdefault("customer", owner))'
)
"""Stands where a flow asks who is calling: whoever rings is taken for the owner."""


@dataclass(frozen=True)
class Mutant:
    """One planted fault."""

    what: str
    module: str
    old: str
    new: str


def _edited(mutant: Mutant, source: str) -> str:
    """The source with the fault. What is replaced must be there once: a second place would be left whole."""
    many = source.count(mutant.old)
    if many != 1:
        raise LookupError(f"{mutant.what}: {mutant.module} holds {mutant.old!r} {many} times")
    return source.replace(mutant.old, mutant.new)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The fault, for the length of a `with`."""
    if mutant.module.endswith(".ftl"):
        with _other_words(mutant):
            yield
        return
    module = importlib.import_module(mutant.module)
    source = inspect.getsource(module)
    undo = _replace(module, _edited(mutant, source))
    try:
        yield
    finally:
        for place, name, value in reversed(undo):
            _put(place, name, value)


@contextmanager
def _other_words(mutant: Mutant) -> Iterator[None]:
    """The catalogues with another wording; raises CatalogueError as the line does at its start."""
    path = FOLDER.parents[1] / mutant.module
    source = path.read_text("utf-8")
    edited = _edited(mutant, source)
    with TemporaryDirectory() as there:
        shutil.copytree(FOLDER, there, dirs_exist_ok=True)
        (Path(there) / path.relative_to(FOLDER)).write_text(edited, "utf-8")
        before, words.speaker = words.speaker, Speaker(Catalogue.load(Path(there)), words.speaker.unseal)
    try:
        yield
    finally:
        words.speaker = before


def _put(place: Any, name: str, value: Any) -> None:
    """Back as it was: a name of a module or function, or the whole content of a mapping."""
    if isinstance(place, dict):
        place.clear()
        place.update(value)
    else:
        setattr(place, name, value)


def _replace(module: ModuleType, source: str) -> list[tuple[Any, str, Any]]:
    before = dict(vars(module))
    fresh: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, f"<mutant of {module.__name__}>", "exec", dont_inherit=True), fresh)  # noqa: S102
    undo: list[tuple[Any, str, Any]] = []
    for name, value in before.items():
        if inspect.isfunction(value) and value.__module__ == module.__name__:
            undo.append((value, "__code__", value.__code__))
            value.__code__ = fresh[name].__code__
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            undo += _methods(value, fresh[name])
        elif name.isupper():
            undo += _everywhere(name, value, fresh[name])
    return undo


def _methods(old: type, new: type) -> list[tuple[Any, str, Any]]:
    undo = []
    for name, value in vars(old).items():
        code = getattr(value, "__code__", None)
        other = getattr(vars(new).get(name), "__code__", None)
        if code is not None and other is not None and code.co_freevars == other.co_freevars:
            undo.append((value, "__code__", code))
            value.__code__ = other
    return undo


def _everywhere(name: str, old: Any, new: Any) -> list[tuple[Any, str, Any]]:
    """A constant, wherever it was imported; a mapping of functions stays, another gets its new content in place."""
    if isinstance(old, dict) and any(callable(value) for value in old.values()):
        return []
    undo: list[tuple[Any, str, Any]] = []
    if isinstance(old, dict):
        undo.append((old, "", dict(old)))
        _put(old, "", new)
        return undo
    for place in [one for key, one in sys.modules.items() if key.startswith(ROOMS)]:
        if vars(place).get(name) is old:
            undo.append((place, name, old))
            setattr(place, name, new)
    return undo
