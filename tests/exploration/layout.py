"""Where the boxes of a call map stand: in layers from the greeting down, each layer in the order of its neighbours."""

from __future__ import annotations

from collections import defaultdict

SWEEPS = 12
Edges = list[tuple[str, str]]


def layers(nodes: list[str], edges: Edges, first: str, last: str) -> list[list[str]]:
    """Rows of node names: each node one row below the nearest that leads to it, `last` at the bottom."""
    after = defaultdict(list)
    for one, other in edges:
        after[one].append(other)
    depth, row = {first: 0}, [first]
    while row:
        reached = list(dict.fromkeys(other for one in row for other in after[one] if other not in depth))
        depth.update(dict.fromkeys(reached, depth[row[0]] + 1))
        row = reached
    deepest = max((place for node, place in depth.items() if node != last), default=0)
    rows: list[list[str]] = [[] for _ in range(deepest + 2)]
    for node in nodes:
        rows[deepest + 1 if node == last else depth.get(node, deepest)].append(node)
    return _ordered([row for row in rows if row], edges)


def _ordered(rows: list[list[str]], edges: Edges) -> list[list[str]]:
    """Every row sorted by the mean place of its neighbours, down and up, until it has settled."""
    near = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            place = {node: (number + 0.5) / len(other) for other in rows for number, node in enumerate(other)}
            centre = {
                node: sum(place[one] for one in near[node]) / len(near[node]) if near[node] else place[node]
                for node in row
            }
            row.sort(key=lambda node: (centre[node], node))
    return rows
