"""Draws rooms in layers as an SVG that follows the reader's light or dark setting."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ivr.checks.layout import Edge, Plan, plan_in

HIGH, STEP, GAP, BEND, MARGIN, LABEL, TIP = 44, 92, 18, 16, 20, 18, 6
LETTER, PADDING = 9.2, 26
STYLE = """
text{font:15px system-ui,sans-serif;fill:#1d2833}.name{font-weight:600;text-anchor:middle}
.lines,.layer{font-size:12px;fill:#56606b}.lines{text-anchor:middle}.layer{paint-order:stroke;stroke:#e9eef2;stroke-width:4px}
.sheet{fill:#f6f8fa}.band{fill:#e9eef2}.box{fill:#fff;stroke:#5b6b7a;stroke-width:1.5}
.arrow{fill:none;stroke:#5b6b7a;stroke-width:1.4}.tip{fill:#5b6b7a}
.wrong{stroke:#c0392b;stroke-dasharray:5 3}.wrong-tip{fill:#c0392b}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.lines,.layer{fill:#9aa7b3}.layer{stroke:#18222c}.sheet{fill:#0f161d}.band{fill:#18222c}
.box{fill:#22303c;stroke:#8b9bab}.arrow{stroke:#8b9bab}.tip{fill:#8b9bab}.wrong{stroke:#ff7b6b}.wrong-tip{fill:#ff7b6b}}
"""


def draw(
    boxes: Mapping[str, tuple[str, str]],
    depth: Mapping[str, int],
    layers: list[str],
    edges: list[Edge],
    wrong: list[Edge],
) -> str:
    """Boxes (room → name and lines) in their layers; `wrong` edges point up or sideways and are drawn in red."""
    wide = {room: max(len(name) * LETTER, 64) + PADDING + GAP for room, (name, _) in boxes.items()}
    laid = plan_in({room: depth[room] for room in boxes}, wide, edges, BEND)
    width = max(x + wide.get(one, BEND) / 2 for one, (x, _) in laid.places.items()) + 2 * MARGIN
    height = len(layers) * STEP + MARGIN
    title = "The rooms of the project in layers"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{title}">\n'
        f'<style>{STYLE}</style>\n<rect class="sheet" width="100%" height="100%" rx="10"/>\n'
        + "".join(_band(number, name, width) for number, name in enumerate(layers))
        + "".join(_arrow(laid.chains[edge], laid) for edge in edges)
        + "".join(_wrong(edge, laid) for edge in wrong)
        + "".join(_box(boxes[room], laid.places[room], wide[room] - GAP) for room in boxes)
        + "</svg>\n"
    )


def _top(row: int) -> float:
    """The upper edge of the boxes of a layer."""
    return MARGIN + LABEL + row * STEP


def _band(row: int, name: str, width: float) -> str:
    top = _top(row) - LABEL
    return (
        f'<rect class="band" x="8" y="{top - 2:.0f}" width="{width - 16:.0f}" height="{HIGH + LABEL + 10}" rx="8"/>'
        f'<text class="layer" x="16" y="{top + 12:.0f}">{escape(name)}</text>\n'
    )


def _box(words: tuple[str, str], place: tuple[float, int], wide: float) -> str:
    x, top = place[0] + MARGIN, _top(place[1])
    name, lines = (escape(one) for one in words)
    return (
        f'<rect class="box" x="{x - wide / 2:.0f}" y="{top:.0f}" width="{wide:.0f}" height="{HIGH}" rx="7"/>'
        f'<text class="name" x="{x:.0f}" y="{top + 19:.0f}">{name}</text>'
        f'<text class="lines" x="{x:.0f}" y="{top + 36:.0f}">{lines} lines</text>\n'
    )


def _arrow(chain: list[str], laid: Plan) -> str:
    """From the foot of a box through the bends to the head of another."""
    x, row = laid.places[chain[0]]
    path = f"M{x + MARGIN:.0f} {_top(row) + HIGH:.0f}"
    for number, one in enumerate(chain[1:], 1):
        (before, above), (x, row) = laid.places[chain[number - 1]], laid.places[one]
        from_y = _top(above) + HIGH
        to_y = _top(row) - (TIP if number == len(chain) - 1 else 0)
        bend = (to_y - from_y) / 2
        path += (
            f"C{before + MARGIN:.0f} {from_y + bend:.0f} {x + MARGIN:.0f} {to_y - bend:.0f} {x + MARGIN:.0f} {to_y:.0f}"
        )
        path += f"V{_top(row) + HIGH:.0f}" if number < len(chain) - 1 else ""
    return f'<path class="arrow" d="{path}"/>{_tip(x + MARGIN, _top(row), 1, "tip")}\n'


def _wrong(edge: Edge, laid: Plan) -> str:
    """A straight line from the head of the lower box to the foot of the upper one, or from side to side."""
    (x1, row1), (x2, row2) = laid.places[edge[0]], laid.places[edge[1]]
    y1, y2 = (_top(row1), _top(row2) + HIGH + TIP) if row2 < row1 else (_top(row1) + HIGH, _top(row2) + HIGH + TIP)
    bow = 0 if row2 < row1 else 22
    return (
        f'<path class="arrow wrong" d="M{x1 + MARGIN:.0f} {y1:.0f}Q{(x1 + x2) / 2 + MARGIN:.0f} '
        f"{(y1 + y2) / 2 + bow:.0f} "
        f'{x2 + MARGIN:.0f} {y2:.0f}"/>{_tip(x2 + MARGIN, y2 - TIP, -1, "wrong-tip")}\n'
    )


def _tip(x: float, y: float, side: int, kind: str) -> str:
    back = y - side * (TIP + 3)
    return f'<path class="{kind}" d="M{x:.0f} {y:.0f}L{x - 5:.0f} {back:.0f}H{x + 5:.0f}Z"/>'
