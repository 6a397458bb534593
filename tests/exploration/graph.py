"""The graph of all calls: breadth first, a place is opened once."""

from __future__ import annotations

import gc
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.call import Dial, Moment, Wait
from tests.exploration.driving import Beginning, Turn, every_turn, inputs

HUNG_UP = -1
FAILED = -2


@dataclass
class State:
    """A place where the line waits, with the shortest way there."""

    number: int
    wait: Wait | Dial | Moment
    inside: tuple[str, ...]
    facts: dict[str, Any]
    begin: Beginning
    past: tuple[Any, ...]
    path: tuple[Edge, ...]

    @property
    def name(self) -> str:
        return self.wait.name


@dataclass(frozen=True)
class Edge:
    """One thing that happened at a place, and where it led."""

    source: int
    label: str
    turn: Turn = field(repr=False)
    target: int

    @property
    def decision(self) -> str:
        """What the first answer of the turn was taken for."""
        return str(self.turn.steps[0][2]) if self.turn.steps else ""


Step = tuple[int, str, int, tuple[str, ...]]
"""An edge without its words: from, by what, to, and what the outside answered."""


@dataclass
class Graph:
    """States and edges, and how the line is entered."""

    states: list[State] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    entries: list[Edge] = field(default_factory=list)
    known: dict[Any, int] = field(default_factory=dict)
    quick: bool = False
    most: int = 0
    english: Callable[[], list[Step]] | None = None
    """Gives the same graph's steps in English, where somebody explores them beside."""

    @property
    def steps(self) -> list[Step]:
        """All edges, in the order in which they were found."""
        return [(edge.source, edge.label, edge.target, edge.turn.outcomes) for edge in self.edges]

    def out(self) -> dict[int, list[Edge]]:
        """The edges that leave each state."""
        found: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.source].append(edge)
        return found

    def reaching(self, goals: Iterable[int]) -> set[int]:
        """The states from which some goal can be reached."""
        before: dict[int, list[int]] = defaultdict(list)
        for edge in self.edges:
            before[edge.target].append(edge.source)
        seen, open_ = set(goals), list(goals)
        while open_:
            for source in before[open_.pop()]:
                if source not in seen:
                    seen.add(source)
                    open_.append(source)
        return seen


def explore(begins: list[Beginning], tick: Callable[[Graph, int], None] = lambda graph, left: None, most: int = 60_000, quick: bool = False) -> Graph:  # fmt: skip
    """Every place that these beginnings can reach; `quick` leaves out what follows mixed failures."""
    gc.disable()  # nothing here is garbage, and looking for some takes most of the time
    graph, waiting = Graph(quick=quick, most=most), deque[int]()
    for begin in begins:
        for _, turn in every_turn(begin, (), None):
            graph.entries.append(_arrive(graph, waiting, begin, (), (), -3, "dials", turn))
    while waiting and len(graph.states) < most:
        state = graph.states[waiting.popleft()]
        for label, keyed in inputs(state.wait):
            for _, turn in every_turn(state.begin, state.past, keyed):
                if quick and _mixed(state.wait, turn):
                    continue
                args = (state.begin, state.past, state.path, state.number, label, turn)
                graph.edges.append(_arrive(graph, waiting, *args))
        tick(graph, len(waiting))
    return graph


def _mixed(wait: Wait | Dial | Moment, turn: Turn) -> bool:
    """A wrong key after a silence, or silence after a wrong key: the counts are independent of one another."""
    decision = turn.steps[0][2] if turn.steps else ""
    if not isinstance(wait, Wait) or decision not in ("silence", "wrong"):
        return False
    return (wait.tries.wrongs if decision == "silence" else wait.tries.silences) > 0


def _arrive(graph: Graph, waiting: deque[int], begin: Beginning, past: Any, path: Any, source: int, label: str, turn: Turn) -> Edge:  # fmt: skip
    if turn.failure or turn.wait is None:
        return Edge(source, label, turn, FAILED if turn.failure else HUNG_UP)
    key = (begin.story.__name__, turn.key)
    if key in graph.known:
        return Edge(source, label, turn, graph.known[key])
    number = graph.known[key] = len(graph.states)
    edge = Edge(source, label, turn, number)
    graph.states.append(
        State(number, turn.wait, turn.inside, dict(turn.facts), begin, past + turn.steps, (*path, edge))
    )
    waiting.append(number)
    return edge
