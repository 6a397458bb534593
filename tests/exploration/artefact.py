"""The graph as JSON, for a call map: prompts as nodes, what leads from one to another as edges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ivr.engine.prompts import Tries
from tests.exploration import words
from tests.exploration.graph import FAILED, HUNG_UP, Edge, Graph

ENDS = {HUNG_UP: "hang-up", FAILED: "fault"}


def write(graph: Graph, path: Path) -> None:
    """Write it."""
    path.write_text(json.dumps(as_map(graph), ensure_ascii=False, indent=1), "utf-8")


def as_map(graph: Graph) -> dict[str, Any]:
    """A node for each prompt in each flow, an edge for each decision between two of them."""
    nodes: dict[str, Any] = {}
    for state in graph.states:
        if getattr(state.wait, "tries", Tries()) == Tries() and state.path:
            nodes.setdefault(_node(graph, state.number), _words(state.path[-1], state.inside))
    edges = {_edge(graph, edge) for edge in (*graph.entries, *graph.edges)}
    return {"nodes": nodes, "edges": [dict(zip(("from", "to", "key", "outcomes"), edge, strict=True)) for edge in sorted(edges)]}  # fmt: skip


def _words(edge: Edge, inside: tuple[str, ...]) -> dict[str, Any]:
    spoken = {lang: [one.text for one in words.spoken(edge.turn.lines, lang)] for lang in ("zh", "en")}
    length = {lang: round(words.length(edge.turn.lines, lang), 1) for lang in ("zh", "en")}
    level = 2 if "customer" in edge.turn.facts else 0
    return {"prompt": edge.turn.wait.name if edge.turn.wait else "", "flow": list(inside), "level": level, "words": spoken, "seconds": length}  # fmt: skip


def _node(graph: Graph, number: int) -> str:
    if number < 0:
        return ENDS.get(number, "start")
    state = graph.states[number]
    return f"{'/'.join(state.inside)}:{state.name}"


def _edge(graph: Graph, edge: Edge) -> tuple[str, str, str, str]:
    return (_node(graph, edge.source), _node(graph, edge.target), edge.label, ", ".join(edge.turn.outcomes))
