"""Where a suspended flow is: two calls with an equal position have the same future.

A position is, for each frame of the await chain, the function, the instruction and the plain locals that
are still read after it; verbs are reduced to (prompt, tries); then the facts, and whether the caller just
went back. Words, language and speed are no part of it: flows may not read them.
"""

from __future__ import annotations

import ast
import dis
import re
from collections.abc import Coroutine
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from ivr.engine.call import Call
from ivr.engine.waits import Announcement, Dial, Wait

ONLY_PASSED_ON = {"reason", "fen", "on", "at", "channel", "number", "pin", "keyed", "code", "payee"}
"""Locals that flows only hand to effects; the soundness sample would show it if one began to decide."""
HANDED_ON = {"topic", "dropped", "senior", "owner"}
"""Facts that flows only hand to an effect."""
READ_ONCE = "remembered"
"""A fact that no flow reads after its first wait."""
ROUNDS = "refused"
"""How many rounds of identification failed: no flow reads it once the caller is verified, and that is never taken back.
"""
FLOWS = Path(__file__).parents[2] / "call_flows"
JUMPS = set(dis.hasjrel) | set(dis.hasjabs)
ENDS = {
    "RETURN_VALUE",
    "RETURN_CONST",  # Python 3.12 and 3.13
    "RERAISE",
    "RAISE_VARARGS",
    "JUMP_FORWARD",
    "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT",
}
ACCESS = re.compile("(?:LOAD|STORE|DELETE)_FAST|LOAD_CLOSURE|LOAD_DEREF")
"""In the name of an instruction: `STORE_FAST_LOAD_FAST` writes one local and then reads another."""


def frames(flow: Coroutine[Any, Any, Any]) -> list[FrameType]:
    """The frames of the await chain, outermost first."""
    found, inner = [], flow
    while getattr(inner, "cr_frame", None) is not None:
        found.append(inner.cr_frame)
        inner = inner.cr_await
    return found


def position(flow: Coroutine[Any, Any, Any], call: Call, asking: Wait | Dial | Announcement) -> bytes:
    """The key by which exploration prunes: a digest, for locals can hold much."""
    chain = tuple(_frame(frame) for frame in frames(flow))
    tries = (asking.failures.no_inputs, asking.failures.no_matches) if isinstance(asking, Wait) else ()
    idle = {ROUNDS} if "customer" in call.facts else set()
    facts = tuple(sorted((name, repr(value)) for name, value in call.facts.items() if name in facts_read() - idle))
    whole = (chain, asking.name, tries, facts, call._went_back, call.in_both)
    return blake2b(repr(whole).encode(), digest_size=16).digest()


@cache
def facts_read() -> frozenset[str]:
    """The facts that some flow reads; what is only noted for the agent's screen is no part of a position."""
    nodes = [node for path in FLOWS.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    return frozenset(name for node in nodes if (name := _read(node)) is not None) - {READ_ONCE, *HANDED_ON}


def _read(node: ast.AST) -> str | None:
    """The fact that this piece of a flow reads: `facts["x"]`, `facts.get("x")` or `"x" in facts`."""
    match node:
        case ast.Subscript(ast.Attribute(attr="facts"), ast.Constant(str(name)), ast.Load()):
            return name
        case ast.Call(ast.Attribute(ast.Attribute(attr="facts"), "get"), [ast.Constant(str(name)), *_]):
            return name
        case ast.Compare(ast.Constant(str(name)), _, [ast.Attribute(attr="facts")]):
            return name
    return None


def functions(flow: Coroutine[Any, Any, Any]) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The functions of the flows that are waiting, outermost first, the module of each, and who opened the
    last level.
    """
    waiting: list[FrameType] = []
    opened_by = ""
    for frame in frames(flow):
        if not _is_verb(frame):
            waiting.append(frame)
        elif frame.f_code.co_name == "level":
            opened_by = waiting[-1].f_code.co_name
    names, modules = (frame.f_code.co_name for frame in waiting), (frame.f_globals["__name__"] for frame in waiting)
    return tuple(names), tuple(modules), opened_by


def _frame(frame: FrameType) -> tuple[Any, ...]:
    code = frame.f_code
    if _is_verb(frame):
        return (code.co_name, frame.f_lasti)
    alive = live_after(code)[frame.f_lasti] | counters(code)
    plain = {name: value for name, value in frame.f_locals.items() if name in alive and name != "call"}
    kept = sorted((name, "" if name in ONLY_PASSED_ON else repr(value)) for name, value in plain.items())
    return (code.co_name, code.co_firstlineno, frame.f_lasti, tuple(kept))


def _is_verb(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") == "ivr.engine.call"


@lru_cache
def counters(code: CodeType) -> frozenset[str]:
    """The counters of loops: nobody may read one again, but it alone shows where the hidden iterator stands."""
    steps = list(dis.get_instructions(code))
    after = {place for place, step in enumerate(steps) if step.opname == "FOR_ITER"}
    near = [access for place in after for step in steps[place + 1 : place + 5] for access in _accesses(step)]
    return frozenset(name for verb, name in near if verb == "STORE_FAST")


@lru_cache
def live_after(code: CodeType) -> dict[int, frozenset[str]]:
    """For each instruction, the locals that may be read after it before they are written again."""
    steps = list(dis.get_instructions(code))
    follows = _successors(code, steps)
    before: dict[int, frozenset[str]] = {step.offset: frozenset() for step in steps}
    after, changed = dict(before), True
    while changed:
        changed = False
        for step in reversed(steps):
            after[step.offset] = frozenset().union(*(before[place] for place in follows[step.offset]))
            now = _before(step, after[step.offset])
            changed, before[step.offset] = changed or now != before[step.offset], now
    return after


def _before(step: dis.Instruction, after: frozenset[str]) -> frozenset[str]:
    alive = after
    for verb, name in reversed(_accesses(step)):
        alive = alive | {name} if verb.startswith("LOAD") else alive - {name}
    return alive


def _accesses(step: dis.Instruction) -> list[tuple[str, str]]:
    """The locals that an instruction reads and writes, in order; from Python 3.13 on one may do two of these."""
    names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
    return list(zip(ACCESS.findall(step.opname), names, strict=False))


def _successors(code: CodeType, steps: list[dis.Instruction]) -> dict[int, set[int]]:
    follows: dict[int, set[int]] = {step.offset: set() for step in steps}
    for step, later in zip(steps, [*steps[1:], None], strict=True):
        if later is not None and step.opname not in ENDS:
            follows[step.offset].add(later.offset)
        if step.opcode in JUMPS:
            follows[step.offset].add(step.argval)
    for entry in dis._parse_exception_table(code):
        for place in range(entry.start, entry.end, 2):
            if place in follows:
                follows[place].add(entry.target)
    return follows
