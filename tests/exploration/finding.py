"""What is found, and what several properties ask of a place."""

from __future__ import annotations

from dataclasses import dataclass

from tests.exploration.graph import Edge, Graph, State

PERSON = {"agent", "callback-offer", "callback-number", "callback-right"}


@dataclass(frozen=True)
class Fault:
    """A broken property: which, what, and the last step of the shortest call that shows it."""

    property: str
    what: str
    edge: Edge


def with_a_person(state: State) -> bool:
    return "speak_to_agent" in state.inside or "callback" in state.inside


def reaches_person(graph: Graph, edge: Edge) -> bool:
    return edge.target >= 0 and graph.states[edge.target].name in PERSON


def reachable(out: dict[int, list[Edge]], start: int) -> set[int]:
    seen, open_ = {start}, [start]
    while open_:
        for edge in out[open_.pop()]:
            if edge.target not in seen:
                seen.add(edge.target)
                open_.append(edge.target)
    return seen
