"""What was found, as a page: sizes, properties, goals, and which planted faults were found."""

from __future__ import annotations

from collections import Counter

from call_flows.agent import rescue
from call_flows.line_switched import closed, to_person
from call_flows.welcome import answer
from tests.exploration import goals
from tests.exploration.calls import command, presses
from tests.exploration.driving import START, Beginning
from tests.exploration.finding import Fault
from tests.exploration.goals import Goal
from tests.exploration.goals_elsewhere import PROPERTIES_ELSEWHERE
from tests.exploration.graph import Graph
from tests.exploration.properties import PROPERTIES

INTRODUCTION = """# Exploration

`make explore` drives the real flows through every key, silence, wrong entry and answer of the outside, checks what
must hold at every place, measures the goals of a good dialogue, and plants faults to see whether it would find them.
This page is written by it.

A *place* is where the line waits, with all that decides what can follow. A *step* is one thing that happened there,
with what the outside answered, and leads to the next place. Words and language are no part of a place.
"""
PROPERTIES_ARE = """## What must hold

Checked at every place and step, unless it says that a test proves it. `P` and `G` are the numbers of properties and
goals."""
GOALS_ARE = """## Goals

Seconds are of the model of speech in `ivr/checks/speech_timeline.py`; keys are those of the shortest way. A goal that
is marked *held* makes the exploration fail when it is missed; the others are measured."""
FAULTS_ARE = """## Planted faults

Each is an edit of a flow, of the engine or of the words, in memory only."""


def beginnings() -> list[Beginning]:
    """A new caller and one whose language is known, also on a line that operations have switched; and the story after a
    fault of ours.
    """
    both = (START, {**START, "remembered": True})
    return [
        *(Beginning(answer, facts) for facts in both),
        *(Beginning(story, {**facts, "switched": None}) for story in (to_person, closed) for facts in both),
        Beginning(rescue, START),
    ]


def page(graph: Graph, found: list[Fault], measured: list[Goal], planted: list[tuple[str, str]]) -> str:
    """The whole report. Without times, so that the same code writes the same page."""
    depth = max(state.depth for state in graph.states)
    sizes = f"{len(graph.states)} places, {len(graph.edges)} steps, at most {depth} turns deep; {len(found)} faults."
    held = [f"| {name} | {_verdict(name, found)} |" for name in PROPERTIES]
    held += [f"| {name} | {where} |" for name, where in PROPERTIES_ELSEWHERE.items()]
    parts = [INTRODUCTION.strip(), sizes, _table(("Flow", "Places"), _flows(graph))]
    parts += [PROPERTIES_ARE, _table(("Property", "Verdict"), held)]
    parts += [GOALS_ARE, _table(("Goal", "Target", "Mandarin", "English", ""), goals.table(measured))]
    if planted:
        killed = sum(bool(by) for _, by in planted)
        rows = [f"| {what} | {_plain(by) or '**not found**'} |" for what, by in planted]
        share = f"{killed} of {len(planted)} were found ({100 * killed / len(planted):.0f} %)."
        parts += [FAULTS_ARE, share, _table(("Fault", "Found by"), rows)]
    return "\n\n".join(parts) + "\n"


def describe(graph: Graph, fault: Fault) -> str:
    """A fault with its shortest call."""
    return f"{fault.property}: {fault.what}\n  {presses(graph, fault.edge)}\n  {command(graph, fault.edge)}\n"


def _table(head: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])


def _verdict(name: str, found: list[Fault]) -> str:
    broken = Counter(fault.property for fault in found)
    count = sum(broken[one.rstrip(",")] for one in name.replace("P4-P6", "P4, P5, P6").split())
    return f"{count} faults" if count else "holds"


def _plain(text: str) -> str:
    return text[:110].replace("|", "/")


def _flows(graph: Graph) -> list[str]:
    count = Counter(state.flows[1] if len(state.flows) > 1 else "welcome" for state in graph.states)
    deeper = Counter(state.flows[2] for state in graph.states if len(state.flows) > 2)
    return [f"| {flow} | {number} |" for flow, number in (count + deeper).most_common()]
