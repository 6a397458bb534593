"""Planted faults against the explorer: which of them are found, and by what.

A fault is looked for where it is: the exploration begins at the places where the functions of its module wait, and at
the places just before; first once for each way on from there, then once for each way there. Then it goes on as far as
it may.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from dataclasses import replace

from ivr.speech.catalogue import CatalogueError
from tests.exploration import words
from tests.exploration.driving import Beginning, play
from tests.exploration.faults_of_calls import OF_CALLS
from tests.exploration.faults_of_engine import OF_ENGINE
from tests.exploration.faults_of_money import OF_MONEY
from tests.exploration.graph import Graph, State, explore
from tests.exploration.mutants import Mutant, planted
from tests.exploration.properties import PROPERTIES
from tests.exploration.report import beginnings

MUTANTS = [*OF_CALLS, *OF_MONEY, *OF_ENGINE]
WANTED = 0.95
FEW = 60
FURTHER = (FEW, 150, 1500)
"""Places that are opened beyond those that it begins at: first a few, then many."""
Begins = tuple[list[Beginning], ...]
"""Where to begin: at the nearest few places; at each way on from the module; at each way there."""


def near(graph: Graph, module: str) -> Begins:
    """Where to begin; a module that waits nowhere (the engine's) is everywhere."""
    inner: dict[object, State] = {}
    whole: dict[object, State] = {}
    everywhere: dict[object, State] = {}
    for state in graph.states:
        modules, situation = state.came.turn.modules, _situation(state)
        everywhere.setdefault((state.inside, *situation), state)
        if module in modules:
            inner.setdefault((state.inside[modules.index(module) :], *situation), state)
            whole.setdefault((state.inside, *situation), state)
    first = _as_beginnings(inner.values()) if whole else beginnings()
    return first[:FEW], first, _as_beginnings((whole or everywhere).values())


def _situation(state: State) -> tuple[object, ...]:
    return (state.name, "customer" in state.facts, state.facts.get("refused"))


def _as_beginnings(states: Iterable[State]) -> list[Beginning]:
    """The places, each with the place before it, nearest first; before the first place there is the call itself."""
    begins = {}
    for state in sorted(states, key=lambda state: state.number):
        for at in (state.before, state):
            begins[at.number if at else id(state.begin)] = replace(state.begin, past=at.past) if at else state.begin
    return list(begins.values())


def found_by(mutant: Mutant, begins: Begins) -> str:
    """The first property that a planted fault breaks; empty when it lives."""
    words.forget()
    try:
        with planted(mutant):
            return _first_fault(begins)
    except CatalogueError as refused:
        return f"the line does not start: {refused}"


def found_unplanted(module: str, begins: Begins) -> str:
    """What is found around a module in which nothing is planted: then no fault there is proved to be found."""
    words.forget()
    by = _first_fault(begins[:2])
    return f"{module}: {by}" if by else ""


def _first_fault(begins: Begins) -> str:
    """What is found first, beginning at few places and then at more."""
    tries = zip(begins, FURTHER, strict=False)
    return next((by for there, further in tries if (by := _fault_near(there, further))), "")


def _fault_near(begins: list[Beginning], further: int) -> str:
    """Where the fault itself bars the way to a place, that place is left out."""
    there = [begin for begin in begins if not play(begin, begin.past, None).failure]
    graph = explore(there, quick=True, most=len(there) + further)
    found = (f"{fault.property}: {fault.what}" for holds in PROPERTIES.values() for fault in holds(graph))
    return next(found, "")


class Planting:
    """All planted faults, tried beside whatever else is done.

    `false_alarms`: what is found around modules in which nothing is planted. There is none, or the results prove
    nothing.
    """

    def __init__(self, graph: Graph, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.false_alarms: list[str] = []
        places = {mutant.module: near(graph, mutant.module) for mutant in MUTANTS}
        self.pool = multiprocessing.get_context("fork").Pool(2, maxtasksperchild=4)
        self.tried = [self.pool.apply_async(found_by, (mutant, places[mutant.module])) for mutant in MUTANTS]
        distinct = {repr([one.past for one in begins[1]]): module for module, begins in places.items()}
        self.unplanted = [self.pool.apply_async(found_unplanted, (one, places[one])) for one in distinct.values()]

    def results(self) -> list[tuple[str, str]]:
        """What became of each: what it is, and what found it (empty: nothing)."""
        found = []
        for number, (mutant, tried) in enumerate(zip(MUTANTS, self.tried, strict=True), 1):
            by = tried.get()
            self.tell(f"{number} of {len(MUTANTS)} planted: {mutant.what}: {by[:80] or 'NOT FOUND'}")
            found.append((mutant.what, by))
        self.false_alarms = [by for tried in self.unplanted if (by := tried.get())]
        for by in self.false_alarms:
            self.tell(f"nothing was planted, and yet it was found: {by}")
        self.pool.close()
        return found


def enough(planted: list[tuple[str, str]]) -> bool:
    """Whether enough of them were found; none planted is enough."""
    return sum(bool(by) for _, by in planted) >= WANTED * len(planted)
