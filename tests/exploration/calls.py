"""A fault as a call: what to press in the terminal phone, and a dialogue test."""

from __future__ import annotations

from tests.exploration.graph import Edge, Graph


def way(graph: Graph, edge: Edge) -> list[Edge]:
    """Every turn from the beginning of the call to this one."""
    return [*(graph.states[edge.source].path if edge.source >= 0 else ()), edge]


def presses(graph: Graph, edge: Edge) -> str:
    """The keys in order, with what the back end answered in brackets."""
    turns = [(one.label, [done for done in one.turn.outcomes if not done.endswith("kept")]) for one in way(graph, edge)]
    return " → ".join(label + (f" [{', '.join(done)}]" if done else "") for label, done in turns if label != "passed")


def test_of(graph: Graph, edge: Edge, name: str) -> str:
    """The call as a dialogue test to be put into tests/call_flows."""
    lines = [f"def test_{name}(line, caller):", "    caller.dials(HAIYUN, BORROWED)"]
    for one in way(graph, edge):
        if one.turn.outcomes:
            lines.append(f"    # the back end: {', '.join(one.turn.outcomes)}")
        lines.append({"dials": "", "passed": "", "silence": "    caller.waits()"}.get(one.label, f'    caller.enters("{one.label}")'))  # fmt: skip
    return "\n".join(line for line in lines if line)
