"""The ways of a call map as SVG: from box to box through the bends of the plan, shared parts drawn once."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import Any

from ivr.checks.layout import Plan

HIGH, STEP, PORT, TIP = 62, 126, 20, 6
Link = tuple[str, str]
Point = tuple[float, float]


def ways(edges: list[dict[str, Any]], plan: Plan, colours: dict[str, str], where: Point) -> str:
    """Every way with its keys; `where` is the centre of the first layer at the left."""
    keys, first = defaultdict[Link, set[str]](set), dict[Link, str]()
    for edge in edges:
        chain = plan.chains[edge["from"], edge["to"]]
        keys[chain[0], chain[1]].update(key for key in edge["keys"] if key)
        for one, other in zip(chain, chain[1:], strict=False):
            first.setdefault((one, other), edge["from"] if one == edge["from"] else edge["to"])
    ports = _ports(list(first), plan)
    drawn = [_link(link, plan, ports[link], where, colours[owner]) for link, owner in first.items()]
    labels = [
        _label(link, plan, ports[link], where, colours[owner], keys[link], _fan(link, first))
        for link, owner in first.items()
        if keys[link]
    ]
    return "".join(drawn + labels)


def _ports(links: list[Link], plan: Plan) -> dict[Link, float]:
    """How far from the middle of its box a way leaves: side by side, in the order of where they lead."""
    leaving = defaultdict[tuple[str, bool], list[Link]](list)
    for one, other in links:
        leaving[one, _is_up(one, other, plan)].append((one, other))
    found = {}
    for (one, up), mine in leaving.items():
        middle = 40 if up and "|" not in one else 0
        for place, link in enumerate(sorted(mine, key=lambda link: plan.places[link[1]][0])):
            found[link] = middle + (place - (len(mine) - 1) / 2) * PORT
    return found


def _is_up(one: str, other: str, plan: Plan) -> bool:
    return plan.places[other][1] < plan.places[one][1]


def _curve(link: Link, plan: Plan, port: float, where: Point) -> tuple[Point, Point, float]:
    """Where it leaves, where it arrives, and how far it is bent (negative: up the page)."""
    (x1, row1), (x2, row2) = plan.places[link[0]], plan.places[link[1]]
    side = 1 if row2 > row1 else -1
    end = 0 if "|" in link[1] or side > 0 else 40
    y1, y2 = where[1] + row1 * STEP + side * HIGH / 2, where[1] + row2 * STEP - side * HIGH / 2
    tip = 0 if "|" in link[1] else side * TIP
    return (where[0] + x1 + port, y1), (where[0] + x2 + end, y2 - tip), (y2 - y1) * 0.5


def _link(link: Link, plan: Plan, port: float, where: Point, colour: str) -> str:
    (x1, y1), (x2, y2), bend = _curve(link, plan, port, where)
    side, up = (1, "") if bend > 0 else (-1, " back")
    path = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    if "|" in link[1]:
        return f'<path class="way{up}" d="{path}v{side * HIGH}" stroke="{colour}"/>'
    tip = f"M{x2 - 4:.0f} {y2:.0f}h8l-4 {side * TIP}Z"
    return f'<path class="way{up}" d="{path}" stroke="{colour}"/><path class="tip" d="{tip}" fill="{colour}"/>'


def _fan(link: Link, links: dict[Link, str]) -> float:
    """Keys stand where their way is alone: near its end when many leave together, else near its beginning."""
    leave = sum(one == link[0] for one, _ in links)
    arrive = sum(other == link[1] for _, other in links)
    return 0.74 if leave > 1 and leave >= arrive else 0.26


def _label(link: Link, plan: Plan, port: float, where: Point, colour: str, keys: set[str], at: float) -> str:
    (x1, y1), (x2, y2), bend = _curve(link, plan, port, where)
    weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at * at * (1 - at), at**3)
    x = sum(weight * place for weight, place in zip(weights, (x1, x1, x2, x2), strict=True))
    y = sum(weight * place for weight, place in zip(weights, (y1, y1 + bend, y2 - bend, y2), strict=True))
    said = f"{min(keys)} – {max(keys)}" if len(keys) > 3 and all(map(str.isdigit, keys)) else " ".join(sorted(keys))
    return f'<text class="key" x="{x:.0f}" y="{y + 4:.0f}" fill="{colour}">{escape(said)}</text>'
