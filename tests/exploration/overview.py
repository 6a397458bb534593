"""The overview of the call maps: one box a flow, and which flow leads into which; it can be read at a glance.

Which flow leads where stands in the flows themselves: what one imports, it may begin. What every flow may begin is
left out of the lines: who is calling (a sign), the end of a task, a person.
"""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path
from typing import Any

from ivr.checks.layout import plan
from tests.exploration.drawing import BEND, COLOURS, GAP, HEAD, MARGIN, PLAIN, STYLE
from tests.exploration.strokes import HIGH, STEP, ways

FLOWS = Path(__file__).parents[2] / "call_flows"
EVERYWHERE = ("language", "resume_dropped_call", "identify", "end_of_task", "agent")
WIDE = 222
NOTES = (
    "One box a flow; a line: the one may lead into the other. L2: asks who is calling first. From everywhere 0 "
    "leads to a person.",
    "每个方框是一段流程，连线表示可以从上面进入下面；L2 表示先核实身份。任何地方按 0 都可以找人工。",
)


def overview(map_: dict[str, Any], titles: dict[str, str]) -> str:
    """The flows of this map, the welcome at the top; what may begin from everywhere in a row of its own at the foot."""
    known = {node["flow"] for node in map_["nodes"].values()}
    names = [name for name in titles if name in known]
    into = {name: _imported(name) for name in names}
    shown = [name for name in names if name not in EVERYWHERE]
    edges = [{"from": one, "to": other, "keys": []} for one in shown for other in into[one] if other in shown]
    laid = plan(dict.fromkeys(shown, WIDE + GAP), [(one["from"], one["to"]) for one in edges], "welcome", BEND)
    breadth = max(x + WIDE / 2 for name, (x, _) in laid.places.items() if name in shown)
    width, rows = (
        max(breadth, len(EVERYWHERE) * (WIDE + GAP)) + 2 * MARGIN,
        max(row for _, row in laid.places.values()) + 1,
    )
    where = ((width - breadth) / 2, HEAD + HIGH / 2)
    at = {name: (where[0] + x, where[1] + row * STEP) for name, (x, row) in laid.places.items() if name in shown}
    foot = [name for name in EVERYWHERE if name in known]
    start = (width - (len(foot) - 1) * (WIDE + GAP)) / 2
    at |= {name: (start + place * (WIDE + GAP), where[1] + rows * STEP) for place, name in enumerate(foot)}
    boxes = "".join(_box(map_, name, titles[name], x, y, "identify" in into[name]) for name, (x, y) in at.items())
    height = where[1] + rows * STEP + HIGH / 2 + MARGIN
    return _sheet(
        width,
        height,
        ways(edges, laid, {name: COLOURS.get(name, PLAIN) for name in names}, where)
        + _foot(where[1] + rows * STEP - HIGH, width)
        + boxes,
    )


def _imported(flow: str) -> list[str]:
    tree = ast.parse((FLOWS / f"{flow}.py").read_text("utf-8"))
    found = [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [module.removeprefix("call_flows.") for module in found if module.startswith("call_flows.")]


def _box(map_: dict[str, Any], name: str, title: str, x: float, y: float, proves: bool) -> str:
    colour, left, top = COLOURS.get(name, PLAIN), x - WIDE / 2, y - HIGH / 2
    english, _, chinese = title.rpartition(" ")
    count = sum(node["flow"] == name for node in map_["nodes"].values())
    badge = (
        f'<circle cx="{left + WIDE - 14:.0f}" cy="{top:.0f}" r="11" fill="{colour}"/><text class="badge" '
        f'x="{left + WIDE - 14:.0f}" y="{top + 4:.0f}">L2</text>'
        if proves
        else ""
    )
    return (
        f'<a class="flow" href="{name}.svg" data-flow="{name}" aria-label="{escape(title)}">'
        f'<rect class="box" x="{left:.0f}" y="{top:.0f}" width="{WIDE}" height="{HIGH}" rx="8" stroke="{colour}"/>'
        f'<text class="flow-name" x="{left + 14:.0f}" y="{top + 25:.0f}" fill="{colour}">{escape(english)}</text>'
        f'<text class="flow-name" x="{left + 14:.0f}" y="{top + 48:.0f}" fill="#1d2833">{escape(chinese)}</text>'
        f'<text class="said" x="{left + WIDE - 12:.0f}" y="{top + 48:.0f}" text-anchor="end">{count} '
        f"×</text>{badge}</a>"
    )


def _foot(y: float, width: float) -> str:
    return (
        f'<line x1="{MARGIN}" y1="{y:.0f}" x2="{width - MARGIN:.0f}" y2="{y:.0f}" stroke="#c9d1d8"/><text '
        f'class="note" x="{MARGIN}" y="{y + 18:.0f}">At the beginning, and from everywhere 开头，'
        "以及到处可用</text>"
    )


def _sheet(width: float, height: float, inner: str) -> str:
    title = "The whole line 全部流程"
    notes = "".join(
        f'<text class="note" x="{MARGIN}" y="{62 + 18 * n}">{escape(one)}</text>' for n, one in enumerate(NOTES)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{title}">'
        f'<style>{STYLE}.flow-name{{font-size:15px;font-weight:650}}</style><rect width="100%" height="100%" '
        'fill="#f6f8fa" rx="10"/>'
        f'<text class="title" x="{MARGIN}" y="40">{title}</text>{notes}{inner}</svg>\n'
    )
