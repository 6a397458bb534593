"""`python -m tests.exploration`: explore, measure, and say what was found; exits 1 when something does not hold."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.exploration import artefact, killing, report
from tests.exploration.graph import Graph, explore
from tests.exploration.properties import faults
from tests.exploration.report import beginnings, describe

DOCUMENT = Path(__file__).parents[2] / "docs" / "exploration.md"


def main() -> int:
    """The command."""
    asked = _arguments()
    if asked.mutants:
        return killing.table()
    began = time.monotonic()
    graph = explore(beginnings(), _progress if sys.stderr.isatty() else lambda graph, left: None, quick=asked.quick)
    found = faults(graph)
    text = report.page(graph, found, time.monotonic() - began)
    print(text)
    for fault in found:
        print(describe(graph, fault))
    if asked.write:
        DOCUMENT.write_text(text, "utf-8")
    if asked.graph:
        artefact.write(graph, asked.graph)
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make explore", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what follows mixed failures")
    parser.add_argument("--mutants", action="store_true", help="plant faults, and tell which are found")
    parser.add_argument("--write", action="store_true", help="write docs/exploration.md")
    parser.add_argument("--graph", type=Path, help="write the graph as JSON for the call map")
    return parser.parse_args()


def _progress(graph: Graph, left: int) -> None:
    done = len(graph.states) - left
    bar = "█" * (30 * done // max(1, len(graph.states)))
    print(f"\r{bar:30} {done} of {len(graph.states)} places, {len(graph.edges)} steps ", end="", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
