"""A call map as SVG: boxes by flow, keys on the ways, both languages, readable on its own."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.exploration.layout import layers

PERSON = {"agent", "callback-offer"}
WIDE, HIGH, GAP_X, GAP_Y, MARGIN, HEAD = 196, 62, 34, 58, 28, 96
COLOURS = {
    "welcome": "#2f6f9f", "security": "#b4493c", "top_up": "#2e7d52", "transactions": "#7a5ea8", "promotions": "#a8680f",
    "information": "#39798a", "identify": "#8a4f7d", "case_status": "#5c6b2f", "close": "#56606b", "agent": "#9c3f63",
    "start": "#22303c", "end": "#22303c",
}  # fmt: skip
STYLE = """
text{font:12px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
.title{font-size:20px;font-weight:650;fill:#1d2833}.note{fill:#4d5b68}.name{font-weight:650;font-size:12.5px}
.said{fill:#4d5b68;font-size:11px}.key{font-size:11px;font-weight:650;text-anchor:middle;paint-order:stroke;stroke:#f6f8fa;stroke-width:4px}
.way{fill:none;stroke-width:1.5;opacity:.75}.back{stroke-dasharray:4 3;opacity:.55}.tip{opacity:.75}
.box{fill:#fff;stroke-width:2}.badge{font-size:10px;font-weight:650;fill:#fff;text-anchor:middle}
"""
LEGEND = "Everywhere 到处可用: 0 person 人工 · * back 返回 · # again 重听 · 8 slower 慢 · 9 other language 换语言 · silence or wrong keys three times 三次: person 人工 · ☎ may lead to a person 可转人工"  # fmt: skip


def draw(map_: dict[str, Any], title: str, flows: set[str] | None = None) -> str:
    """The whole map, or one of some flows with their nearest neighbours outside."""
    people = {one["from"] for one in map_["edges"] if _is_hand_over(map_, one)}
    edges = [one for one in map_["edges"] if _shown(map_, one, flows) and not _is_hand_over(map_, one)]
    names = [name for name in map_["nodes"] if any(name in (one["from"], one["to"]) for one in edges)]
    first = next(name for name in ("start", *(one["to"] for one in edges), *names) if name in names)
    inner = [name for name in names if flows is None or map_["nodes"][name]["flow"] in flows]
    root = first if flows is None else _entrance(edges, inner, names)
    rows = layers(names, [(one["from"], one["to"]) for one in edges], root, "end")
    width = max(max(len(row) for row in rows) * (WIDE + GAP_X), 760) + 2 * MARGIN
    places = {
        name: (width / 2 + (number - (len(row) - 1) / 2) * (WIDE + GAP_X), HEAD + HIGH / 2 + place * (HIGH + GAP_Y))
        for place, row in enumerate(rows)
        for number, name in enumerate(row)
    }
    height = HEAD + len(rows) * (HIGH + GAP_Y) + MARGIN
    ways = "".join(_way(map_, one, places) for one in edges)
    boxes = "".join(_box(name, map_["nodes"][name], *places[name], name not in inner, name in people) for name in names)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#f6f8fa" rx="10"/>'
        f'<text class="title" x="{MARGIN}" y="40">{escape(title)}</text><text class="note" x="{MARGIN}" y="64">{escape(LEGEND)}</text>'
        f"{ways}{boxes}</svg>\n"
    )


def _is_hand_over(map_: dict[str, Any], edge: dict[str, Any]) -> bool:
    """From any other flow to a person: a sign on the box instead of a line across the map."""
    return edge["to"] in PERSON and map_["nodes"][edge["from"]]["flow"] != "agent"


def _shown(map_: dict[str, Any], edge: dict[str, Any], flows: set[str] | None) -> bool:
    if edge["from"] == edge["to"]:
        return False
    return flows is None or any(map_["nodes"][edge[end]]["flow"] in flows for end in ("from", "to"))


def _entrance(edges: list[dict[str, Any]], inner: list[str], names: list[str]) -> str:
    """The box outside that leads in, else the first of the flow itself."""
    outside = [one["from"] for one in edges if one["to"] in inner and one["from"] not in inner]
    return next(iter([name for name in ("main-menu", "start") if name in outside] or outside or inner), names[0])


def _box(name: str, node: dict[str, Any], x: float, y: float, faded: bool, person: bool) -> str:
    colour, left, top = COLOURS.get(node["flow"], "#56606b"), x - WIDE / 2, y - HIGH / 2
    round_ = {"menu": 8, "entry": 2}.get(node["kind"], 31)
    said = "".join(
        f'<text class="said" x="{left + 12:.0f}" y="{top + 38 + 16 * place:.0f}">{escape(_first(node["words"][lang], most))}</text>'
        for place, (lang, most) in enumerate((("zh", 14), ("en", 24)))
    )
    badge = ""
    if node["level"]:
        badge = f'<circle cx="{left + WIDE - 14:.0f}" cy="{top:.0f}" r="11" fill="{colour}"/><text class="badge" x="{left + WIDE - 14:.0f}" y="{top + 4:.0f}">L{node["level"]}</text>'  # fmt: skip
    phone = (
        f'<text class="said" x="{left + WIDE - 10:.0f}" y="{top + 54:.0f}" text-anchor="end">☎</text>' if person else ""
    )
    if node["kind"] in ("start", "end"):
        return f'<g><rect class="box" x="{left + 40:.0f}" y="{top + 10:.0f}" width="{WIDE - 80}" height="{HIGH - 20}" rx="21" stroke="{colour}"/><text class="name" x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" fill="{colour}">{name}</text></g>'  # fmt: skip
    faint = ' opacity=".55"' if faded else ""
    seconds = max(node["seconds"].values())
    time = f'<text class="said" x="{left + WIDE - 10:.0f}" y="{top + 20:.0f}" text-anchor="end">{seconds:.0f} s</text>' if seconds else ""  # fmt: skip
    return (
        f'<g class="node" data-node="{escape(name)}" tabindex="0" role="button" aria-label="{escape(name)}"{faint}>'
        f'<rect class="box" x="{left:.0f}" y="{top:.0f}" width="{WIDE}" height="{HIGH}" rx="{round_}" stroke="{colour}"/>'
        f'<text class="name" x="{left + 12:.0f}" y="{top + 20:.0f}" fill="{colour}">{escape(name)}</text>{time}{said}{phone}{badge}</g>'
    )


def _first(sentences: list[str], most: int) -> str:
    text = sentences[0] if sentences else ""
    return text if len(text) <= most else text[: most - 1] + "…"


def _way(map_: dict[str, Any], edge: dict[str, Any], places: dict[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[edge["from"]], places[edge["to"]]
    colour = COLOURS.get(map_["nodes"][edge["from"]]["flow"], "#56606b")
    if y2 > y1:
        start, end, bend = y1 + HIGH / 2, y2 - HIGH / 2 - 5, (y2 - y1) * 0.45
        path, middle = (
            f"M{x1:.0f} {start:.0f}C{x1:.0f} {start + bend:.0f} {x2:.0f} {end - bend:.0f} {x2:.0f} {end:.0f}",
            0.28,
        )
        at = _bezier((x1, start), (x1, start + bend), (x2, end - bend), (x2, end), middle)
        tip = f"M{x2 - 4:.0f} {end - 1:.0f}L{x2:.0f} {end + 5:.0f}L{x2 + 4:.0f} {end - 1:.0f}Z"
        kind = "way"
    else:
        side = 1 if x2 >= x1 else -1
        ax, bx = x1 + side * WIDE / 2, x2 + (WIDE / 2 if x2 <= x1 else -WIDE / 2) * (1 if y2 < y1 or x1 != x2 else 1)
        path = f"M{ax:.0f} {y1:.0f}C{ax + side * 40:.0f} {y1:.0f} {bx + (40 if x2 <= x1 else -40):.0f} {y2:.0f} {bx:.0f} {y2:.0f}"
        at, tip, kind = (
            (ax + side * 14, y1 - 5),
            f"M{bx:.0f} {y2 - 4:.0f}l{-6 if x2 <= x1 else 6} 4l{6 if x2 <= x1 else -6} 4Z",
            "way back",
        )
    keys = " ".join(key for key in edge["keys"] if key)
    label = f'<text class="key" x="{at[0]:.0f}" y="{at[1]:.0f}" fill="{colour}">{escape(keys[:18])}</text>' if keys else ""  # fmt: skip
    return f'<path class="{kind}" d="{path}" stroke="{colour}"/><path class="tip" d="{tip}" fill="{colour}"/>{label}'


def _bezier(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], t: float) -> tuple[float, float]:  # fmt: skip
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return tuple(
        sum(weight * point[axis] for weight, point in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1)
    )  # type: ignore[return-value]
