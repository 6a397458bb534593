"""Planted faults against the explorer: which of them are found, and by what."""

from __future__ import annotations

import multiprocessing

from tests.exploration import words
from tests.exploration.graph import explore
from tests.exploration.mutants import MUTANTS, Mutant, planted
from tests.exploration.properties import PROPERTIES
from tests.exploration.report import beginnings

WANTED = 0.95


def found_by(mutant: Mutant, most: int = 20_000) -> str:
    """The first property that a planted fault breaks; empty when it lives."""
    words.forget()
    with planted(mutant):
        try:
            graph = explore(beginnings()[:1] + beginnings()[-1:], quick=True, most=most)
        except Exception as error:
            return f"the exploration itself: {type(error).__name__}"
        for holds in PROPERTIES.values():
            for fault in holds(graph):
                return f"{fault.property}: {fault.what}"
    return ""


def table() -> int:
    """Print what became of each; 1 when too many live."""
    killed = 0
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        for mutant, by in zip(MUTANTS, pool.imap(found_by, MUTANTS, chunksize=1), strict=True):
            killed += bool(by)
            print(f"| {mutant.what} | {by[:110] or '**lives**'} |", flush=True)
    print(f"{killed} of {len(MUTANTS)} planted faults were found")
    return 0 if killed >= WANTED * len(MUTANTS) else 1
