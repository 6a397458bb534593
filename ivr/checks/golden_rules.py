"""The golden rules of call flows, as far as syntax shows them.

A flow is replayed from its first line at every turn. So it may not look at the clock, at chance or at
the environment; it may not tidy up around a wait (the wait may be left and never come back); and a
wait stands alone, because what is half computed beside it is invisible to exploration.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

VERBS = {"menu", "ask", "confirm", "do", "record", "level", "dial", "announce"}  # of `call`, all awaited
SAID = {"say", "pause", "hang_up"}  # of `call`, never awaited
WORLDLY = {
    "time",
    "random",
    "os",
    "secrets",
    "uuid",
    "flask",
    "socket",
    "logging",
    "threading",
    "asyncio",
    "requests",
    "httpx",
}
CLOCK = {"now", "today", "utcnow"}
COUNTED = {"range", "enumerate"}


@dataclass(frozen=True)
class Fault:
    """A broken rule: where, and what to do instead."""

    line: int
    rule: str


def faults(source: str) -> list[Fault]:
    """Every broken rule of one flow module, in order."""
    tree = ast.parse(source)
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent  # type: ignore[attr-defined]
    found = {fault for node in ast.walk(tree) for fault in _of(node)}
    return sorted(found, key=lambda fault: (fault.line, fault.rule))


def _of(node: ast.AST) -> Iterator[Fault]:
    rules = {ast.Await: _await, ast.Try: _try, ast.Call: _call, ast.For: _for}
    if type(node) in rules:
        rule = rules[type(node)](node)  # type: ignore[operator]
        if rule:
            yield Fault(node.lineno, rule)  # type: ignore[attr-defined]
    if isinstance(node, (ast.With, ast.AsyncWith)) and _awaits(node):
        yield Fault(node.lineno, "no `with` around an await: the flow may never come back to close it")
    if isinstance(node, (ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)):
        yield Fault(node.lineno, "a flow only awaits: no async for, async with or yield")
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _import(node)


def _await(node: ast.Await) -> str | None:
    child: ast.AST = node
    parent: ast.AST = node.parent  # type: ignore[attr-defined]
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        child, parent = parent, parent.parent  # type: ignore[attr-defined]
        alone = isinstance(parent, (ast.If, ast.While)) and parent.test is child
    else:
        alone = isinstance(parent, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign))
        alone = alone or (isinstance(parent, (ast.If, ast.While)) and parent.test is child)
    return (
        None
        if alone
        else "an await stands alone: a statement, a whole right-hand side, a return value, an if or while test"
    )


def _try(node: ast.Try) -> str | None:
    if not _awaits(node):
        return None
    if node.finalbody:
        return "no `finally` around an await: the flow may never come back to it"
    for handler in node.handlers:
        names = (
            {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)}
            if handler.type
            else {"BaseException"}
        )
        if "BaseException" in names or "Exception" in names:
            return "name the exception around an await: a bare one swallows *agent*, *back*, *main* and bugs"
    return None


def _call(node: ast.Call) -> str | None:
    if not isinstance(node.func, ast.Attribute):
        return None
    name, owner, parent = node.func.attr, node.func.value, node.parent  # type: ignore[attr-defined]
    if isinstance(owner, ast.Name) and owner.id == "call":
        if name in VERBS and not isinstance(parent, ast.Await):
            return f"`call.{name}` is a wait: await it"
        if name in SAID and isinstance(parent, ast.Await):
            return f"`call.{name}` is no wait: do not await it"
    if (
        name in CLOCK
        and isinstance(owner, (ast.Name, ast.Attribute))
        and ast.unparse(owner).endswith(("datetime", "date"))
    ):
        return "the time of a turn is `call.now`: the machine's clock says another thing on replay"
    return None


def _for(node: ast.For) -> str | None:
    if not _awaits(node):
        return None
    counted = isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id in COUNTED
    return (
        None
        if counted
        else "a loop that waits is a `while`, or a `for` over range or enumerate: other iterators hide their place"
    )


def _import(node: ast.Import | ast.ImportFrom) -> Iterator[Fault]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for name in names:
        if name.partition(".")[0] in WORLDLY:
            yield Fault(node.lineno, f"a flow does not import {name}: the world is reached by `call.do` only")


def _awaits(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Await) for inner in ast.walk(node))
