"""Reads which module of the project imports which, from the syntax; nothing is run.

An import inside a function or under `TYPE_CHECKING` counts, and so does a module that is named in a string for
`import_module` or `python -m`: each of them makes the one module know the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path

PACKAGES = ("ivr", "call_flows", "audio")
SCRIPTS = ("app.py",)
Graph = Mapping[str, Set[str]]


@dataclass(frozen=True)
class Module:
    """One file; `imports` holds the project's modules only."""

    name: str
    path: Path
    room: str
    lines: int
    sentence: str
    imports: frozenset[str]


def read_modules(root: Path) -> dict[str, Module]:
    """Every module of the project by its dotted name; empty `__init__.py` files of `ivr` itself are left out."""
    paths = {_dotted(path.relative_to(root)): path for path in _files(root)}
    return {name: _module(name, path, root, set(paths)) for name, path in paths.items()}


def room_of(path: Path) -> str:
    """The room of a file (relative to the root): `call_flows`, `ivr.web`, or a file that lies in `ivr/` itself."""
    name = _dotted(path).split(".")
    return ".".join(name[:2]) if name[0] == "ivr" else name[0]


def circles(graph: Graph) -> list[list[str]]:
    """The groups of nodes that reach each other (strongly connected components of two or more), sorted."""
    reached = {node: _reached(node, graph) for node in graph}
    groups = {frozenset(other for other in reached[node] if node in reached.get(other, ())) for node in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def shortest_circle(group: list[str], graph: Graph) -> list[str]:
    """One way round through a group, from its first node back to it."""
    ways = [[group[0]]]
    for way in ways:
        for node in sorted(graph[way[-1]] & set(group)):
            if node == group[0]:
                return [*way, node]
            if node not in way:
                ways.append([*way, node])
    return group


def without_detours(graph: Graph) -> dict[str, set[str]]:
    """The transitive reduction of a graph without circles: an edge that a longer way implies is dropped."""
    reached = {node: _reached(node, graph) for node in graph}
    return {
        node: {one for one in after if not any(one in reached.get(other, ()) for other in after)}
        for node, after in graph.items()
    }


def _files(root: Path) -> list[Path]:
    found = [root / script for script in SCRIPTS if (root / script).exists()]
    found += [path for package in PACKAGES for path in sorted((root / package).glob("**/*.py"))]
    return [path for path in found if path != root / "ivr" / "__init__.py" or path.read_text("utf-8").strip()]


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _module(name: str, path: Path, root: Path, known: Set[str]) -> Module:
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = frozenset(_imports(tree, package, known)) - {name}
    sentence = (ast.get_docstring(tree) or "").partition("\n")[0]
    return Module(name, path, room_of(path.relative_to(root)), len(source.splitlines()), sentence, imports)


def _imports(tree: ast.Module, package: str, known: Set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                yield from [one for one in (f"{module}.{alias.name}", module) if one in known][:1]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield from {node.value.partition(":")[0]} & known


def _reached(start: str, graph: Graph) -> set[str]:
    """What is reached in one step or more; the start itself only on a circle."""
    seen, open_ = set[str](), [start]
    while open_:
        new = set(graph.get(open_.pop(), ())) - seen
        seen |= new
        open_ += new
    return seen
