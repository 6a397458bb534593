"""Two calls that must be the same call: told once or twice, in either language, ahead or step by step, known or
unknown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ivr.engine.live_turn import Input
from ivr.engine.prompts import Ask, Menu, Record
from ivr.engine.waits import FILLER, Wait
from tests.exploration.driving import ASKED, TOKENS, Turn, decisions, every_turn, inputs, play
from tests.exploration.finding import Fault
from tests.exploration.graph import Edge, Graph, State, is_mixed

AHEAD = {name: tokens[0] for name, tokens in TOKENS.items()}
SEED, SAMPLE = 20261123, 600


def p10_the_same_again(graph: Graph) -> Iterator[Fault]:
    """A sample: the turn after the same past is the same turn, in its wait, its words and its facts."""
    for edge in _sample([one for one in graph.edges if one.target >= 0]):
        state = graph.states[edge.source]
        again = play(state.begin, state.past + edge.turn.steps, None)
        if (again.key, again.lines, again.facts) != (edge.turn.key, edge.turn.lines, edge.turn.facts):
            yield Fault(
                "P10", f"told again, {state.name} goes on as {again.wait.name if again.wait else again.failure}", edge
            )


def a_filler_changes_nothing(graph: Graph) -> Iterator[Fault]:
    """A sample of turns that reach outside: while it is slow, the next turn goes on as this one would have."""
    for edge in _sample([one for one in graph.edges if one.turn.outcomes and one.target >= 0])[:150]:
        state = graph.states[edge.source]
        keyed = dict(inputs(state.wait))[edge.label]
        for script, quick in every_turn(state.begin, state.past, keyed):
            held = play(state.begin, state.past, keyed, script, slow=True)
            if held.wait is not FILLER:
                continue
            rest = script[len(held.outcomes) :]
            slow = play(state.begin, state.past + held.steps, Input(), rest, after_filler=True)
            if (slow.key, slow.lines, slow.facts) != (quick.key, quick.lines, quick.facts):
                yield Fault("G25", f"after a word {state.name} goes on as {slow.wait}, not as {quick.wait}", edge)


LIKE = {
    "find_account: account": ("find_account: no account",),
    "check_tail: right": ("check_tail: wrong",),
    "check_pin: right": ("check_pin: wrong",),
    "check_code: right": ("check_code: wrong",),
    "weigh: untold owner": ("weigh: untold nobody",),
    "stage_of: in-review": ("stage_of: unknown",),
    "standing: active": ("standing: frozen", "standing: closed", "standing: no mobile"),
}
"""What is found out about a caller before there is a verdict, and what must sound the same as it."""
VERDICT = {"judge: verified", "weigh: owner"}
SILENT = {"keep_freeze: kept"}
"""Written for whoever proved something, and heard by nobody."""


def p17_unknown_sounds_like_known(graph: Graph) -> Iterator[Fault]:
    """No account, a wrong tail, code or PIN, a frozen account: the same keys lead through the same words until a
    verdict.
    """
    for edges in graph.out().values():
        by_event = _by_event(edges)
        for one in edges:
            for known in _found_out(one.turn):
                for unknown in LIKE[known]:
                    swapped = tuple(unknown if done == known else done for done in one.turn.outcomes)
                    other = by_event.get((one.label, swapped))
                    if other is None:
                        yield Fault("P17", f"{known} goes on as {unknown} cannot", one)
                    else:
                        yield from _differences(graph, graph.out(), one, other)


THE_NUMBER_THAT_RINGS, A_NUMBER = "find_account_of_caller: ", "find_account: "
"""Outcomes of the two ways to say whose account is meant."""


def p28_the_number_that_rings_proves_nothing(graph: Graph) -> Iterator[Fault]:
    """Whoever takes the number that rings, which can be forged, gets as far as by keying that number, and no further:
    the same words, and the same place."""
    for edges in graph.out().values():
        keyed = {edge.turn.outcomes: edge for edge in edges if any(A_NUMBER in done for done in edge.turn.outcomes)}
        for edge in edges:
            if not any(THE_NUMBER_THAT_RINGS in done for done in edge.turn.outcomes):
                continue
            outcomes = tuple(done.replace(THE_NUMBER_THAT_RINGS, A_NUMBER) for done in edge.turn.outcomes)
            other = keyed.get(outcomes)
            if other is None or (edge.target, _heard(edge.turn)) != (other.target, _heard(other.turn)):
                yield Fault("P28", "the number that rings leads to another place or to other words", edge)


def _found_out(turn: Turn) -> set[str]:
    """What this turn found out about somebody who has proved nothing; how an account stands is for its owner to hear.

    Of a reference it is told, until many were guessed.
    """
    if not VERDICT.isdisjoint(turn.outcomes):
        return set()
    weighed = any(done.startswith("weigh") for done in turn.outcomes)
    public = set() if weighed else {"standing: active"}
    public |= set() if "may_be_told: untold" in turn.outcomes else {"stage_of: in-review"}
    return (LIKE.keys() & set(turn.outcomes)) - public


def _differences(graph: Graph, out: dict[int, list[Edge]], one: Edge, other: Edge) -> Iterator[Fault]:
    """In lockstep from two edges; what may differ is only what a verdict allows."""
    seen, open_ = {(one.target, other.target)}, [(one, other)]
    while open_:
        one, other = open_.pop()
        if _heard(one.turn) != _heard(other.turn):
            yield Fault("P17", f"known hears {_heard(one.turn)}, unknown hears {_heard(other.turn)}", one)
            return
        if not VERDICT.isdisjoint(one.turn.outcomes) or min(one.target, other.target) < 0 or one.target == other.target:
            continue
        if not (out.get(one.target) and out.get(other.target)):  # beyond what was explored
            continue
        mine, theirs = _by_event(out[one.target]), _by_event(out[other.target])
        for event in mine.keys() | theirs.keys():
            if event not in mine or event not in theirs:
                followed = mine.get(event) or theirs[event]
                if is_mixed(graph.states[followed.source].wait, followed.turn):
                    continue  # the explorer follows these at the nearest place only
                yield Fault("P17", f"only one of known and unknown can go on with {event}", one)
                return
            pair = (mine[event].target, theirs[event].target)
            if pair not in seen:
                seen.add(pair)
                open_.append((mine[event], theirs[event]))


def _by_event(edges: list[Edge]) -> dict[Any, Edge]:
    return {(edge.label, tuple(done for done in edge.turn.outcomes if done not in SILENT)): edge for edge in edges}


def _heard(turn: Turn) -> tuple[Any, ...]:
    return (turn.wait.name if turn.wait else None, tuple(line.id for line in turn.lines))


def p23_the_same_in_english(graph: Graph) -> Iterator[Fault]:
    """Whoever speaks English passes the same places by the same steps: at the nearest place of each question, and a
    sample."""
    out = graph.out()
    opened = graph.states[: graph.opened]
    nearest = {(state.inside, state.name): state for state in reversed(opened)}
    for state in {state.number: state for state in (*nearest.values(), *_sample(opened, graph.sample))}.values():
        begin, past = replace(state.begin, language="en"), _in_english(state.past)
        there = {
            (label, turn.outcomes): turn.key
            for labels, keyed in decisions(state.wait)
            for _, turn in every_turn(begin, past, keyed)
            for label in labels
        }
        for edge in out[state.number]:
            if there.get((edge.label, edge.turn.outcomes), b"nowhere") != edge.turn.key:
                yield Fault("P23", f"in English {edge.label} at {state.name} leads elsewhere", edge)
                return


def _in_english(past: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same calls, but English is chosen."""
    chosen = ["answer", "choose-language", "value"]
    return tuple([*chosen, "english"] if step[:3] == chosen else step for step in past)


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
        if at_once.key != second.turn.key:
            yield Fault("P24", f"{first.label}{second.label} at {state.name} leads to {_heard(at_once)[0]}", second)


def p24_nothing_ahead_confirms_or_proves(graph: Graph) -> Iterator[Fault]:
    """A sample: what is typed ahead of a personal entry, or of a yes that acts, is not taken for an answer to it."""
    guarded = [
        edge
        for edge in graph.edges
        if _is_key(graph.states[edge.source], edge)
        and isinstance(edge.turn.wait, Wait)
        and not edge.turn.wait.prompt.type_ahead
    ]
    for edge in _sample(guarded):
        state, ahead = graph.states[edge.source], AHEAD.get(edge.turn.wait.name, "1")
        for script, step_by_step in every_turn(state.begin, state.past, Input(edge.label)):
            if getattr(step_by_step.wait, "name", "") != edge.turn.wait.name:
                continue  # another answer of the outside leads to a question that may be answered ahead
            if play(state.begin, state.past, Input(edge.label + ahead), script).key != step_by_step.key:
                yield Fault("P24", f"{ahead} typed ahead of {edge.turn.wait.name} is taken for an answer", edge)


def p24_a_key_from_before_its_question_answers_nothing(graph: Graph) -> Iterator[Fault]:
    """A key that comes at once, for Twilio kept it: at an acting yes, a read-back, a proof it is no answer, and no
    failure.

    Nor is a `#` at once an answer to an entry, whether the platform tells of it or not: it was pressed after the last
    one.
    """
    for state in graph.states[: graph.opened]:
        if not isinstance(state.wait, Wait) or isinstance(state.wait.prompt, Record):
            continue
        entry = isinstance(state.wait.prompt, Ask)
        keys = ["#", None] if entry else []
        if not state.wait.prompt.type_ahead:
            keys += [AHEAD[state.name]] if entry else list("12345")
        for key in keys:
            turn = play(state.begin, state.past, Input(key, at=0.0), before=ASKED)
            if turn.key != state.came.turn.key:
                yield Fault("P24", f"{key or 'a # untold'} from before {state.name} is taken for an answer", state.came)


def _is_key(state: State, edge: Edge) -> bool:
    wait = state.wait
    return (
        isinstance(wait, Wait)
        and isinstance(wait.prompt, Menu)
        and wait.prompt.type_ahead
        and edge.decision == "value"
        and wait.failures.no_matches == 0
    )


def _sample(population: list[Any], size: int = SAMPLE) -> list[Any]:
    """The same choice in each run."""
    return random.Random(SEED).sample(population, size) if size < len(population) else population
