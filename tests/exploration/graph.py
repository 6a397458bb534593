"""The graph of all calls: breadth first, a place is opened once."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.live_turn import Input
from ivr.engine.prompts import FailureCounts
from ivr.engine.waits import Announcement, Dial, Wait
from tests.exploration.driving import NOON, Beginning, Turn, decisions, every_turn

HUNG_UP, FAILED, BEFORE = -1, -2, -3
LED = "was led there"
ONWARD = ("value", "secret", "sealed", "agent")
"""Decisions that lead on: an answer, or a person. All else comes back to the same question, or to one that was passed.
"""


@dataclass(slots=True)
class State:
    """A place where the line waits, with the shortest way there: the step that came here, and the place before."""

    number: int
    wait: Wait | Dial | Announcement
    begin: Beginning
    past: tuple[Any, ...]
    came: Edge
    before: State | None
    depth: int

    @property
    def name(self) -> str:
        return self.wait.name

    @property
    def inside(self) -> tuple[str, ...]:
        return self.came.turn.inside

    @property
    def flows(self) -> tuple[str, ...]:
        """The functions that wait, without the one that stands around every part of a call."""
        return tuple(name for name in self.inside if name != "helped")

    @property
    def facts(self) -> dict[str, Any]:
        return self.came.turn.facts

    @property
    def asked(self) -> State:
        """The place where this question was asked first, before the failures that led here."""
        failed = isinstance(self.wait, Wait) and self.wait.failures != FailureCounts()
        return self.before.asked if failed and self.before and self.before.name == self.name else self

    @property
    def path(self) -> list[Edge]:
        """Every step from the beginning of the call to here."""
        return [*(self.before.path if self.before else ()), self.came]


@dataclass(frozen=True, slots=True)
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

    @property
    def marks(self) -> set[str]:
        """What happened in the turn: outcomes, and answers as `question=answer`."""
        return {*self.turn.outcomes, *answers(self.turn.steps)}


def answers(steps: Iterable[Any]) -> set[str]:
    """Of some steps, the values that were chosen."""
    return {f"{step[1]}={step[3]}" for step in steps if step[0] == "answer" and step[2] == "value"}


@dataclass
class Graph:
    """States and edges, and how the line is entered.

    `opened`: so many states were left by every way. `sample`: of so many it is tried whether they are the same in
    English.
    """

    states: list[State] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    entries: list[Edge] = field(default_factory=list)
    known: dict[Any, int] = field(default_factory=dict)
    opened: int = 0
    sample: int = 100
    _out: dict[int, list[Edge]] = field(default_factory=dict)

    def out(self) -> dict[int, list[Edge]]:
        """The edges that leave each state."""
        if not self._out:
            self._out = defaultdict(list)
            for edge in self.edges:
                self._out[edge.source].append(edge)
        return self._out

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


def explore(
    begins: list[Beginning],
    tick: Callable[[Graph], None] = lambda graph: None,
    most: int = 60_000,
    quick: bool = False,
    onward: bool = False,
) -> Graph:
    """Every place that these beginnings can reach, until `most` are opened.

    A wrong key after a silence, or a silence after a wrong key, is followed at the nearest place of each question only:
    the two counters belong to the question, wherever it is asked. `quick` leaves these mixed failures out everywhere;
    `onward` leaves out all failures and ways back, which is enough for a map.
    """
    gc.disable()
    graph = Graph()
    for begin in begins:
        for _, turn in every_turn(begin, begin.past, None):
            graph.entries.append(_arrive(graph, begin, None, LED if begin.past else "dials", turn))
    mixing: dict[tuple[str, ...], State] = {}
    while graph.opened < min(most, len(graph.states)):
        state = graph.states[graph.opened]
        mixes = not quick and mixing.setdefault((state.name, *state.flows[-1:]), state.asked) is state.asked
        for labels, keyed in decisions(state.wait):
            if onward and not _leads_on(state.wait, keyed):
                continue
            for _, turn in every_turn(state.begin, state.past, keyed):
                if mixes or not is_mixed(state.wait, turn):
                    graph.edges += [_arrive(graph, state.begin, state, label, turn) for label in labels]
        graph.opened += 1
        if graph.opened % 200 == 0:
            _sweep()
        tick(graph)
    return graph


def _leads_on(wait: Wait | Dial | Announcement, keyed: Input) -> bool:
    if not isinstance(wait, Wait) or keyed.recorded is not None:
        return True
    (decision, _), _ = wait.prompt.decide(keyed.keys, wait.failures, NOON)
    return decision in ONWARD


def _sweep() -> None:
    """Signals leave circles of frames behind; the graph itself is no garbage, and is not looked through again."""
    gc.collect()
    gc.freeze()


def is_mixed(wait: Wait | Dial | Announcement, turn: Turn) -> bool:
    """A wrong key after a silence, or silence after a wrong key: the counts are independent of one another."""
    decision = turn.steps[0][2] if turn.steps else ""
    if not isinstance(wait, Wait) or decision not in ("silence", "wrong"):
        return False
    return (wait.failures.no_matches if decision == "silence" else wait.failures.no_inputs) > 0


def _arrive(graph: Graph, begin: Beginning, at: State | None, label: str, turn: Turn) -> Edge:
    source = at.number if at else BEFORE
    if turn.failure or turn.wait is None:
        return Edge(source, label, turn, FAILED if turn.failure else HUNG_UP)
    key = (begin.root_flow.__name__, turn.key)
    if key in graph.known:
        return Edge(source, label, turn, graph.known[key])
    number = graph.known[key] = len(graph.states)
    edge, past = Edge(source, label, turn, number), (at.past if at else begin.past) + turn.steps
    graph.states.append(State(number, turn.wait, begin, past, edge, at, at.depth + 1 if at else 1))
    return edge
