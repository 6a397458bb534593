"""A fault as a call: what to type at the terminal phone, and what the outside answered on the way."""

from __future__ import annotations

import shlex

from ivr.engine.prompts import Record
from ivr.engine.waits import Wait
from tests.exploration.graph import LED, Edge, Graph

NOT_TYPED = {"dials", LED, "passed", "accepted", "declined", "busy", "no-answer", "failed"}


def way(graph: Graph, edge: Edge) -> list[Edge]:
    """Every turn from the beginning of the call to this one."""
    return [*(graph.states[edge.source].path if edge.source >= 0 else ()), edge]


def presses(graph: Graph, edge: Edge) -> str:
    """The keys in order, with what the back end answered in brackets."""
    turns = [(one.label, [done for done in one.turn.outcomes if not done.endswith("kept")]) for one in way(graph, edge)]
    return " → ".join(label + (f" [{', '.join(done)}]" if done else "") for label, done in turns if label != "passed")


def command(graph: Graph, edge: Edge) -> str:
    """The same keys typed into the terminal phone, which first chooses a language; an empty line is silence.

    The answers in brackets are the lab's to give.
    """
    known = edge.source >= 0 and graph.states[edge.source].begin.facts.get("remembered")
    typed = ["1"] if known else []
    typed += [line for one in way(graph, edge) if one.label not in NOT_TYPED for line in _lines(graph, one)]
    return f"printf '%s\\n' {shlex.join(typed)} | make phone"


def _lines(graph: Graph, edge: Edge) -> list[str]:
    """What is typed for one turn; into a recording words, then what ends it."""
    wait = graph.states[edge.source].wait
    recording = isinstance(wait, Wait) and isinstance(wait.prompt, Record)
    if edge.label.startswith("speaks"):
        return ["say something", edge.label.removeprefix("speaks").strip()]
    return ["", ""] if recording and edge.label == "silence" else ["" if edge.label == "silence" else edge.label]
