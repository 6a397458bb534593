"""Where the ways lead: no dead end, no nagging, no endless round."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine.prompts import Ask
from ivr.engine.waits import Announcement, Dial, Wait
from tests.exploration.finding import PERSON, Fault, circles, is_switched, reaches_person, with_a_person
from tests.exploration.graph import HUNG_UP, Edge, Graph, State


def p14_twice_back_is_the_main_menu(graph: Graph) -> Iterator[Fault]:
    """`*`, and `*` again at once: the main menu, from every menu before a person was asked for."""
    out = graph.out()
    for first in graph.edges:
        if first.decision != "back" or first.target < 0 or with_a_person(graph.states[first.target]):
            continue
        for second in out[first.target]:
            at = graph.states[second.target].name if second.target >= 0 else "no place"
            if second.decision == "back" and at != "main-menu":
                yield Fault("P14", f"** from {graph.states[first.source].name} leads to {at}", second)


def p14_main_is_the_main_menu(graph: Graph) -> Iterator[Fault]:
    """`**#` in an entry: the main menu, before a person was asked for."""
    for edge in graph.edges:
        at = graph.states[edge.target].name if edge.target >= 0 else "no place"
        if edge.decision == "main" and not with_a_person(graph.states[edge.source]) and at != "main-menu":
            yield Fault("P14", f"**# at {graph.states[edge.source].name} leads to {at}", edge)


OFFERED = {"voice-note": "voice-note-offer"}
"""A question that was offered by another one: `*` declines it there."""


def p14_back_is_one_level(graph: Graph) -> Iterator[Fault]:
    """`*` leads to the choice that opened this; at a read-back, to the entry that is read back."""
    asks = {one for state in graph.states if isinstance(state.wait, Wait) and isinstance(one := state.wait.prompt, Ask)}
    entries = {ask.readback.name: ask.name for ask in asks if ask.readback} | OFFERED
    for edge in graph.edges:
        if edge.decision != "back" or edge.target < 0:
            continue
        state, after = graph.states[edge.source], graph.states[edge.target]
        if state.name in entries:
            wrong = after.name != entries[state.name]
        else:
            level = state.came.turn.opened_by
            twice = "back" in (state.came.decision, *(step[2] for step in state.past[-1:]))
            wrong = bool(level) and not with_a_person(state) and not twice and after.inside[-1] != level
        if wrong:
            yield Fault("P14", f"* at {state.name} leads to {after.name}", edge)


def p9_what_is_read_back_is_asked(graph: Graph) -> Iterator[Fault]:
    """An entry that has a read-back is followed by it."""
    for edge in graph.edges:
        wait, after = graph.states[edge.source].wait, edge.turn.wait
        if isinstance(wait, Wait) and isinstance(wait.prompt, Ask) and wait.prompt.readback:
            asked = after.name if after else "nothing"
            if edge.decision in ("value", "sealed") and asked != wait.prompt.readback.name:
                yield Fault("P9", f"{wait.name} is followed by {asked}", edge)


ENDINGS = {
    ("was-it-solved", "yes"): {"anything-else"},
    ("was-it-solved", "no"): {"not-solved"},
    ("not-solved", "person"): PERSON,
    ("anything-else", "more"): {"main-menu"},
    ("anything-else", "end"): {"the end"},
    ("case-open", "more"): {"main-menu"},
    ("case-open", "end"): {"the end"},
}
"""What the answers at the end of a task lead to, in one step."""


def p2_no_dead_end(graph: Graph) -> Iterator[Fault]:
    """From every place a person, the end of the call and, before a person was asked for, the main menu.

    A place that was not opened, because the exploration was cut short, is given the benefit of the doubt.
    """
    out = graph.out()
    unopened = set(range(graph.opened, len(graph.states)))
    for what, goals in {
        "a person": {state.number for state in graph.states if state.name in PERSON},
        "the main menu": {state.number for state in graph.states if state.name == "main-menu"},
        "the end of the call": {HUNG_UP},
    }.items():
        good = graph.reaching(goals | unopened)
        for state in graph.states:
            last_resort = (with_a_person(state) or is_switched(state)) and what != "the end of the call"
            if state.number not in good and not last_resort:
                yield Fault("P2", f"{what} cannot be reached from {state.name}", state.came)
    for state in graph.states:
        if not out[state.number] and state.number not in unopened:
            yield Fault("P2", f"nothing follows {state.name}", state.came)


def p3_zero_is_a_person(graph: Graph) -> Iterator[Fault]:
    """`0` leads to a person in one step, from every menu and entry."""
    for edge in graph.edges:
        state = graph.states[edge.source]
        if edge.label in ("0", "0#", "speaks 0") and not with_a_person(state) and not reaches_person(graph, edge):
            yield Fault("P3", f"0 at {state.name} does not lead to a person", edge)


def p4_p5_no_nagging(graph: Graph) -> Iterator[Fault]:
    """Silence only, or wrong keys only, end at a person within three turns; with a person, the call ends."""
    out = graph.out()
    for kind, decisions in {"P4": ("silence", "gave-up"), "P5": ("wrong", "gave-up")}.items():
        depth: dict[int, float] = {}
        for state in graph.states:
            most = 12 if with_a_person(state) else 3
            steps = _steps(graph, out, state.number, decisions, kind == "P4", depth, set())
            if steps > most:
                yield Fault(kind, f"from {state.name} it takes {steps} turns", state.came)


def p6_an_entry_is_not_asked_for_ever(graph: Graph) -> Iterator[Fault]:
    """An entry that was taken, and is asked for again: it is said why, and there is an end of it."""
    for edge in graph.edges:
        before, after = graph.states[edge.source].wait, edge.turn.wait
        if edge.decision not in ("value", "secret", "sealed") or not isinstance(after, Wait):
            continue
        if isinstance(after.prompt, Ask) and after.name == before.name:
            if edge.source == edge.target:
                yield Fault("P6", f"{after.name} is asked for without end", edge)
            if not after.context:
                yield Fault("P6", f"{after.name} is asked for again, and nobody says why", edge)


def p14_the_end_of_a_task(graph: Graph) -> Iterator[Fault]:
    """Solved or not, a person, another question, goodbye: each answer leads where its words say."""
    for edge in graph.edges:
        state = graph.states[edge.source]
        wanted = ENDINGS.get((state.name, str(edge.turn.steps[0][3]))) if edge.turn.steps else None
        arrived = (
            "the end" if edge.target == HUNG_UP else graph.states[edge.target].name if edge.target >= 0 else "a fault"
        )
        if wanted and edge.decision == "value" and arrived not in wanted:
            yield Fault("P14", f"{edge.turn.steps[0][3]} at {state.name} leads to {arrived}", edge)


def p18_three_rounds(graph: Graph) -> Iterator[Fault]:
    """A refusal is never on a cycle, so nobody may try without end; no path has more than three.

    Tries at a freeze are counted outside of the call; when the count says so, a person is next.
    """
    circle = circles(graph.out())
    for edge in graph.edges:
        if "weigh: refused for good" in edge.turn.outcomes and not reaches_person(graph, edge):
            yield Fault("P18", "refused for good, and no end of it", edge)
        if "judge: refused" not in edge.turn.outcomes or edge.target < 0:
            continue
        past = [*graph.states[edge.source].past, *edge.turn.steps]
        refusals = sum(step[:2] == ["did", "identity.judge"] and step[3] is None for step in past)
        if (refusals > 2 and not reaches_person(graph, edge)) or circle[edge.source] == circle[edge.target]:
            yield Fault("P18", f"{refusals} refusals, and no end of it", edge)


def p19_closed_rings_nobody(graph: Graph) -> Iterator[Fault]:
    """An agent is rung only where one was found on duty in this turn, or another one was rung just before."""
    for edge in graph.edges:
        duty = [done for done in edge.turn.outcomes if done.startswith("duty")]
        after_another = edge.source >= 0 and isinstance(graph.states[edge.source].wait, Dial)
        if isinstance(edge.turn.wait, Dial) and duty[-1:] != ["duty: agents"] and not (after_another and not duty):
            yield Fault("P19", f"{duty[-1] if duty else 'nobody asked'}, and an agent is rung", edge)


def _steps(
    graph: Graph,
    out: dict[int, list[Edge]],
    start: int,
    decisions: tuple[str, ...],
    silent: bool,
    known: dict[int, float],
    on_way: set[int],
) -> float:
    """The most turns of this policy until a person (from there: until the end); infinite on a cycle."""
    if start in known or start < 0:
        return known.get(start, 0)
    if start in on_way:
        return float("inf")
    state = graph.states[start]
    mine = [edge for edge in out[start] if _follows(state, edge, decisions, silent)]
    worst = 0.0
    for edge in mine:
        arrived = not with_a_person(state) and reaches_person(graph, edge)
        cost = 0 if isinstance(state.wait, Announcement) else 1
        rest = 0 if arrived else _steps(graph, out, edge.target, decisions, silent, known, on_way | {start})
        worst = max(worst, cost + rest)
    known[start] = worst
    return worst


def _follows(state: State, edge: Edge, decisions: tuple[str, ...], silent: bool) -> bool:
    if not isinstance(state.wait, Wait):
        return edge.label in ("passed", "no-answer")
    return edge.decision in decisions and (edge.label == "silence") == silent
