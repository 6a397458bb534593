"""The call maps were drawn from today's flows and words."""

from __future__ import annotations

import json

from tests.exploration import artefact, maps


def test_the_maps_are_of_todays_flows():
    """Or they have to be drawn again, by that command or by `make explore`, which writes
    docs/exploration.md as well.
    """
    assert maps.written() == artefact.fingerprint(), (
        "call flows, prompts or the explorer have changed since docs/map was drawn: run `.venv/bin/python -m "
        "tests.exploration --map`"
    )


def test_every_prompt_of_the_map_has_its_words():
    """No box without words in both languages."""
    nodes = json.loads((maps.FOLDER / "map.json").read_text("utf-8"))["nodes"]
    assert len(nodes) > 30
    for name, node in nodes.items():
        assert node["kind"] in ("start", "end") or (node["words"]["zh"] and node["words"]["en"]), name


def test_the_drawing_holds_every_box():
    """The sheet of everything shows each prompt once."""
    nodes = json.loads((maps.FOLDER / "map.json").read_text("utf-8"))["nodes"]
    drawing = (maps.FOLDER / "everything.svg").read_text("utf-8")
    for name, node in nodes.items():
        if node["kind"] not in ("start", "end"):
            assert drawing.count(f'data-node="{name}"') == 1, name
