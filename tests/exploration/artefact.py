"""The graph as a call map: a node for each prompt, an edge for each way from one to another.

Keys that mean the same everywhere (0, *, #, 8, 9), silence and wrong keys are left out; the legend tells them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Any

from ivr.engine.prompts import Ask
from ivr.engine.waits import Announcement, Dial, Wait
from tests.exploration import words
from tests.exploration.graph import HUNG_UP, Edge, Graph, State

ROOT = Path(__file__).parents[2]
SOURCES = (
    "call_flows/*.py",
    "call_flows/prompts/*/*.ftl",
    "ivr/engine/call.py",
    "ivr/engine/prompts.py",
    "ivr/engine/waits.py",
    *(
        f"tests/exploration/{name}.py"
        for name in ("driving", "outcomes", "positions", "graph", "artefact", "layout", "strokes", "drawing")
    ),
)
START, END = "start", "end"
FORWARD = {"value", "secret", "sealed"}


def fingerprint() -> str:
    """Of everything that decides which places there are and how they are drawn; the properties are not part of it."""
    files = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def call_map(graph: Graph) -> dict[str, Any]:
    """`nodes` by id (flow, kind, level, words and seconds in both languages) and `edges` (from, to, keys, outcomes)."""
    nodes: dict[str, Any] = {START: _bare("start"), END: _bare("end")}
    for state in graph.states:
        nodes.setdefault(state.name, _node(state))
    ways: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: {"keys": set(), "outcomes": set()})
    for edge in (*graph.entries, *graph.edges):
        if _is_forward(graph, edge):
            way = ways[_name(graph, edge.source), _name(graph, edge.target)]
            way["keys"].add(_key(graph, edge))
            way["outcomes"].update(edge.turn.outcomes)
    edges = [
        {"from": one, "to": other, **{what: sorted(found) for what, found in way.items()}}
        for (one, other), way in sorted(ways.items())
    ]
    return {"fingerprint": fingerprint(), "nodes": nodes, "edges": edges}


def _bare(kind: str) -> dict[str, Any]:
    return {"flow": kind, "kind": kind, "level": 0, "words": {"zh": [], "en": []}, "seconds": {"zh": 0, "en": 0}}


def _node(state: State) -> dict[str, Any]:
    edge = state.came
    lines = edge.turn.lines[len(state.wait.context) :] if isinstance(state.wait, Wait) else edge.turn.lines[-1:]
    spoken = {
        lang: [one.text for one in words.spoken(lines, lang) if one.text and one.language == lang]
        for lang in ("zh", "en")
    }
    length = {lang: round(words.length(lines, lang), 1) for lang in ("zh", "en")}
    level = 2 if "customer" in state.facts else 0
    return {"flow": edge.turn.flow, "kind": _kind(state), "level": level, "words": spoken, "seconds": length}


def _kind(state: State) -> str:
    if isinstance(state.wait, Dial):
        return "dial"
    if isinstance(state.wait, Announcement):
        return "moment"
    return "entry" if isinstance(state.wait.prompt, Ask) else "menu"


def _is_forward(graph: Graph, edge: Edge) -> bool:
    if edge.source < 0:
        return edge.turn.inside[:1] == ("answer",)
    wait = graph.states[edge.source].wait
    return edge.decision in FORWARD if isinstance(wait, Wait) else True


def _name(graph: Graph, number: int) -> str:
    if number < 0:
        return END if number == HUNG_UP else START
    return graph.states[number].name


def _key(graph: Graph, edge: Edge) -> str:
    """What is pressed; for an entry only that something is."""
    if edge.source < 0 or edge.label == "passed":
        return ""
    wait = graph.states[edge.source].wait
    return "…" if isinstance(wait, Wait) and isinstance(wait.prompt, Ask) and edge.label != "#" else edge.label
