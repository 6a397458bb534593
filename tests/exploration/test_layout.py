"""The call map can be read: boxes stand apart, and no way crosses a box."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from ivr.checks.layout import plan
from tests.exploration import maps
from tests.exploration.overview import overview

EDGES = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("d", "b"), ("x", "d")]


@pytest.fixture(params=["small", "whole"])
def graph(request):
    """A graph with a cycle, a shortcut and a box that nothing leads to; and the whole line."""
    if request.param == "small":
        return ["a", "b", "c", "d", "x"], EDGES, "a"
    map_ = json.loads((maps.FOLDER / "map.json").read_text("utf-8"))
    return list(map_["nodes"]), [(one["from"], one["to"]) for one in map_["edges"] if one["from"] != one["to"]], "start"


def test_boxes_and_bends_of_a_layer_stand_apart(graph):
    """By their widths, at least."""
    nodes, edges, first = graph
    laid = plan(dict.fromkeys(nodes, 200.0), edges, first, 30.0)
    rows = {}
    for name, (x, row) in laid.places.items():
        rows.setdefault(row, []).append((x, 200.0 if name in nodes else 30.0))
    for row in rows.values():
        for (left, wide), (right, other) in pairwise(sorted(row)):
            assert right - left >= (wide + other) / 2 - 0.01


def test_a_way_goes_from_layer_to_layer_past_every_box(graph):
    """One layer at a time, and between its ends it passes bends only."""
    nodes, edges, first = graph
    laid = plan(dict.fromkeys(nodes, 200.0), edges, first, 30.0)
    assert set(laid.chains) == set(edges)
    for (one, other), chain in laid.chains.items():
        assert (chain[0], chain[-1]) == (one, other) and not set(chain[1:-1]) & set(nodes)
        steps = {laid.places[b][1] - laid.places[a][1] for a, b in pairwise(chain)}
        assert steps in ({1}, {-1}), chain


def test_a_box_that_nothing_leads_to_stands_above_what_it_leads_to():
    """And the way that closes a cycle is the only one that goes up."""
    laid = plan(dict.fromkeys("abcdx", 200.0), EDGES, "a", 30.0)
    row = {name: laid.places[name][1] for name in "abcdx"}
    assert row == {"a": 0, "b": 1, "c": 2, "d": 3, "x": 2}


def test_the_overview_has_a_box_for_every_flow_that_the_line_asks_in_and_shows_whom_it_leads_to():
    """Every flow of the map, each once, linked to its own drawing."""
    map_ = json.loads((maps.FOLDER / "map.json").read_text("utf-8"))
    drawn = overview(map_, maps.TITLES)
    flows = {node["flow"] for node in map_["nodes"].values()} - {"start", "end"}
    assert {flow for flow in flows if drawn.count(f'href="{flow}.svg"') != 1} == set()
    assert flows <= maps.TITLES.keys() and drawn.count("<path") > len(flows)
