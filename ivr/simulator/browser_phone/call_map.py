"""The call map at `/phone/map`: drawn by `make explore`, explained box by box."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from markupsafe import Markup

from ivr.simulator.browser_phone.routes import POLICY

FOLDER = Path(__file__).parents[3] / "docs" / "map"
FLOW = re.compile(r"[a-z_]{1,30}")
FIRST = ("whole", "everything")
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
"""The inline style, for a drawing opened by itself. The page's security policy forbids it; map.css has the same."""
TITLE = re.compile(r'aria-label="([^"]+)"')


def map_blueprint(folder: Path = FOLDER) -> Blueprint:
    """`/phone/map`, its data and its static files. The browser phone's blueprint guards access to it."""
    pages = Blueprint(
        "map",
        __name__,
        url_prefix="/phone/map",
        template_folder="templates",
        static_folder="static/map",
        static_url_path="/static",
    )

    @pages.after_request
    def seal(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @pages.get("")
    def page() -> str:
        flow = request.args.get("flow", "whole")
        drawing = folder / f"{flow}.svg"
        if not FLOW.fullmatch(flow) or not drawing.exists():
            abort(
                Response("There is no map of this name. `make explore` draws the maps.\n", 404, mimetype="text/plain")
            )
        names = sorted(folder.glob("*.svg"), key=_place)
        flows = {path.stem: _title(path) for path in names}
        svg = Markup(STYLE.sub("", drawing.read_text("utf-8")))  # noqa: S704  (our own drawing, not a visitor's)
        return render_template("map/page.html", svg=svg, flows=flows, flow=flow)

    @pages.get("/data.json")
    def data() -> Response:
        path = folder / "map.json"
        return Response(path.read_text("utf-8") if path.exists() else "{}", mimetype="application/json")

    return pages


def _place(path: Path) -> tuple[int, str]:
    return (FIRST.index(path.stem) if path.stem in FIRST else len(FIRST), path.stem)


def _title(drawing: Path) -> str:
    found = TITLE.search(drawing.read_text("utf-8"))
    return unescape(found[1]) if found else drawing.stem
