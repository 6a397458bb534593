"""`python -m tests.exploration`: explore, measure, and say what was found; exits 1 when something does not hold."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.exploration import artefact, goals, killing, maps, report
from tests.exploration.graph import FAILED, Graph, explore
from tests.exploration.properties import faults

MOST = 90_000
DOCUMENT = Path(__file__).parents[2] / "docs" / "exploration.md"


def main() -> int:
    """The command."""
    asked = _arguments()
    if asked.map:
        return draw_map(asked.most)
    began = time.monotonic()
    onward = explore(report.beginnings(), onward=True)
    onward_map = artefact.call_map(onward)
    planting = killing.Planting(onward, say) if asked.mutants else None
    graph = explore(report.beginnings(), _progress, asked.most, asked.quick)
    graph.sample = 1500 if asked.quick else 4000
    say(
        f"{len(graph.states)} places and {len(graph.edges)} steps in {time.monotonic() - began:.0f} s; what must "
        "hold there?"
    )
    measured = goals.measured(graph)
    found = [*faults(graph), *goals.broken(measured)]
    planted = planting.results() if planting else []
    text = report.page(graph, found, measured, planted)
    print(text)
    for fault in found:
        print(report.describe(graph, fault))
    whole = artefact.call_map(graph)
    same_map = onward_map == whole
    if not same_map:
        say("the ways that lead on do not give the whole map: --map would draw another one")
    if asked.write:
        DOCUMENT.write_text(text, "utf-8")
        maps.write(whole)
    say(f"{time.monotonic() - began:.0f} s in all, {len(found)} faults")
    held = not found and same_map and killing.enough(planted) and not (planting and planting.false_alarms)
    return 0 if held else 1


def draw_map(most: int) -> int:
    """Only the call maps, from the ways that lead on: the same as those of a whole exploration, in less
    than a minute.
    """
    graph = explore(report.beginnings(), most=most, onward=True)
    failed = {edge.turn.failure for edge in (*graph.entries, *graph.edges) if edge.target == FAILED}
    for failure in sorted(failed):
        say(failure)
    if not failed:
        maps.write(artefact.call_map(graph))
        say(f"{len(graph.states)} places; docs/map is drawn anew")
    return 1 if failed else 0


def say(text: str) -> None:
    """Progress, beside the report."""
    print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make explore", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what follows mixed failures")
    parser.add_argument("--mutants", action="store_true", help="plant faults too, and tell which are found")
    parser.add_argument("--map", action="store_true", help="draw the call maps in docs/map, and do nothing else")
    parser.add_argument("--write", action="store_true", help="write docs/exploration.md and the call maps in docs/map")
    parser.add_argument("--most", type=int, default=MOST, help="open so many places and no more; a map then lacks some")
    return parser.parse_args()


def _progress(graph: Graph) -> None:
    if sys.stderr.isatty() or graph.opened % 1000 == 0:
        bar = "█" * (30 * graph.opened // len(graph.states))
        end = "" if sys.stderr.isatty() else "\n"
        print(
            f"\r{bar:30} {graph.opened} of {len(graph.states)} places, {len(graph.edges)} steps ",
            end=end,
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
