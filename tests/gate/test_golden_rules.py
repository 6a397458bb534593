"""The golden rules hold in every call flow, and the check sees what it should."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from ivr.checks.golden_rules import faults

FLOWS = sorted((Path(__file__).parents[2] / "call_flows").glob("**/*.py"))
GOOD = [
    "await call.menu(M)",
    "x = await call.ask(A)",
    "return await call.confirm(C)",
    "if not await call.confirm(C): pass",
    "while await call.confirm(C): pass",
    "for n in range(3):\n    await call.ask(A)",
    "call.say('hello', n=1)",
    "try:\n    await call.do(f)\nexcept Unavailable:\n    pass",
    "try:\n    x = int(y)\nfinally:\n    z = 1",
    "now = call.now",
    "for a in b:\n    call.say('x')",
]
BAD = {
    "x = await one() + await two()": "stands alone",
    "f(await call.ask(A))": "stands alone",
    "x = not await call.confirm(C)": "stands alone",
    "call.menu(M)": "await it",
    "x = call.do(f)": "await it",
    "await call.say('x')": "no wait",
    "try:\n    await call.ask(A)\nfinally:\n    pass": "finally",
    "try:\n    await call.ask(A)\nexcept:\n    pass": "bare",
    "with f():\n    await call.ask(A)": "with",
    "try:\n    await call.ask(A)\nexcept Exception:\n    pass": "bare",
    "try:\n    await call.ask(A)\nexcept (KeyError, BaseException):\n    pass": "bare",
    "x = datetime.now()": "call.now",
    "x = datetime.date.today()": "call.now",
    "import random": "call.do",
    "from os import environ": "call.do",
    "import flask": "call.do",
    "for p in (A, B):\n    await call.ask(p)": "range",
    "async for x in y: pass": "only awaits",
    "x = [await call.ask(a) for a in b]": "stands alone",
}


def flow(body: str) -> str:
    return f"async def flow(call):\n{indent(body, '    ')}\n"


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_flow_keeps_the_golden_rules(path):
    """Each fault says its line and what to do instead."""
    assert [f"{path.name}:{fault.line}: {fault.rule}" for fault in faults(path.read_text())] == []


@pytest.mark.parametrize("body", GOOD)
def test_what_is_sound_passes(body):
    """Plain waits, words, counted loops, named exceptions."""
    assert faults(flow(body)) == []


@pytest.mark.parametrize("body", BAD, ids=lambda body: body.replace("\n", " "))
def test_what_would_lie_on_replay_is_named(body):
    """And told what to write instead."""
    assert BAD[body] in " ".join(fault.rule for fault in faults(flow(body)))
