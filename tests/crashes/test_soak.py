"""A short soak, and whether its audit would find what is lost or doubled."""

from __future__ import annotations

import copy
import random
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.soak.audit import Books, faults
from tests.soak.playing import Crowd

CALLS, KILLS = 16, 4


def test_a_crowd_with_a_restless_telephone_company_is_told_what_is_so(doomed):
    """All stories, webhooks twice, at once and late, and four processes that die meanwhile."""
    crowd = Crowd(doomed.company, 1, numbers=doomed.numbers)
    crowd.begin()
    until, killed, chance = time.monotonic() + 120, 0, random.Random(1)
    while (len(crowd.told) < CALLS or killed < KILLS) and time.monotonic() < until:
        killed += killed < KILLS and doomed.rig.kill(chance) is not None
        time.sleep(1)
    crowd.end(lambda: None)
    doomed.told += crowd.told
    assert len(crowd.told) >= CALLS and killed == KILLS
    assert doomed.faults() == []


@pytest.fixture(scope="module")
def books(doomed):
    """A freeze, a dispute and an unknown top-up that are all there, and what was told of them."""
    told = [doomed.plays(kind, doomed.caller()) for kind in ("freeze", "dispute", "unknown", "callback")]
    assert doomed.faults() == []
    return told, doomed


LIES = {
    "a freeze is lost": lambda books, told: books.ours["freezes"].clear(),
    "a freeze was not done at the bank": lambda books, told: books.acts.pop(("freeze", f"S{told[0].number}")),
    "a freeze was done twice at the bank": lambda books, told: books.acts.update([("freeze", f"S{told[0].number}")]),
    "a dispute is doubled": lambda books, told: books.disputed.update([f"S{told[1].number}"]),
    "another reference was told": lambda books, told: setattr(told[2], "words", told[1].words),
    "a case that nobody wanted": lambda books, told: setattr(told[2], "number", 199),
    "a freeze without a yes": lambda books, told: (setattr(told[0], "yes", False), setattr(told[0], "words", "")),
    "a callback is lost": lambda books, told: books.ours["callbacks"].clear(),
    "a callback that nobody rings": lambda books, told: books.ours["rings"].clear(),
    "a text is lost": lambda books, told: books.texts.pop(),
    "a text is doubled": lambda books, told: books.texts.append(books.texts[-1]),
    "a delivery is lost": lambda books, told: books.crm.taken.popitem(),
    "a delivery has two bodies": lambda books, told: books.crm.requests.append((books.crm.requests[0][0], b"{}")),
    "a turn is lost": lambda books, told: books.turns.pop(
        next(n for n, row in enumerate(books.turns) if row.turn == 1)
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_the_audit_finds_what_is_lost_and_what_is_doubled(books, lie):
    """One lie in books that are right otherwise."""
    told, doomed = copy.deepcopy(books[0]), books[1]
    crm = SimpleNamespace(taken=dict(doomed.rig.crm.taken), requests=list(doomed.rig.crm.requests))
    found = Books(doomed.rig.line, doomed.rig.bank, doomed.company.texts(), crm)
    others = [one for one in doomed.told if one.sid not in {mine.sid for mine in told}]
    assert isinstance(found.acts, Counter) and list(faults(others + told, found)) == []
    LIES[lie](found, told)
    assert list(faults(others + told, found)) != []
