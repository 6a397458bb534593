"""`python -m ivr.checks.limits --write`: docs/limits.md, every number that the code decides by, with its place.

A number is a module's constant: an integer or a fraction, a duration, or a tuple or call of these. What it is for is
said by the string below it or the comment beside it. Settings are not among them: docs/settings.md has those.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.checks.modules import Module, read_modules

ROOT = Path(__file__).parents[2]
PAGE = "docs/limits.md"
COMMAND = ".venv/bin/python -m ivr.checks.limits --write"
LEFT_OUT = ("audio", "ivr.checks", "ivr.migrations", "ivr.simulator")
"""Rooms whose numbers no caller, agent or operator notices."""
UNITS = ("HOUR", "DAY", "A_DAY", "WEEK", "YEAR")
"""Constants that decide nothing."""
NAME = re.compile(r"[A-Z][A-Z0-9_]*")
MADE_OF = ("timedelta", "RetryPolicy")
HEAD = f"""# Limits and times

The numbers by which the line decides, and where to change each. What an operator may set is in
[settings.md](settings.md); what a wallet promises is in its policy. Made from the constants of the code; do not edit
it, run `{COMMAND}`.
"""


@dataclass(frozen=True)
class Limit:
    """A constant of a module: its value as the code spells it, and what it is for, if that is said."""

    name: str
    value: str
    text: str


def limits_of(source: str) -> list[Limit]:
    """The numbers of a module, in its order."""
    body = ast.parse(source).body
    beside = _comments(source)
    found: list[Limit] = []
    for number, node in enumerate(body):
        pairs = list(_pairs(node))
        if not pairs:
            continue
        below = body[number + 1] if number + 1 < len(body) else None
        text = _string(below) or beside.get(node.lineno, "")
        found += [Limit(name, _spelt(value), text) for name, value in pairs if _is_number(value)]
    return found


def page(modules: dict[str, Module]) -> str:
    """docs/limits.md."""
    by_room: dict[str, list[tuple[Module, Limit]]] = {}
    for module, one in _listed(modules):
        by_room.setdefault(module.room, []).append((module, one))
    parts = [HEAD]
    for room, rows in sorted(by_room.items()):
        parts.append(f"\n## {room.removeprefix('ivr.')}\n\n| number | is | for | in |\n|---|---|---|---|\n")
        parts += [_row(module, one) for module, one in rows]
    return "".join(parts)


def unexplained(modules: dict[str, Module]) -> list[str]:
    """The numbers of which nothing says what they are for, as `module.NAME`."""
    return [f"{module.name}.{one.name}" for module, one in _listed(modules) if not one.text]


def _listed(modules: dict[str, Module]) -> Iterator[tuple[Module, Limit]]:
    for module in sorted(modules.values(), key=lambda one: one.name):
        if module.room not in LEFT_OUT:
            for one in limits_of(module.path.read_text("utf-8")):
                yield module, one


def _row(module: Module, one: Limit) -> str:
    where = module.path.relative_to(ROOT).as_posix()
    return f"| `{one.name}` | {one.value} | {one.text.replace('|', '/')} | [{where}](../{where}) |\n"


def _pairs(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names and values of an assignment of constants; `A, B = 1, 2` has two."""
    if isinstance(node, ast.AnnAssign):
        target: ast.expr = node.target
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
    else:
        return
    value = node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=True))
    else:
        pairs = [(target, value)] if value is not None else []
    for one, its in pairs:
        if isinstance(one, ast.Name) and NAME.fullmatch(one.id) and one.id not in UNITS:
            yield one.id, its


def _is_number(value: ast.expr) -> bool:
    """Whether a value is made of nothing but numbers and durations."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool)
    if isinstance(value, ast.UnaryOp | ast.BinOp):
        return all(_is_number(part) for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr))
    if isinstance(value, ast.Tuple):
        return any(map(_is_number, value.elts)) and all(
            _is_number(part) or isinstance(part, ast.Name) for part in value.elts
        )
    made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in MADE_OF
    return made and all(_is_number(part) or isinstance(part, ast.Name) for part in _arguments(value))


def _arguments(value: ast.expr) -> list[ast.expr]:
    assert isinstance(value, ast.Call)
    return [*value.args, *(one.value for one in value.keywords)]


def _spelt(value: ast.expr) -> str:
    """`timedelta(minutes=5)` → 5 minutes; anything else as the code writes it."""
    text = re.sub(r"timedelta\(([^()]*)\)", lambda found: _duration(found[1]), ast.unparse(value))
    return text.replace("RetryPolicy", "pauses and window ").replace("|", "/")


def _duration(arguments: str) -> str:
    parts = [part.partition("=") for part in arguments.split(", ") if part]
    spelt = [f"{number} {unit.removesuffix('s') if number == '1' else unit}" for unit, _, number in parts if number]
    return " ".join(spelt) or "0"


def _string(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def _comments(source: str) -> dict[int, str]:
    """Line → the comment beside its code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        one.start[0]: one.string.lstrip("# ").strip()
        for one in tokens
        if one.type == tokenize.COMMENT and one.line[: one.start[1]].strip()
    }


def main() -> None:
    """Write the page; without `--write` print it."""
    text = page(read_modules(ROOT))
    if "--write" in sys.argv[1:]:
        (ROOT / PAGE).write_text(text, "utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
