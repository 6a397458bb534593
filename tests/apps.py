"""Most tests make an app of their own; what Jinja and Werkzeug compile for one of them serves all in the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

_compile_builder, _builders = Rule._compile_builder, {}


@contextmanager
def compiled_once(folder: Path) -> Iterator[None]:
    """Compiled templates are kept in `folder`, each with a checksum of its source."""
    templates = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}
    with patch.object(Flask, "jinja_options", templates), patch.object(Rule, "_compile_builder", _builder):
        yield


def _builder(rule: Rule, append_unknown: bool) -> Any:
    """What builds the addresses of a rule."""
    about = (rule.rule, tuple(rule._trace), append_unknown, repr(rule.defaults))
    if about not in _builders:
        _builders[about] = _compile_builder(rule, append_unknown)
    return _builders[about]
