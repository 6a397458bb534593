"""Two calls that must be the same call: told once or twice, in either language, ahead or step by step, known or unknown."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from ivr.engine.call import Wait
from ivr.engine.playing import Input
from ivr.engine.prompts import Menu
from tests.exploration.driving import Beginning, Turn, play
from tests.exploration.finding import Fault
from tests.exploration.graph import Edge, Graph, State, Step, explore

SAMPLE = 600
chance = random.Random(20261123)


def p10_the_same_again(graph: Graph) -> Iterator[Fault]:
    """A sample: the turn after the same past is the same turn, in its wait, its words and its facts."""
    for edge in _sample([one for one in graph.edges if one.target >= 0]):
        state = graph.states[edge.source]
        again = play(state.begin, state.past + edge.turn.steps, None)
        if (again.key, again.lines, again.facts) != (edge.turn.key, edge.turn.lines, edge.turn.facts):
            yield Fault(
                "P10", f"told again, {state.name} goes on as {again.wait.name if again.wait else again.failure}", edge
            )


def p17_unknown_sounds_like_known(graph: Graph) -> Iterator[Fault]:
    """From an account and from no account the same keys lead through the same words, turn by turn."""
    out = graph.out()
    for source in {edge.source for edge in graph.edges if "find_account: account" in edge.turn.outcomes}:
        known, unknown = (
            [edge for edge in out[source] if f"find_account: {what}" in edge.turn.outcomes]
            for what in ("account", "no account")
        )
        for one, other in zip(known, unknown, strict=True):
            yield from _differences(graph, out, one, other)


def _differences(graph: Graph, out: dict[int, list[Edge]], one: Edge, other: Edge) -> Iterator[Fault]:
    """In lockstep from two edges; what may differ is only what a verdict allows."""
    seen, open_ = {(one.target, other.target)}, [(one, other)]
    while open_:
        one, other = open_.pop()
        if _heard(one.turn) != _heard(other.turn):
            yield Fault("P17", f"known hears {_heard(one.turn)}, unknown hears {_heard(other.turn)}", one)
            return
        if "judge: verified" in one.turn.outcomes or min(one.target, other.target) < 0 or one.target == other.target:
            continue
        if not (out.get(one.target) and out.get(other.target)):  # beyond what was explored
            continue
        mine, theirs = _by_event(out[one.target]), _by_event(out[other.target])
        for event in mine.keys() | theirs.keys():
            if event not in mine or event not in theirs:
                yield Fault("P17", f"only one of known and unknown can go on with {event}", one)
                return
            pair = (mine[event].target, theirs[event].target)
            if pair not in seen:
                seen.add(pair)
                open_.append((mine[event], theirs[event]))


def _by_event(edges: list[Edge]) -> dict[Any, Edge]:
    return {(edge.label, edge.turn.outcomes): edge for edge in edges}


def _heard(turn: Turn) -> tuple[Any, ...]:
    return (turn.wait.name if turn.wait else None, tuple(line.id for line in turn.lines))


def p23_the_same_in_english(graph: Graph) -> Iterator[Fault]:
    """Whoever begins in English passes the same places by the same steps."""
    begins = list({id(state.begin): state.begin for state in graph.states}.values())
    english = graph.english() if graph.english else steps_in_english(begins, graph.most, graph.quick)
    for edge, here, there in zip(graph.edges, graph.steps, english, strict=False):
        if here != there:
            yield Fault("P23", f"in English {there[1]} leads elsewhere", edge)
            return
    if len(graph.edges) != len(english):
        yield Fault("P23", f"{len(graph.edges)} steps in Mandarin, {len(english)} in English", graph.edges[-1])


def steps_in_english(begins: list[Beginning], most: int, quick: bool) -> list[Step]:
    """The graph of callers who begin in English."""
    return explore([Beginning(one.story, one.facts, "en") for one in begins], most=most, quick=quick).steps


def p24_ahead_is_step_by_step(graph: Graph) -> Iterator[Fault]:
    """A sample of two keys at menus: typed at once they lead where they lead one by one."""
    out = graph.out()
    pairs = [
        (first, second)
        for first in graph.edges
        if _is_key(graph.states[first.source], first) and first.target >= 0 and not first.turn.outcomes
        for second in out[first.target]
        if _is_key(graph.states[first.target], second) and second.target >= 0 and not second.turn.outcomes
    ]
    for first, second in _sample(pairs):
        state = graph.states[first.source]
        at_once = play(state.begin, state.past, Input(first.label + second.label))
        if _heard(at_once)[0] != _heard(second.turn)[0]:
            yield Fault("P24", f"{first.label}{second.label} at {state.name} leads to {_heard(at_once)[0]}", second)


def _is_key(state: State, edge: Edge) -> bool:
    wait = state.wait
    return isinstance(wait, Wait) and isinstance(wait.prompt, Menu) and wait.prompt.type_ahead and edge.decision == "value" and wait.tries.wrongs == 0  # fmt: skip


def _sample(population: list[Any]) -> list[Any]:
    return chance.sample(population, min(SAMPLE, len(population)))
