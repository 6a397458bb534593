"""A fault as a call: what to type at the terminal phone, and what the outside answered on the way."""

from __future__ import annotations

import shlex

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
    typed += ["" if one.label == "silence" else one.label for one in way(graph, edge) if one.label not in NOT_TYPED]
    return f"printf '%s\\n' {shlex.join(typed)} | make phone"
