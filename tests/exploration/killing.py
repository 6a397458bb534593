"""Planted faults against the explorer: which of them are found, and by what."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable

from tests.exploration import words
from tests.exploration.graph import explore
from tests.exploration.mutants import MUTANTS, Mutant, planted
from tests.exploration.properties import PROPERTIES
from tests.exploration.report import beginnings

WANTED, NEAR = 0.95, 900


def found_by(mutant: Mutant, most: int = 20_000) -> str:
    """The first property that a planted fault breaks, in the nearest places if it can; empty when it lives."""
    words.forget()
    with planted(mutant):
        return next((by for bound in sorted({min(NEAR, most), most}) if (by := _first_fault(bound))), "")


def _first_fault(most: int) -> str:
    try:
        graph = explore(beginnings()[:1] + beginnings()[-1:], quick=True, most=most)
    except Exception as error:
        return f"the exploration itself: {type(error).__name__}"
    found = (f"{fault.property}: {fault.what}" for holds in PROPERTIES.values() for fault in holds(graph))
    return next(found, "")


def results(tell: Callable[[str], None]) -> list[tuple[str, str]]:
    """What became of each planted fault: what it is, and what found it (empty: nothing)."""
    found = []
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        for number, (mutant, by) in enumerate(zip(MUTANTS, pool.imap(found_by, MUTANTS), strict=True), 1):
            tell(f"{number} of {len(MUTANTS)} planted: {mutant.what}: {by[:80] or 'NOT FOUND'}")
            found.append((mutant.what, by))
    return found


def enough(planted: list[tuple[str, str]]) -> bool:
    """Whether enough of them were found; none planted is enough."""
    return sum(bool(by) for _, by in planted) >= WANTED * len(planted)
