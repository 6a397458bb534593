"""What is found, and what several properties ask of a place."""

from __future__ import annotations

from dataclasses import dataclass

from tests.exploration.graph import Edge, Graph, State, answers
from tests.exploration.outcomes import labelled

OFFERS = {"callback-offer", "callback-in-both", "callback-or-security", "callback-or-note", "callback-note-security"}
"""A callback is offered, where nobody can be rung."""
PERSON = OFFERS | {
    "agent",
    "agent-queue",
    "callback-here",
    "callback-number",
    "callback-which",
    "callback-right",
    "after-callback",
}


@dataclass(frozen=True)
class Fault:
    """A broken property: which, what, and the last step of the shortest call that shows it."""

    property: str
    what: str
    edge: Edge


def with_a_person(state: State) -> bool:
    return "speak_to_agent" in state.inside or "callback" in state.inside


def is_switched(state: State) -> bool:
    """On a line that operations have switched there is no main menu."""
    return state.begin.root_flow.__name__ in ("to_person", "closed")


NOTED, UNNOTED = "is_promised: noted", "is_promised: none"
"""A callback is promised in this call already: whoever asks for a person is told so, and goes on where they were."""


def reaches_person(graph: Graph, edge: Edge) -> bool:
    return NOTED in edge.turn.outcomes or edge.target >= 0 and graph.states[edge.target].name in PERSON


def reached_without(graph: Graph, passes: set[str]) -> set[int]:
    """The places to which some call leads that has met none of these marks (see `Edge.marks`)."""
    out, seen = graph.out(), set[int]()
    open_ = [edge for edge in graph.entries if passes.isdisjoint(edge.marks | _led_by(graph, edge))]
    while open_:
        edge = open_.pop()
        if edge.target >= 0 and edge.target not in seen:
            seen.add(edge.target)
            open_ += [onward for onward in out[edge.target] if passes.isdisjoint(onward.marks)]
    return seen


def _led_by(graph: Graph, entry: Edge) -> set[str]:
    """The marks in the past of a call that is looked at from its middle on."""
    past = graph.states[entry.target].begin.past if entry.target >= 0 else ()
    return {labelled(*step[1:]) for step in past if step[0] == "did"} | answers(past)


def circles(out: dict[int, list[Edge]]) -> dict[int, int]:
    """For each place a number that it shares with all those from which, and to which, there is a way (Kosaraju)."""
    order = _left_last(out)
    back: dict[int, list[int]] = {place: [] for place in order}
    for place in order:
        for edge in out[place]:
            back.setdefault(edge.target, []).append(place)
    found: dict[int, int] = {}
    for first in reversed(order):
        open_ = [first] if first not in found else []
        while open_:
            place = open_.pop()
            if place not in found:
                found[place] = first
                open_ += back[place]
    return found


def _left_last(out: dict[int, list[Edge]]) -> list[int]:
    """All places, each after those that it leads to first."""
    order: list[int] = []
    seen: set[int] = set()
    for first in list(out):
        way = [] if first in seen else [(first, iter(out[first]))]
        seen.add(first)
        while way:
            place, edges = way[-1]
            onward = next((edge.target for edge in edges if edge.target not in seen), None)
            if onward is None:
                order.append(place)
                way.pop()
            else:
                seen.add(onward)
                way.append((onward, iter(out[onward])))
    return order
