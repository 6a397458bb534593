"""What was found, as a page: sizes, properties, and the goals in seconds."""

from __future__ import annotations

import statistics
from collections import Counter

from call_flows.agent import rescue
from call_flows.welcome import answer
from ivr.engine.call import Wait
from ivr.engine.prompts import Menu
from tests.exploration import words
from tests.exploration.calls import presses, test_of
from tests.exploration.driving import START, Beginning
from tests.exploration.graph import Edge, Graph
from tests.exploration.properties import PERSON, PROPERTIES, Fault


def beginnings() -> list[Beginning]:
    """A new caller, one whose language is known, and the story after a fault of ours."""
    return [Beginning(answer, START), Beginning(answer, {**START, "remembered": True}), Beginning(rescue, START)]


def page(graph: Graph, found: list[Fault], seconds: float) -> str:
    """The whole report."""
    depth = max(len(state.path) for state in graph.states)
    sizes = f"{len(graph.states)} places, {len(graph.edges)} steps, at most {depth} turns deep, {seconds:.0f} s."
    broken = Counter(fault.property for fault in found)
    held = [f"| {name} | {_verdict(name, broken)} |" for name in PROPERTIES]
    parts = ["# Exploration", sizes, "| Flow | Places |\n|---|---|\n" + _flows(graph)]
    parts.append("| Property | Verdict |\n|---|---|\n" + "\n".join(held))
    parts.append("| Goal | Target | Mandarin | English |\n|---|---|---|---|\n" + "\n".join(_goals(graph)))
    return "\n\n".join(parts) + "\n"


def describe(graph: Graph, fault: Fault) -> str:
    """A fault with its shortest call."""
    test = test_of(graph, fault.edge, fault.property.lower())
    return f"{fault.property}: {fault.what}\n  {presses(graph, fault.edge)}\n{test}\n"


def _verdict(name: str, broken: Counter[str]) -> str:
    count = sum(broken[one.rstrip(",")] for one in name.replace("P4-P6", "P4, P5, P6").split())
    return f"{count} faults" if count else "holds"


def _flows(graph: Graph) -> str:
    count = Counter(state.inside[1] if len(state.inside) > 1 else "welcome" for state in graph.states)
    deeper = Counter(state.inside[2] for state in graph.states if len(state.inside) > 2)
    return "\n".join(f"| {flow} | {number} |" for flow, number in (count + deeper).most_common())


def _goals(graph: Graph) -> list[str]:
    rows = []
    menus = [edge for edge in graph.edges if _asks_first(edge)]
    entries = [edge for edge in graph.entries if edge.source == -3]
    measures = {
        ("G1 greeting until the first key", "8 s"): (entries, lambda edge, lang: words.to_options(edge.turn.lines, lang)[:1]),
        ("G2 menu until each key", "20 s"): (menus, lambda edge, lang: words.to_options(_question(edge), lang)),
        ("G3 whole menu", "22 s"): (menus, lambda edge, lang: [words.length(_question(edge), lang)]),
        ("G5 words before a control point", "25 s"): (graph.edges, lambda edge, lang: [words.length(_before(edge), lang)]),
    }  # fmt: skip
    for (goal, target), (edges, measure) in measures.items():
        distinct = {edge.turn.lines: edge for edge in map(_hashable, edges)}.values()
        found = {lang: [one for edge in distinct for one in measure(edge.edge, lang)] or [0] for lang in ("zh", "en")}  # type: ignore[no-untyped-call]
        rows.append(f"| {goal} | {target} | " + " | ".join(f"median {statistics.median(all_):.1f}, most {max(all_):.1f} s" for all_ in found.values()) + " |")  # fmt: skip
    shortest = min(len(state.path) - 1 for state in graph.states if state.name in PERSON)
    widest = max(len(state.wait.prompt.options) for state in graph.states if isinstance(state.wait, Wait) and isinstance(state.wait.prompt, Menu))  # fmt: skip
    return [*rows, f"| G6 options a menu | 5 (leaves 7) | {widest} | {widest} |", f"| G8 keys to a person | 2 | {shortest} | {shortest} |"]  # fmt: skip


class _hashable:
    """An edge by what it says."""

    def __init__(self, edge: Edge) -> None:
        self.edge, self.turn = edge, self
        self.lines = repr(edge.turn.lines)


def _asks_first(edge: Edge) -> bool:
    wait = edge.turn.wait
    return isinstance(wait, Wait) and isinstance(wait.prompt, Menu) and wait.last[0] == "first"


def _question(edge: Edge) -> tuple:
    wait = edge.turn.wait
    assert isinstance(wait, Wait)
    return edge.turn.lines[len(wait.context) :]


def _before(edge: Edge) -> tuple:
    wait = edge.turn.wait
    return wait.context if isinstance(wait, Wait) else edge.turn.lines
