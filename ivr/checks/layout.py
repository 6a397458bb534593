"""Places the boxes of a drawing in layers from the top down, and edges that never cross a box.

An edge that spans several layers bends in each layer between; edges to the same box share their bends, as tributaries
share a river. An edge that points up is laid out as if it pointed down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SWEEPS, SETTLING = 24, 8
Edge = tuple[str, str]
Near = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Plan:
    """The centre (pixels) and layer of every box and bend, and what each edge passes from its start to its end."""

    places: dict[str, tuple[float, int]]
    chains: dict[Edge, list[str]]


def plan(widths: dict[str, float], edges: list[Edge], first: str | None, bend: float) -> Plan:
    """Place boxes of these widths (gap included); a box that `first` does not lead to stands as low as it can."""
    up = _upward(widths, edges)
    after, before = _both_ways([edge[::-1] if edge in up else edge for edge in edges])
    layer = _layers(list(widths), after, before, first)
    layer |= {
        node: max(layer.values()) for node in widths if first is not None and all(one != node for one, _ in edges)
    }
    return plan_in(layer, widths, edges, bend)


def plan_in(layer: dict[str, int], widths: dict[str, float], edges: list[Edge], bend: float) -> Plan:
    """Place boxes in the given layers (0 is the top one)."""
    chains = {edge: _chain(edge, layer) for edge in edges}
    links = [pair for chain in chains.values() for pair in zip(chain, chain[1:], strict=False)]
    layer = layer | {one: int(one.split("|")[2]) for pair in links for one in pair if "|" in one}
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for one, row in layer.items():
        rows[row].append(one)
    wide = {one: widths.get(one, bend) for one in layer}
    near = _neighbours(links)
    return Plan(_placed(_ordered(rows, near), near, wide), chains)


def _upward(nodes: Iterable[str], edges: list[Edge]) -> set[Edge]:
    """The edges that close a cycle, when walked in the given order."""
    after, _ = _both_ways(edges)
    found, done, on_way = set[Edge](), set[str](), list[str]()

    def walk(node: str) -> None:
        on_way.append(node)
        for other in after[node]:
            if other in on_way:
                found.add((node, other))
            elif other not in done:
                walk(other)
        done.add(on_way.pop())

    for node in nodes:
        if node not in done:
            walk(node)
    return found


def _both_ways(edges: Iterable[Edge]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    after, before = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for one, other in edges:
        after[one].append(other)
        before[other].append(one)
    return after, before


def _layers(nodes: list[str], after: Near, before: Near, first: str | None) -> dict[str, int]:
    """Below all that lead to it; what the first does not lead to, right above what it leads to."""
    down, up = ({node: _longest(node, near, {}) for node in nodes} for near in (before, after))
    reached = set(nodes) if first is None else _reached(first, after)
    bottom = max(down.values())
    layer = {node: down[node] if node in reached else bottom - up[node] for node in nodes}
    sources = [node for node in nodes if first is None and not list(before[node]) and after[node]]
    return layer | {node: min(layer[other] for other in after[node]) - 1 for node in sources}


def _longest(node: str, near: Near, known: dict[str, int]) -> int:
    if node not in known:
        known[node] = max((_longest(other, near, known) + 1 for other in near[node]), default=0)
    return known[node]


def _reached(first: str, after: Near) -> set[str]:
    seen, open_ = {first}, [first]
    while open_:
        new = set(after[open_.pop()]) - seen
        seen |= new
        open_ += new
    return seen


def _chain(edge: Edge, layer: dict[str, int]) -> list[str]:
    one, other = edge
    upward = layer[other] < layer[one]
    step = -1 if upward else 1
    bends = [f"{other}|{'up' if upward else 'down'}|{row}" for row in range(layer[one] + step, layer[other], step)]
    return [one, *bends, other]


def _neighbours(links: Iterable[Edge]) -> dict[str, list[str]]:
    near = defaultdict[str, list[str]](list)
    for one, other in dict.fromkeys(links):
        near[one].append(other)
        near[other].append(one)
    return near


def _ordered(rows: list[list[str]], near: Near) -> list[list[str]]:
    """Every row sorted by the mean place of its neighbours, down and up, until it has settled."""
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            place = {one: (number + 0.5) / len(other) for other in rows for number, one in enumerate(other)}
            row.sort(key=lambda one: _mean([place[other] for other in near[one]], place[one]))  # noqa: B023
    return rows


def _placed(rows: list[list[str]], near: Near, wide: dict[str, float]) -> dict[str, tuple[float, int]]:
    """Each box below what leads to it, as near as its row allows; the leftmost edge is 0."""
    x = {one: 0.0 for row in rows for one in row}
    number = {one: place for place, row in enumerate(rows) for one in row}
    above = {one: [other for other in near[one] if number[other] < number[one]] or near[one] for one in x}
    for _ in range(SETTLING):
        for row in rows:
            wanted = [_mean([x[other] for other in above[one]], x[one]) for one in row]
            x |= dict(zip(row, _apart(wanted, [wide[one] for one in row]), strict=True))
    left = min(x[one] - wide[one] / 2 for one in x)
    return {one: (x[one] - left, number[one]) for one in x}


def _apart(wanted: list[float], wide: list[float]) -> list[float]:
    """The places nearest to the wanted ones that keep order and distance: neighbours that collide share a mean."""
    starts = [sum(wide[:number]) + width / 2 for number, width in enumerate(wide)]
    groups: list[list[float]] = []
    for want, start in zip(wanted, starts, strict=True):
        groups.append([want - start])
        while len(groups) > 1 and _mean(groups[-2]) > _mean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    free = [_mean(group) for group in groups for _ in group]
    return [start + moved for start, moved in zip(starts, free, strict=True)]


def _mean(numbers: list[float], otherwise: float = 0.0) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise
