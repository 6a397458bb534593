"""A call map as SVG: boxes by flow, keys on the ways, both languages, readable on its own."""

from __future__ import annotations

from html import escape
from typing import Any

from ivr.checks.layout import plan
from tests.exploration.strokes import HIGH, STEP, ways

PERSON = {
    "agent",
    "callback-offer",
    "callback-in-both",
    "callback-or-security",
    "callback-or-note",
    "callback-note-security",
}
ENDS = ("from", "to")
WIDE, PILL, GAP, BEND, LEAST, MARGIN, HEAD = 196, 112, 34, 30, 900, 28, 120
COLOURS = {
    "welcome": "#2f6f9f",
    "language": "#3d6f8f",
    "resume_dropped_call": "#4d6a80",
    "line_switched": "#5a6470",
    "security": "#b4493c",
    "top_up": "#2e7d52",
    "transactions": "#7a5ea8",
    "promotions": "#955a0c",
    "information": "#39798a",
    "identify": "#8a4f7d",
    "case_status": "#5c6b2f",
    "end_of_task": "#56606b",
    "agent": "#9c3f63",
    "failed_payment": "#3f7a3a",
    "pick_record": "#4a6f4f",
    "rewards": "#7f5d18",
    "promotion_messages": "#8a6a2f",
    "freeze": "#a3362a",
    "investigate": "#9c5233",
    "scam_pressure": "#8f3f2f",
    "find_transaction": "#6a5a98",
    "dispute": "#7f4a96",
    "dispute_reasons": "#8d5f9e",
    "voice_note": "#3d7a7a",
    "start": "#22303c",
    "end": "#22303c",
}
PLAIN = "#56606b"
"""Of a flow that has no colour of its own."""
STYLE = """
text{font:12px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
.title{font-size:20px;font-weight:650;fill:#1d2833}.note{fill:#4d5b68}.name{font-weight:650;font-size:12.5px}
.said{fill:#4d5b68;font-size:11px}.key{font-size:11px;font-weight:650;text-anchor:middle;paint-order:stroke;stroke:#f6f8fa;stroke-width:4px}
.way{fill:none;stroke-width:1.5;opacity:.75}.back{stroke-dasharray:4 3;opacity:.55}.tip{opacity:.75}
.box{fill:#fff;stroke-width:2}.badge{font-size:10px;font-weight:650;fill:#fff;text-anchor:middle}
"""
LEGEND = (
    "Everywhere: 0 a person · * back · # again · 8 slower · 9 other language · three silences or wrong keys: a "
    "person · ☎ may lead to one · L2 verified",
    "到处可用：0 人工 · * 返回 · # 重听 · 8 慢 · 9 换语言 · 三次无声或按错：人工 · ☎ 可能转人工 · L2 已核实身份 ·"
    " 方角为输入，圆角为菜单",
)


def draw(map_: dict[str, Any], title: str, flows: set[str] | None = None) -> str:
    """The whole map, or one of some flows, with a small box for each other flow that leads in or out."""
    people = {one["from"] for one in map_["edges"] if _is_hand_over(map_, one)}
    edges = [one for one in map_["edges"] if _shown(map_, one, flows) and not _is_hand_over(map_, one)]
    edges = _gathered(edges, map_["nodes"], flows) if flows else edges
    names = list(dict.fromkeys([*(name for name in map_["nodes"]), *(one[end] for one in edges for end in ENDS)]))
    names = [name for name in names if any(name in (one["from"], one["to"]) for one in edges)]
    wide: dict[str, float] = {name: (WIDE if _is_box(name) else PILL) + GAP for name in names}
    first = None if flows else "start"
    laid = plan(wide, [(one["from"], one["to"]) for one in edges], first, BEND)
    breadth = max(x + wide.get(name, BEND) / 2 for name, (x, _) in laid.places.items())
    width = max(breadth, LEAST) + 2 * MARGIN
    where = ((width - breadth) / 2, HEAD + HIGH / 2)
    height = HEAD + max(row for _, row in laid.places.values()) * STEP + HIGH + MARGIN
    colours = {name: _colour(map_["nodes"], name) for name in names}
    boxes = "".join(
        _shape(map_["nodes"], name, where[0] + x, where[1] + row * STEP, name in people)
        for name, (x, row) in laid.places.items()
        if name in wide
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}">'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#f6f8fa" rx="10"/>'
        f'<text class="title" x="{MARGIN}" y="40">{escape(title)}</text>{_legend()}'
        f"{ways(edges, laid, colours, where)}{boxes}</svg>\n"
    )


def _legend() -> str:
    return "".join(
        f'<text class="note" x="{MARGIN}" y="{62 + 18 * place}">{escape(line)}</text>'
        for place, line in enumerate(LEGEND)
    )


def _gathered(edges: list[dict[str, Any]], nodes: dict[str, Any], flows: set[str]) -> list[dict[str, Any]]:
    """The same ways, with one box for each other flow where they come from, and one where they lead."""
    found: dict[tuple[str, str], set[str]] = {}
    for edge in edges:
        ends = [
            edge[end] if nodes[edge[end]]["flow"] in flows else f"{sign}{nodes[edge[end]]['flow']}"
            for end, sign in (("from", "from "), ("to", "to "))
        ]
        found.setdefault((ends[0], ends[1]), set()).update(edge["keys"] if _is_box(ends[0]) else ())
    return [{"from": one, "to": other, "keys": sorted(keys)} for (one, other), keys in found.items()]


def _is_box(name: str) -> bool:
    return not name.startswith(("from ", "to ")) and name not in ("start", "end")


def _colour(nodes: dict[str, Any], name: str) -> str:
    return COLOURS.get(nodes[name]["flow"] if name in nodes else name.split(" ")[1], PLAIN)


def _is_hand_over(map_: dict[str, Any], edge: dict[str, Any]) -> bool:
    """From any other flow to a person: a sign on the box instead of a line across the map."""
    return edge["to"] in PERSON and map_["nodes"][edge["from"]]["flow"] != "agent"


def _shown(map_: dict[str, Any], edge: dict[str, Any], flows: set[str] | None) -> bool:
    if edge["from"] == edge["to"]:
        return False
    return flows is None or any(map_["nodes"][edge[end]]["flow"] in flows for end in ("from", "to"))


def _shape(nodes: dict[str, Any], name: str, x: float, y: float, person: bool) -> str:
    return _box(name, nodes[name], x, y, person) if _is_box(name) else _pill(name, x, y, _colour(nodes, name))


def _pill(name: str, x: float, y: float, colour: str) -> str:
    """The beginning, the end, or another flow."""
    said = escape(name.removeprefix("from ").removeprefix("to ").replace("_", " "))
    return (
        f'<rect class="box" x="{x - PILL / 2:.0f}" y="{y - HIGH / 2:.0f}" width="{PILL}" height="{HIGH}" '
        f'rx="{HIGH / 2}" stroke="{colour}"/>'
        f'<text class="name" x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" fill="{colour}">{said}</text>'
    )


def _box(name: str, node: dict[str, Any], x: float, y: float, person: bool) -> str:
    colour, left, top = COLOURS.get(node["flow"], PLAIN), x - WIDE / 2, y - HIGH / 2
    round_ = {"menu": 8, "entry": 2}.get(node["kind"], 31)
    said = "".join(
        f'<text class="said" x="{left + 12:.0f}" y="{top + 38 + 16 * place:.0f}'
        f'">{escape(_first(node["words"][lang], most))}</text>'
        for place, (lang, most) in enumerate((("zh", 14), ("en", 24)))
    )
    badge = ""
    if node["level"]:
        badge = (
            f'<circle cx="{left + WIDE - 14:.0f}" cy="{top:.0f}" r="11" fill="{colour}"/><text class="badge" '
            f'x="{left + WIDE - 14:.0f}" y="{top + 4:.0f}">L{node["level"]}</text>'
        )
    phone = (
        f'<text class="said" x="{left + WIDE - 10:.0f}" y="{top + 54:.0f}" text-anchor="end">☎</text>' if person else ""
    )
    seconds = max(node["seconds"].values())
    time = (
        f'<text class="said" x="{left + WIDE - 10:.0f}" y="{top + 20:.0f}" text-anchor="end">{seconds:.0f} s</text>'
        if seconds
        else ""
    )
    return (
        f'<g class="node" data-node="{escape(name)}" tabindex="0" role="button" aria-label="{escape(name)}">'
        f'<rect class="box" x="{left:.0f}" y="{top:.0f}" width="{WIDE}" height="{HIGH}" rx="{round_}" '
        f'stroke="{colour}"/>'
        f'<text class="name" x="{left + 12:.0f}" y="{top + 20:.0f}" fill="{colour}">{escape(name)}</text>{time}'
        f"{said}{phone}{badge}</g>"
    )


def _first(sentences: list[str], most: int) -> str:
    text = sentences[0] if sentences else ""
    return text if len(text) <= most else text[: most - 1] + "…"
